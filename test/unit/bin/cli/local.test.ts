import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ClientConfig } from '../../../../bin/cli/host.ts';
import { type LocalStage, localStage } from '../../../../bin/cli/local-stage.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { localEnv } from '../../../../localstack/local-env.ts';
import { deployed } from './support/deployed.ts';

const LOCAL: LocalStage = {
  ...{ stage: 'test', endpoint: 'http://127.0.0.1:4580', region: 'us-east-1' },
  credentials: { accessKeyId: 'embedded', secretAccessKey: 'test' },
};
const ENV = {
  ...{ AWS_ENDPOINT_URL: LOCAL.endpoint, AWS_REGION: LOCAL.region, AWS_DEFAULT_REGION: LOCAL.region },
  ...{ AWS_ACCESS_KEY_ID: 'embedded', AWS_SECRET_ACCESS_KEY: 'test', CDK_DEFAULT_REGION: LOCAL.region },
};

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-local-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'local.env'), text);
  return join(folder, 'local.env');
}

test('--local looks at the stage that npm run local keeps up, with nothing of the user’s AWS settings', async () => {
  const configs: ClientConfig[] = [];
  const env = { SLUICE_STAGE: 'prod', AWS_PROFILE: 'work', AWS_USE_FIPS_ENDPOINT: 'true' };
  const asked = { env, localStage: () => LOCAL, connected: (config: ClientConfig) => configs.push(config) };
  const { code, stdout } = await deployed().run('queues --local', asked);
  expect(code).toBe(0);
  expect(stdout).toContain('send-email');
  const { endpoint, region, credentials } = LOCAL;
  expect(configs).toEqual([{ endpoint, region, credentials, useFipsEndpoint: false, useDualstackEndpoint: false }]);
});

test('--local where none is up, or beside another place, is refused', async () => {
  expect(await deployed().run('queues --local')).toMatchObject({
    code: 2,
    stderr: 'sluice: no local stage is up: start one with npm run local, and leave it running\n',
  });
  expect(await deployed().run('queues --local --region eu-west-1', { localStage: () => LOCAL })).toMatchObject({
    code: 2,
    stderr: 'sluice: --local says where to look: leave out --region\n',
  });
});

test('a command that finds no stage says that a local one is up', async () => {
  const { stderr } = await deployed().run('queues --stage prdo', { localStage: () => LOCAL });
  expect(stderr).toContain('npm run local keeps stage test up on this machine: add --local for it');
  const there = { localStage: () => LOCAL, env: { AWS_ENDPOINT_URL: LOCAL.endpoint } };
  expect((await deployed().run('queues --stage prdo', there)).stderr).not.toContain('--local');
  expect((await deployed().run('queues --stage prdo')).stderr).not.toContain('--local');
});

test.each([
  ['no region', new Error('Region is missing')],
  ['no credentials', awsError('CredentialsProviderError', 'none')],
])('one that knows %s says that it goes without an AWS account, where no local stage is up', async (_, error) => {
  const connected = () => {
    throw error;
  };
  const ran = await deployed().run('queues', { connected });
  expect(ran.stderr).toMatch(
    /; without an AWS account: npm run local keeps a stage up on this machine, --local looks at it\n$/,
  );
  const unanswered = await deployed().run('queues --stage prod');
  expect(unanswered.stderr).not.toContain('npm run local');
});

test('one that an emulator does not answer asks whether it is up', async () => {
  const { run, world } = deployed();
  const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  world.sqs.faults.plan('ListQueues', { kind: 'fails', error });
  const { stderr } = await run('queues', { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4580' } });
  expect(stderr).toMatch(
    /\n {2}is it still up\? npm run local starts a stage on this machine; else check the network, --endpoint and --region\n$/,
  );
});

test('so does one that knows no region', async () => {
  const clients = deployed();
  const connected = () => {
    throw new Error('Region is missing');
  };
  const { code, stderr } = await clients.run('queues', { localStage: () => LOCAL, connected });
  expect(code).toBe(2);
  expect(stderr).toContain('no region is set');
  expect(stderr).toContain('add --local for it');
});

test('the command reads the file that npm run local writes for shells', () => {
  const text = localEnv({ env: ENV }, 'test');
  expect(localStage(fileOf(text))).toEqual(LOCAL);
  expect(text).toMatch(/^unset AWS_PROFILE .*\n/m);
  expect(text).toContain("export SLUICE_STAGE='test'\n");
  expect(text).not.toContain('CDK_');
});

test('a file that an ended process left behind names no stage', () => {
  const text = localEnv({ env: ENV }, 'test').replace(/^# process \d+/, '# process 4194305');
  expect(localStage(fileOf(text))).toBeUndefined();
  expect(localStage(fileOf(''))).toBeUndefined();
  expect(localStage(join(tmpdir(), 'sluice-nowhere'))).toBeUndefined();
});

test('a file that lacks a variable has none, and a line that is no comment of its own names no process', () => {
  const text = localEnv({ env: ENV }, 'test');
  expect(localStage(fileOf(text.replace(/^export AWS_REGION=.*\n/m, '')))).toEqual({ ...LOCAL, region: '' });
  expect(localStage(fileOf(text.replace(/^# process/m, 'x # process')))).toBeUndefined();
  expect(localStage(fileOf(text.replace(/^(# process \d+)$/m, '$1 or so')))).toBeUndefined();
});
