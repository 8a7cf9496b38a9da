import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { devNull, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListSecretsCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ListIdentitiesCommand, SESClient } from '@aws-sdk/client-ses';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { deploy } from '../../../localstack/deploy.ts';
import { type ClientConfig, startEmulator } from '../../../localstack/emulator.ts';
import { messagesOf } from '../../../localstack/errors.ts';
import { emulatorEnvironment } from '../../../localstack/owned-process.ts';
import { childEnvironment } from '../../../localstack/places.ts';
import { type RunningServer, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';

const SERVICES = ['SQS', 'DYNAMODB', 'S3', 'SNS', 'LAMBDA', 'CLOUDFORMATION', 'CLOUDWATCH', 'CLOUDWATCH_LOGS'];
/** All that the SDK looks at: settings of people who work with AWS, some that an emulator cannot have, some that are wrong. */
const SETTINGS: Readonly<Record<string, string>> = {
  ...{ AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true', AWS_REGION: 'eu-west-1' },
  ...{ AWS_PROFILE: 'work', AWS_DEFAULT_REGION: 'eu-west-1', AWS_ACCOUNT_ID: '123456789012' },
  ...{ AWS_ACCESS_KEY_ID: 'AKIAREAL', AWS_SECRET_ACCESS_KEY: 'real', AWS_SESSION_TOKEN: 'real' },
  ...{ AWS_MAX_ATTEMPTS: 'many', AWS_RETRY_MODE: 'never', AWS_DEFAULTS_MODE: 'wrong' },
  ...{ AWS_ACCOUNT_ID_ENDPOINT_MODE: 'required', AWS_ENABLE_ENDPOINT_DISCOVERY: 'true' },
  ...{ AWS_SIGV4A_SIGNING_REGION_SET: '*', AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a', AWS_SDK_UA_APP_ID: 'mine' },
  ...{ AWS_REQUEST_CHECKSUM_CALCULATION: 'wrong', AWS_RESPONSE_CHECKSUM_VALIDATION: 'wrong' },
  ...{ AWS_S3_USE_ARN_REGION: 'wrong', AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS: 'wrong' },
  ...{ AWS_S3_DISABLE_EXPRESS_SESSION_AUTH: 'wrong', AWS_DISABLE_REQUEST_COMPRESSION: 'wrong' },
  AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES: 'wrong',
  ...Object.fromEntries(SERVICES.map((service) => [`AWS_ENDPOINT_URL_${service}`, 'http://127.0.0.1:9'])),
};
/** The same in a file, and in the section that is used where none is named. */
const FILE = `
[default]
region = eu-west-1
use_fips_endpoint = true
use_dualstack_endpoint = true
max_attempts = many
retry_mode = never
defaults_mode = wrong
account_id_endpoint_mode = required
endpoint_discovery_enabled = true
request_checksum_calculation = wrong
services = elsewhere

[profile work]
use_fips_endpoint = true

[services elsewhere]
sqs =
  endpoint_url = http://127.0.0.1:9
`;

let folder: string;
let server: RunningServer;
const requests: IncomingMessage[] = [];

beforeEach(async () => {
  requests.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'sluice-aws-'));
  await writeFile(join(folder, 'config'), FILE);
  server = await startServer((request, response) => {
    if (request.url?.startsWith('/_')) {
      return sendJson(response, { status: 200, body: { services: {}, version: '1.5.33' } });
    }
    requests.push(request);
    return sendJson(response, { status: 400, body: { __type: 'Refused', message: 'not here' } });
  });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(folder, { recursive: true });
});

const CALLS: Readonly<Record<string, (config: ClientConfig) => Promise<unknown>>> = {
  SQS: (config) => new SQSClient(config).send(new ListQueuesCommand({})),
  DynamoDB: (config) => new DynamoDBClient(config).send(new ListTablesCommand({})),
  S3: (config) => new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({})),
  SNS: (config) => new SNSClient(config).send(new ListTopicsCommand({})),
  SES: (config) => new SESClient(config).send(new ListIdentitiesCommand({})),
  Lambda: (config) => new LambdaClient(config).send(new ListFunctionsCommand({})),
  Logs: (config) => new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({})),
  CloudWatch: (config) => new CloudWatchClient(config).send(new DescribeAlarmsCommand({})),
  CloudFormation: (config) => new CloudFormationClient(config).send(new DescribeStacksCommand({})),
  EventBridge: (config) => new EventBridgeClient(config).send(new ListRulesCommand({})),
  SecretsManager: (config) => new SecretsManagerClient(config).send(new ListSecretsCommand({})),
};

const ways = [
  ...Object.keys(SETTINGS).map((name) => [name, [name]] as const),
  ['all at once', Object.keys(SETTINGS)] as const,
];
it.each(ways)('a client for the emulator takes nothing from %s', async (_, names) => {
  for (const name of names) vi.stubEnv(name, SETTINGS[name] ?? '');
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'none'));
  const { clientConfig } = await startEmulator();
  for (const [service, call] of Object.entries(CALLS)) {
    requests.length = 0;
    const said = await call(clientConfig).catch((error: unknown) => error);
    expect([service, said, requests.length]).toEqual([service, expect.anything(), 1]);
    expect(requests[0]?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=embedded\/\d{8}\/us-east-1\//);
  }
});

it('a process of the emulator, and one that is started beside it, read none of the user’s AWS files', () => {
  const none = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
  for (const env of [emulatorEnvironment(), childEnvironment({})]) {
    expect(env).toMatchObject(none);
    expect(env).not.toHaveProperty('AWS_USE_FIPS_ENDPOINT');
  }
});

it('a deploy that cannot ask the emulator tells the cause', async () => {
  const emulator = await startEmulator();
  const failed = await deploy(emulator, { stage: 'test' }).catch((error: unknown) => messagesOf(error));
  expect(failed).toEqual([
    `CloudFormation of MiniStack 1.5.33 at ${server.url} did not say which stacks there are`,
    expect.stringMatching(/\S/),
  ]);
  await server.stop();
  const gone = await deploy(emulator, { stage: 'test' }).catch((error: unknown) => messagesOf(error));
  expect(gone).toEqual([expect.any(String), expect.stringContaining('ECONNREFUSED')]);
});
