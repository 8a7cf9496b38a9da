import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { DescribeTimeToLiveCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetIdentityVerificationAttributesCommand, SESClient } from '@aws-sdk/client-ses';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from '../../../localstack/deploy.ts';
import { type Emulator, startEmulator } from '../../../localstack/emulator.ts';
import { redeployFunctions } from '../../../localstack/hot-reload.ts';
import { deployedFunctions, tailLogs } from '../../../localstack/log-tail.ts';
import { synthesise } from '../../../localstack/synthesise.ts';

/** Stands where the real app stands, with as little as names and outputs need. */
const APP = `
import { App, CfnOutput, Stack, aws_dynamodb as db, aws_lambda as lambda, aws_secretsmanager as secrets, aws_sqs as sqs } from 'aws-cdk-lib';
const app = new App();
const context = (name) => app.node.tryGetContext(name);
if (context('fails')) throw new Error('stage ' + context('stage') + ' is not to be');
const prefix = 'sluice-' + context('stage') + '-';
const core = new Stack(app, prefix + 'core');
const partitionKey = { name: 'id', type: db.AttributeType.STRING };
new db.TableV2(core, 'Jobs', { tableName: prefix + 'jobs', partitionKey, timeToLiveAttribute: 'expiration' });
new secrets.Secret(core, 'Key', { secretName: 'sluice-' + context('stage') + '/stripe-api-key' });
new CfnOutput(core, 'JobsTableName', { value: prefix + 'jobs' });
new CfnOutput(core, 'AlarmTopicArn', { value: 'arn:' + context('emulator') });
if (context('without')) app.synth();
else {
const probe = new Stack(app, prefix + 'probe');
const url = (id) => new sqs.Queue(probe, id).queueUrl;
new CfnOutput(probe, 'QueueUrl', { value: url('Queue') });
new CfnOutput(probe, 'DeadLetterQueueUrl', { value: url('Dlq') });
new lambda.Function(probe, 'Consumer', {
  functionName: prefix + 'probe',
  runtime: lambda.Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: lambda.Code.fromInline('exports.handler = async () => "deployed"'),
});
}
`;

const ROOT = join(import.meta.dirname, '../../..');
let emulator: Emulator;
let app: string;

beforeAll(async () => {
  // Below the checkout, whose node_modules it needs.
  await mkdir(join(ROOT, '.sluice'), { recursive: true });
  app = await mkdtemp(join(ROOT, '.sluice', 'test-app-'));
  await writeFile(join(app, 'app.mjs'), APP);
  await writeFile(join(app, 'cdk.json'), JSON.stringify({ app: 'node app.mjs' }));
  emulator = await startEmulator({ force: 'embedded' });
}, 300_000);
afterAll(async () => {
  await emulator?.stop();
  await rm(app, { recursive: true, force: true });
});

const invoke = async () => {
  const { Payload } = await new LambdaClient(emulator.clientConfig).send(
    new InvokeCommand({ FunctionName: 'sluice-test-probe' }),
  );
  return JSON.parse(Buffer.from(Payload ?? []).toString());
};

it('a failed deploy reports why', { timeout: 240_000 }, async () => {
  const failing = deploy(emulator, { stage: 'test', app, context: { fails: 'yes' } });
  await expect(failing).rejects.toMatchObject({
    name: 'EmulatorError',
    message: expect.stringMatching(/^cdk deploy failed on MiniStack 1\.5\.33\. It said:\n.*stage test is not to be/s),
  });
});

it('a second deploy succeeds, and sets what the emulator leaves out', { timeout: 240_000 }, async () => {
  const options = {
    stage: 'test',
    app,
    context: { emailSender: 'sluice@example.com' },
    secrets: { 'stripe-api-key': 'sk_test_local' },
  };
  const deployment = await deploy(emulator, options);
  expect(deployment).toMatchObject({ stage: 'test', jobsTableName: 'sluice-test-jobs', alarmTopicArn: 'arn:embedded' });
  expect(Object.keys(deployment.queues)).toEqual(['probe']);
  expect(deployment.queues.probe?.queueUrl).toMatch(emulator.endpoint);

  const lines: string[] = [];
  expect(await deploy(emulator, { ...options, log: (line) => lines.push(line) })).toEqual(deployment);
  const [first, second, ...stacks] = lines;
  expect([first, second]).toEqual(['deploying stage test', expect.stringMatching(/^synthesised {2}\d+ s$/)]);
  // Side by side: whichever ends first.
  expect(stacks.sort()).toEqual(['sluice-test-core  no changes', 'sluice-test-probe  no changes']);

  const { clientConfig: config } = emulator;
  const ttl = new DescribeTimeToLiveCommand({ TableName: 'sluice-test-jobs' });
  expect((await new DynamoDBClient(config).send(ttl)).TimeToLiveDescription).toEqual({
    TimeToLiveStatus: 'ENABLED',
    AttributeName: 'expiration',
  });
  const key = new GetSecretValueCommand({ SecretId: 'sluice-test/stripe-api-key' });
  expect((await new SecretsManagerClient(config).send(key)).SecretString).toBe('sk_test_local');
  const sender = new GetIdentityVerificationAttributesCommand({ Identities: ['sluice@example.com'] });
  expect((await new SESClient(config).send(sender)).VerificationAttributes).toMatchObject({
    'sluice@example.com': { VerificationStatus: 'Success' },
  });
});

it('a synth ahead is deployed as it is, and is gone after its end', { timeout: 240_000 }, async () => {
  const lines: string[] = [];
  const options = {
    stage: 'test',
    app,
    context: { emailSender: 'sluice@example.com' },
    log: (line: string) => lines.push(line),
  };
  const ahead = synthesise(emulator, options, options.log);
  const folder = (await ahead.output) ?? '';
  expect(existsSync(join(folder, 'manifest.json'))).toBe(true);
  // From here on the app could not be synthesised.
  await rename(join(app, 'app.mjs'), join(app, 'away.mjs'));
  try {
    expect(await deploy(emulator, { ...options, ahead: ahead.output })).toMatchObject({
      jobsTableName: 'sluice-test-jobs',
    });
  } finally {
    await rename(join(app, 'away.mjs'), join(app, 'app.mjs'));
  }
  expect(lines.filter((line) => line.startsWith('synthesised'))).toHaveLength(1);
  await ahead.end();
  expect(existsSync(folder)).toBe(false);
});

it('a synth ahead that fails leaves the synth to the deploy', { timeout: 240_000 }, async () => {
  const options = { stage: 'test', app, context: { emailSender: 'sluice@example.com' } };
  const ahead = synthesise(emulator, { ...options, context: { fails: 'yes' } });
  expect(await ahead.output).toBeUndefined();
  expect(await deploy(emulator, { ...options, ahead: ahead.output })).toMatchObject({
    jobsTableName: 'sluice-test-jobs',
  });
});

it('a synth ahead is ended before it is done', { timeout: 240_000 }, async () => {
  const folder = join(app, 'endless');
  await mkdir(folder);
  const begun = join(folder, 'begun');
  const code = `import { writeFileSync } from 'node:fs'; writeFileSync('begun', ''); setInterval(() => undefined, 1000);`;
  await writeFile(join(folder, 'app.mjs'), code);
  await writeFile(join(folder, 'cdk.json'), JSON.stringify({ app: 'node app.mjs' }));
  const ahead = synthesise(emulator, { stage: 'endless', app: folder });
  while (!existsSync(begun)) await setTimeout(50);
  await ahead.end();
  expect(await ahead.output).toBeUndefined();
});

it('a reload runs new code without a deploy, and its log is tailed', { timeout: 240_000 }, async () => {
  expect(await invoke()).toBe('deployed');
  const functions = await deployedFunctions(emulator, 'test');
  expect(functions).toMatchObject([{ name: 'sluice-test-probe', folder: 'probe' }]);
  const lines: string[] = [];
  const stopTail = tailLogs(
    emulator,
    () => functions,
    ({ source, message }) => lines.push(`${source} ${message}`),
  );
  const entry = join(app, 'handler.ts');
  const handler = (answer: string) =>
    `import { hostname } from 'node:os';
     export const handler = async (): Promise<string> => { console.log(hostname() !== '' && ${answer}); return ${answer}; };`;

  await writeFile(entry, handler('"reloaded"'));
  const redeploy = { functionName: 'sluice-test-probe', entry };
  expect(await redeployFunctions(emulator, [redeploy])).toMatchObject([{ value: expect.arrayContaining([entry]) }]);
  expect(await invoke()).toBe('reloaded');

  await expect.poll(() => lines, { timeout: 5000 }).toContain('probe reloaded');
  await invoke();
  await expect.poll(() => lines.filter((line) => line === 'probe reloaded').length, { timeout: 5000 }).toBe(2);
  await stopTail();

  await writeFile(entry, 'export const handler = ;');
  const [broken] = await redeployFunctions(emulator, [redeploy]);
  expect(broken).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringMatching(/handler\.ts cannot be bundled: .*handler\.ts:1:24: Unexpected ";"/) },
  });
  expect(await invoke()).toBe('reloaded');
});

it('a job type that the app no longer has is served until it is to be removed', { timeout: 240_000 }, async () => {
  const options = { stage: 'test', app, context: { without: 'probe' } };
  expect(Object.keys((await deploy(emulator, options)).queues)).toEqual(['probe']);
  const lines: string[] = [];
  const removing = { ...options, removesGone: true, log: (line: string) => lines.push(line) };
  expect((await deploy(emulator, removing)).queues).toEqual({});
  expect(lines.slice(-1)).toEqual([expect.stringMatching(/^sluice-test-probe {2}removed/)]);
  expect(await deployedFunctions(emulator, 'test')).toEqual([]);
  await expect(invoke()).rejects.toThrow();
});
