import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { JOB_TYPES } from '../../../functions/index.ts';
import { bundle, bundleEach } from '../../../lib/bundle/bundle.ts';
import { CUT_FILES } from '../../../lib/bundle/cut-plugin.ts';
import { EDITED_FILES } from '../../../lib/bundle/plugins.ts';
import { defaultProvider } from '../../../lib/bundle/stand-ins/credentials.ts';
import { workFolder } from '../../../localstack/places.ts';
import { OWN } from '../../bench/bytes-of.ts';
import { measured, PLAIN, released } from '../../bench/released-bundles.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/**
 * A bundle may be so many times as large as the last release's. The engine is a fifth of it, and has 7 KB more since it sends
 * its hot calls by itself (`lib/aws/short`): the SDK's part shrank by 13. Jobs that expire are 3 KB: any message may say when. Whoever needs more looks at `npm run bundle-report`
 * first. At a release, `npm run bundle-report -- --release` writes the sizes that count from then on.
 */
const [MAX_RATIO, MAX_RATIO_OF_ENGINE] = [1.01, 1.18];

const made = (entry: string) => bundle(entry, { absWorkingDir: ROOT });

describe('the bundle of', () => {
  it(`each sample is at most ${MAX_RATIO} times as large as at the last release, the engine ${MAX_RATIO_OF_ENGINE} times`, async () => {
    const [now, { bytes: then }] = [await measured(), released()];
    expect(Object.keys(now)).toEqual(Object.keys(then));
    for (const bytes of Object.values(then)) expect(bytes).toBeGreaterThan(10_000);
    const ratios = Object.entries(now).map(([name, bytes]) => ({ name, bytes, ratio: bytes / (then[name] ?? 0) }));
    const most = (name: string) => (name === OWN ? MAX_RATIO_OF_ENGINE : MAX_RATIO);
    expect(ratios.filter(({ name, ratio }) => ratio > most(name))).toEqual([]);
  });

  it('the last release is the one whose sizes are kept', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    // Before the first release the package's own version stands for it.
    const [, last = version] = /^## \[(\d[^\]]*)\]/m.exec(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')) ?? [];
    expect(released().version).toBe(last);
  });

  it('a consumer has no line of more than 3,000 characters', async () => {
    const lines = new TextDecoder().decode((await made(PLAIN)).code).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(3000);
  });

  it('a type with accept holds what reads foreign messages, and another one does not', async () => {
    const folder = await workFolder('accept');
    const entry = join(folder, 'handler.ts');
    const [contract, engine, zod] = ['lib/contract/index.ts', 'lib/engine/index.ts', 'node_modules/zod'];
    await writeFile(
      entry,
      `import * as z from '${ROOT}${zod}';
       import { defineJob, fromSns } from '${ROOT}${contract}';
       import { consumer } from '${ROOT}${engine}';
       export const handler = consumer(defineJob({ type: 'a', payload: z.string(), accept: fromSns }), () => undefined);`,
    );
    const text = async (file: string) => new TextDecoder().decode((await made(file)).code);
    const [accepting, plain] = [await text(entry), await text(PLAIN)];
    for (const said of ['NotAcceptedError', 'message.split-interrupted', 'SNS asks about a subscription'])
      expect([said, accepting.includes(said), plain.includes(said)]).toEqual([said, true, said === 'NotAcceptedError']);
    // None of the samples has `accept`; one sends a header of that name, one holds a client with such methods.
    for (const type of JOB_TYPES) {
      const sample = await text(`functions/${type}/handler.ts`);
      expect([type, sample.includes('message.split-interrupted')]).toEqual([type, false]);
    }
  });

  it('a type with handsOn holds what flows need, and another one does not', async () => {
    const folder = await workFolder('flows');
    const entry = join(folder, 'handler.ts');
    const [contract, engine, zod] = ['lib/contract/index.ts', 'lib/engine/index.ts', 'node_modules/zod'];
    await writeFile(
      entry,
      `import * as z from '${ROOT}${zod}';
       import { defineJob } from '${ROOT}${contract}';
       import { consumer } from '${ROOT}${engine}';
       export const handler = consumer(defineJob({ type: 'a', payload: z.string(), handsOn: [] }), () => undefined);`,
    );
    const text = async (file: string) => new TextDecoder().decode((await made(file)).code);
    const [flowing, plain] = [await text(entry), await text(PLAIN)];
    for (const said of ['gunzipSync', 'one batch an attempt', 'is not a field of a step'])
      expect([said, flowing.includes(said), plain.includes(said)]).toEqual([said, true, false]);
    expect(plain).toContain('is in no flow');
  });

  it.each([
    ["begin: 'optimistic'", ['job.completed-after-death', 'another delivery of the job was faster', 'completedFirst']],
    ['rateLimit: { limit: 5, perSeconds: 1 }', ['lineEndsAt']],
    [
      'breaker: { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 }',
      ['nextProbeAt', 'breaker.opened', 'lastFailed', '~breaker#', 'Circuit Breaker Opened'],
    ],
  ])('a type with %s holds what that needs, and another one does not', async (option, texts) => {
    const folder = await workFolder('options');
    const entry = join(folder, 'handler.ts');
    const [contract, engine, zod] = ['lib/contract/index.ts', 'lib/engine/index.ts', 'node_modules/zod'];
    await writeFile(
      entry,
      `import * as z from '${ROOT}${zod}';
       import { defineJob } from '${ROOT}${contract}';
       import { consumer } from '${ROOT}${engine}';
       export const handler = consumer(defineJob({ type: 'a', payload: z.string(), ${option} }), () => undefined);`,
    );
    const text = async (file: string) => new TextDecoder().decode((await made(file)).code);
    const [whole, plain] = [await text(entry), await text(PLAIN)];
    for (const said of texts) expect([said, whole.includes(said), plain.includes(said)]).toEqual([said, true, false]);
  });

  it('a consumer has only the environment as its credential provider', async () => {
    const { metafile } = await made(PLAIN);
    const providers = Object.keys(metafile.inputs).filter((path) => /credential-provider|nested-clients/.test(path));
    expect(providers).toEqual([]);
  });
});

/** What functions of Sluice's own hold, taken together. */
const ALL = [PLAIN, 'functions/dispatcher/handler.ts', ...JOB_TYPES.map((type) => `functions/${type}/handler.ts`)];

it('each edit of a package’s file, and each stand-in, is in a bundle: no package has moved what is edited', async () => {
  const bundles = await bundleEach(
    ALL.map((entry) => join(ROOT, entry)),
    { absWorkingDir: ROOT },
  );
  const inputs = bundles.flatMap((one) => (one.status === 'fulfilled' ? Object.keys(one.value.metafile.inputs) : []));
  const edits = [...CUT_FILES, ...Object.entries(EDITED_FILES).map(([name, file]) => ({ name, file }))];
  expect(edits.length).toBeGreaterThan(10);
  expect(edits.filter(({ file }) => !inputs.some((input) => file.test(`/${input}`)))).toEqual([]);
});

describe('a bundled error', () => {
  it('has the name of its class, and its stack the names of functions', async () => {
    const folder = await workFolder('names');
    const entry = join(folder, 'entry.ts');
    await writeFile(
      entry,
      `class CardDeclined extends Error { constructor() { super('no'); this.name = this.constructor.name; } }
       export function chargeCard() { throw new CardDeclined(); }
       try { chargeCard(); } catch (error) { console.log((error as Error).stack); }`,
    );
    const file = join(folder, 'entry.mjs');
    await writeFile(file, (await made(entry)).code);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    expect(stdout).toMatch(/^CardDeclined: no\n +at chargeCard /);
  });
});

describe('credentials', () => {
  it('come from the environment at the time of the call', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    vi.stubEnv('AWS_ACCOUNT_ID', undefined);
    const provide = defaultProvider();
    expect(await provide()).toEqual({ accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' });
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    await expect(provide()).rejects.toThrow('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set');
    vi.unstubAllEnvs();
  });
});
