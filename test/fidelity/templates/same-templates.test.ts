import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand, tail } from '../../../localstack/command.ts';
import { childEnvironment, ROOT } from '../../../localstack/places.ts';
import { nodeBinary } from '../../support/tools/node-binary.ts';

/** What `cdk diff` shows is a change of the source. So nothing else may change a template, or the hash of a function's code. */
const CONTEXT = { stage: 'prod', emailSender: 'jobs@example.com', encryption: 'kms', region: 'eu-west-1' };
const SOURCES = ['bin', 'functions', 'lib', 'cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-same-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A checkout in a folder of its own, whose bundles are made anew: it shares the packages and not their cache. */
async function checkout(name: string): Promise<string> {
  const root = join(folder, name);
  for (const source of SOURCES) await cp(join(ROOT, source), join(root, source), { recursive: true });
  await mkdir(join(root, 'node_modules'));
  for (const entry of await readdir(join(ROOT, 'node_modules'))) {
    if (entry === '.cache') continue;
    await symlink(join(ROOT, 'node_modules', entry), join(root, 'node_modules', entry));
  }
  return root;
}

interface Run {
  readonly node: string;
  readonly zone: string;
}

/** Everything that a deploy takes from a synth: templates, and the hashes of their assets. */
async function synthesized(name: string, { node, zone }: Run): Promise<Record<string, unknown>> {
  const root = await checkout(name);
  const out = join(root, 'cdk.out');
  const context = { ...JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')).context, ...CONTEXT };
  const env = { TZ: zone, CDK_OUTDIR: out, CDK_CONTEXT_JSON: JSON.stringify(context) };
  const options = { cwd: root, env: childEnvironment(env), timeoutMs: 300_000 };
  const { code, output } = await runCommand(node, ['bin/app.ts'], options);
  if (code !== 0) throw new Error(`${node} bin/app.ts ended with ${code}:\n${tail(output)}`);
  const files = (await readdir(out)).filter((file) => /\.(template|assets)\.json$/.test(file)).sort();
  const texts = await Promise.all(
    files.map(async (file) => [file, JSON.parse(await readFile(join(out, file), 'utf8'))]),
  );
  return Object.fromEntries(texts);
}

it('neither folder, time, time zone nor Node changes a template or the code of a function', {
  timeout: 600_000,
}, async () => {
  const first = await synthesized('one', { node: process.execPath, zone: 'UTC' });
  expect(Object.keys(first).length).toBeGreaterThan(8);
  const second = await synthesized('another/one', { node: process.execPath, zone: 'Pacific/Kiritimati' });
  expect(second).toEqual(first);
  for (const version of ['22.21.1', '24.11.0']) {
    const node = await nodeBinary(version);
    expect(await synthesized(`node-${version}`, { node, zone: 'America/Lima' }), version).toEqual(first);
  }
});
