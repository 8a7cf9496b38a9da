import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE_FORM } from '../../../lib/bundle/form.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Some 7 KB are the short way of SendMessageBatch, which takes a third of a job's CPU off `enqueueMany`. */
const MAX_ADDED_BYTES = 70 * 1024;
const MAX_ADDED_MS = 15;

/** A function that already sends to SQS and checks its own input. */
const BEFORE = `
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
const payload = z.object({ n: z.number() });
export const handler = (event) => new SQSClient({}).send(new SendMessageCommand(payload.parse(event)));
`;
const ADDED = `
import { defineJob } from './lib/contract/definition/job-definition.ts';
import { enqueue, enqueueMany } from './lib/producer/index.ts';
const job = defineJob({ type: 'job', payload });
export const send = () => [enqueue(job, { n: 1 }), enqueueMany(job, [{ n: 1 }])];
`;

async function bundle(contents: string, external: string[] = []): Promise<{ text: string; metafile: Metafile }> {
  const { mainFields, ...form } = BUNDLE_FORM;
  const { metafile, outputFiles } = await build({
    ...form,
    mainFields: [...mainFields],
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    write: false,
    metafile: true,
    external,
    absWorkingDir: ROOT,
  });
  return { text: outputFiles[0]?.text ?? '', metafile };
}

const packagesIn = ({ inputs }: Metafile) =>
  new Set(Object.keys(inputs).flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));

describe('what the producer adds to a function that has SQS’s client and zod', () => {
  it(`is under ${MAX_ADDED_BYTES} bytes, and no package`, async () => {
    const before = await bundle(BEFORE);
    const after = await bundle(BEFORE + ADDED);
    expect(before.text.length).toBeGreaterThan(100_000);
    expect(after.text.length - before.text.length).toBeGreaterThan(5000);
    expect(after.text.length - before.text.length).toBeLessThan(MAX_ADDED_BYTES);
    expect([...packagesIn(after.metafile)].filter((name) => !packagesIn(before.metafile).has(name))).toEqual([]);
  });

  let folder: string;
  // Inside the repository, where packages are found.
  beforeAll(async () => {
    folder = await mkdtemp(join(ROOT, 'node_modules', '.sluice-cost-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it(`takes under ${MAX_ADDED_MS} ms of CPU to load`, async () => {
    const { text } = await bundle(
      ADDED.replace(/^const job.*$/m, 'export { defineJob };').replace(
        /^export const send.*$/m,
        'export { enqueue, enqueueMany };',
      ),
      ['@aws-sdk/*', 'zod'],
    );
    const producer = join(folder, 'producer.mjs');
    await writeFile(producer, text);
    const timed = `
      await import('@aws-sdk/client-sqs');
      await import('zod');
      const from = process.cpuUsage();
      const { enqueue } = await import(${JSON.stringify(pathToFileURL(producer).href)});
      const { user, system } = process.cpuUsage(from);
      console.log(JSON.stringify({ ms: (user + system) / 1000, loaded: typeof enqueue }));`;
    const main = join(folder, 'main.mjs');
    await writeFile(main, timed);
    const runs: { ms: number; loaded: string }[] = [];
    for (let i = 0; i < 5; i++) {
      const { stdout } = await promisify(execFile)(process.execPath, [main]);
      runs.push(JSON.parse(stdout));
    }
    expect(runs.every(({ loaded }) => loaded === 'function')).toBe(true);
    // The least of five: what else runs on this machine only ever adds.
    expect(Math.min(...runs.map(({ ms }) => ms))).toBeLessThan(MAX_ADDED_MS);
  });
});
