import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LEFT_OUT } from '../../localstack/gaps.ts';
import { childEnvironment } from '../../localstack/places.ts';
import { install, oldestNode, pack, run } from '../support/package.ts';
import { eventually } from './support/world.ts';

/** A project made by `npx sluice init` from the packed package, on the oldest Node that `engines` names. */
const STAGE = 'fresh';
const target = inject('target');
const CONTEXT = { stage: STAGE, emulator: 'embedded', leaveOut: LEFT_OUT.join(',') };
const context = Object.entries(CONTEXT).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

let folder: string;
let project: string;
let env: NodeJS.ProcessEnv;
const npm = (...args: string[]) => run('npm', args, { cwd: project, env });
const sluice = (...args: string[]) => run('npx', ['sluice', ...args], { cwd: project, env });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-init-'));
  const [{ sluice: tarball }, PATH] = await Promise.all([pack(folder), oldestNode(join(folder, 'node'))]);
  const { AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE } = childEnvironment({});
  const home = { CDK_HOME: join(folder, 'cdk-home'), CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1' };
  env = { ...target.env, ...home, PATH, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, NO_PROXY: '127.0.0.1' };
  project = join(folder, 'jobs');
  const packaged = ['--yes', '--prefer-offline', '--package', tarball];
  await run('npx', [...packaged, 'sluice', 'init', project, '--package', `file:${tarball}`], { cwd: folder, env });
  await install({ cwd: project, env });
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

describe('a project that npx sluice init wrote', { timeout: 900_000 }, () => {
  it('runs on the oldest Node that engines names', async () => {
    expect(await run('node', ['--version'], { cwd: project, env })).toMatch(/^v20\./);
  });

  it('passes its own tests, and its types are right', async () => {
    expect(await npm('test')).toContain('6 passed');
    await npm('run', 'types');
  });

  it('gets another job type by npx sluice new, whose test passes too', async () => {
    expect(await sluice('new', 'tidy-up')).toContain('jobs/tidy-up/tidy-up.test.ts\n');
    expect(await npm('test')).toContain('12 passed');
    await npm('run', 'types');
    expect(JSON.parse(await sluice('schema', 'tidy-up'))).toMatchObject({ title: 'Message of a tidy-up job' });
  });

  it('deploys, runs a job that its command sends, and is destroyed', async () => {
    await npm('run', 'deploy', '--', '--require-approval', 'never', '--no-notices', ...context);
    const where = ['--stage', STAGE, '--json'];
    await sluice('send', 'hello', '{"name":"Ada"}', '--key', 'first', ...where);
    const job = () => sluice('job', 'hello', 'first', ...where).catch(() => '{}');
    const done = async () => /"COMPLETED"/.test(await job()) && (await job());
    expect(await eventually(done, 'the job of a new project')).toContain('Hello, Ada.');
    const { queues } = JSON.parse(await sluice('queues', ...where)) as { queues: { type: string }[] };
    expect(queues.map(({ type }) => type)).toEqual(['hello', 'tidy-up']);
    await npm('run', 'destroy', '--', '--force', ...context);
    await expect(sluice('queues', ...where)).rejects.toThrow(/is not deployed/);
  });

  it.each([
    [
      'a handler that is not there',
      'hello/handler.ts',
      'hello/handlr.ts',
      /entry jobs\/hello\/handlr\.ts does not exist/,
    ],
    [
      'two jobs of one type',
      'definition: tidyUp',
      'definition: hello',
      /jobs\[1\] has the type "hello", and so has jobs\[0\]/,
    ],
    [
      'no default export',
      'export default',
      'export const config =',
      /must export its configuration, and it has no default/,
    ],
    [
      'an import that is gone',
      './jobs/hello/definition.ts',
      './jobs/helo/definition.ts',
      /does not load: .*helo\/definition\.ts/,
    ],
  ])('says what is wrong with a sluice.config.ts that has %s', async (_, from, to, said) => {
    const file = join(project, 'sluice.config.ts');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(from, to));
    await expect(sluice('schema', 'hello')).rejects.toThrow(said);
    // Node itself names a default export that is missing.
    await expect(npm('run', 'synth')).rejects.toThrow(/sluice\.config\.ts(: jobs|' does not provide)|helo\/definition/);
    await writeFile(file, text);
  });

  it('is not written over another', async () => {
    await expect(sluice('init')).rejects.toThrow(/has package\.json, .* already, and nothing was written/);
  });
});
