import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { catalogue } from '../../bin/catalogue.ts';
import { JOB_TYPES } from '../../functions/index.ts';
import { SCHEMA_ITEM } from '../../lib/contract/protocol/schema.ts';
import { appId } from '../../lib/infra/functions/sluice-function.ts';
import { TOUR_SOURCES, tourJobs } from '../../localstack/tour/jobs.ts';
import { isOver, refresh, type SentJob, sendJobs } from '../../localstack/tour/sent.ts';
import { bringUp, LOCAL_SENDER, type LocalSluice } from '../../localstack/up.ts';
import { type Recorder, startRecorder } from '../fidelity/iam/recorder.ts';
import { physicalIds, redirect } from '../fidelity/iam/redirect.ts';
import { type Exception, replay } from '../fidelity/iam/replay.ts';
import { cutEdges } from '../fidelity/templates/edges.ts';
import { type Environment, resolveAll } from '../fidelity/templates/intrinsics.ts';
import { synthesize, type Templates } from '../fidelity/templates/synth.ts';
import { describeOn } from './support/emulators.ts';
import { eventually } from './support/world.ts';

const STAGE = 'iam';
const FUNCTIONS = [...JOB_TYPES, 'dispatcher'].map((folder) => `sluice-${STAGE}-${folder}`);

/** Granted, and used by no call of a function's. */
const EXCEPTIONS: readonly Exception[] = [
  ...['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'].map((action) => ({
    action,
    why: 'the event source mapping does it, with the function’s role',
  })),
  ...['logs:CreateLogStream', 'logs:PutLogEvents'].map((action) => ({
    action,
    why: 'Lambda does it, with the function’s role',
  })),
  { action: 's3:AbortMultipartUpload', why: 'only a report of more than 5 MB that is cut off does it' },
];

const describeHere = describeOn(
  'embedded',
  'the replay of permissions brings up a MiniStack of its own, which suffices',
);

/** Source of a job that only its message names. It fails once, so that the message is sent anew. */
const UNNAMED = 'unnamed';

let local: LocalSluice;
let recorder: Recorder;
let templates: Templates;
let environment: Environment;

beforeAll(async () => {
  local = await bringUp({
    stage: STAGE,
    emulator: 'embedded',
    sources: { ...TOUR_SOURCES, [UNNAMED]: { records: 1 } },
  });
  recorder = await startRecorder(local.emulator.endpoint);
  await forgetCoresNumber(local);
  await redirect(local.emulator, FUNCTIONS, recorder.url);
  await runEverything(local);
  const stacks = [...JOB_TYPES, 'core'].map((name) => `sluice-${STAGE}-${name}`);
  environment = {
    account: '000000000000',
    region: 'us-east-1',
    physicalIds: await physicalIds(local.emulator, stacks),
  };
  templates = resolveAll(
    await synthesize({ stage: STAGE, emailSender: LOCAL_SENDER, emulator: 'embedded' }, await catalogue()),
    environment,
  );
}, 300_000);

afterAll(async () => {
  await recorder?.stop();
  await local?.stop();
});

/** The dispatcher inserts it at its first tick, which may have come before calls are recorded. Then it inserts it again. */
async function forgetCoresNumber({ emulator, deployment }: LocalSluice): Promise<void> {
  const dynamoDb = new DynamoDBClient(emulator.clientConfig);
  await dynamoDb.send(new DeleteItemCommand({ TableName: deployment.jobsTableName, Key: { id: { S: SCHEMA_ITEM } } }));
  dynamoDb.destroy();
}

/** The tour's jobs, and what it leaves out: a templated e-mail, and a job that only its message names, retried. */
async function runEverything({ emulator, deployment, source, stripe }: LocalSluice): Promise<void> {
  stripe.failNext({ status: 429, times: 3 });
  source.failNext({ status: 503, retryAfter: '62', match: { source: 'crm' } });
  source.failNext({ status: 503, match: { source: UNNAMED } });
  const urlOf = (name: string) => `http://${emulator.hostSeenByFunctions}:${source.port}/${name}/records`;
  const jobs = tourJobs(urlOf, JOB_TYPES);
  const sqs = new SQSClient(emulator.clientConfig);
  const post = (type: string, body: unknown) =>
    sqs.send(
      new SendMessageCommand({ QueueUrl: deployment.queues[type]?.queueUrl, MessageBody: JSON.stringify(body) }),
    );
  await post('sync-data', { payload: { source: UNNAMED, url: urlOf(UNNAMED) } });
  await post('send-email', { payload: { to: 'ada@example.com', template: 'none', data: {} }, maxAttempts: 1 });
  const sent: SentJob[] = await sendJobs(
    jobs.filter(({ after }) => after === undefined),
    local,
  );
  const ended = () =>
    eventually(
      async () => {
        await refresh(sent, local);
        return sent.every(isOver);
      },
      'the end of all jobs',
      150_000,
    );
  await ended();
  sent.push(
    ...(await sendJobs(
      jobs.filter(({ after }) => after !== undefined),
      local,
    )),
  );
  await ended();
  sqs.destroy();
}

/** User agents hold no slash in an id. */
const inUserAgent = (id: string) => id.replaceAll('/', '-');

const check = (tried: Templates) => [
  ...replay({
    templates: tried,
    environment,
    calls: recorder.calls,
    functions: new Map(FUNCTIONS.map((name) => [inUserAgent(appId(name)), name])),
    exceptions: EXCEPTIONS,
  }),
  ...cutEdges(tried, environment),
];

describeHere('every AWS call that a deployed function made', () => {
  it('was one that its role allows, and no role allows more', () => {
    expect(recorder.calls.length).toBeGreaterThan(50);
    expect(recorder.calls.filter(({ appId: name }) => name === 'unknown')).toEqual([]);
    expect(check(templates)).toEqual([]);
  });
});

/** Changes the text of a stack's resources of a type. */
type Plant = readonly [mistake: string, stack: string, type: string, from: string | RegExp, to: string, said: RegExp];
const POLICY = 'AWS::IAM::Policy';
const PLANTED: readonly Plant[] = [
  [
    'a right removed',
    'sync-data',
    POLICY,
    '"dynamodb:UpdateItem"',
    '"dynamodb:BatchGetItem"',
    /did dynamodb:UpdateItem .* may not/,
  ],
  [
    'PutItem where PartiQLInsert is needed',
    'send-email',
    POLICY,
    'dynamodb:PartiQLInsert',
    'dynamodb:PutItem',
    /did dynamodb:PartiQLInsert .* may not/,
  ],
  [
    'a table’s ARN wrong',
    'send-email',
    POLICY,
    /table\/sluice-iam-jobs/g,
    'table/sluice-dev-jobs',
    /did dynamodb:PartiQLInsert .* may not/,
  ],
  ['the index forgotten', 'core', POLICY, '/index/lists', '', /did dynamodb:Query on .*index\/lists, and may not/],
  [
    'another type’s items',
    'send-email',
    POLICY,
    '"send-email#*"',
    '"sync-data#*"',
    /did dynamodb:PartiQLInsert .* may not/,
  ],
  [
    'another address of the sender’s domain',
    'send-email',
    POLICY,
    /"ses:FromAddress":"[^"]*"/g,
    '"ses:FromAddress":"chief@example.com"',
    /did ses:SendEmail .* may not/,
  ],
  [
    'the dead-letter queue forgotten',
    'process-payment',
    POLICY,
    'sluice-iam-process-payment-dlq',
    'sluice-iam-process-payment',
    /did sqs:SendMessage on .*-dlq, and may not/,
  ],
  [
    'the queue that it hands on to forgotten',
    'mail-report',
    POLICY,
    /sluice-iam-send-email/g,
    'sluice-iam-sync-data',
    /mail-report: it did sqs:SendMessage on .*send-email, and may not/,
  ],
  [
    'the callback that it parks forgotten',
    'generate-report',
    POLICY,
    /"mail-report#\*"/g,
    '"send-email#*"',
    /generate-report: it did dynamodb:PartiQLInsert .* may not/,
  ],
  [
    'queues that the dispatcher may not send to',
    'core',
    POLICY,
    /sluice-iam-\*/g,
    'sluice-other-*',
    /dispatcher: it did sqs:SendMessage on .*sync-data, and may not/,
  ],
  [
    'another’s name on the bus',
    'process-payment',
    POLICY,
    '"events:source":"sluice"',
    '"events:source":"other"',
    /did events:PutEvents on .*event-bus\/default, and may not/,
  ],
  [
    'another secret',
    'process-payment',
    POLICY,
    'stripe-api-key',
    'other',
    /did secretsmanager:GetSecretValue .* may not/,
  ],
  ['another folder of the bucket', 'generate-report', POLICY, 'reports/*', 'exports/*', /did s3:PutObject .* may not/],
  [
    'another sender',
    'send-email',
    POLICY,
    /identity\/example\.com/g,
    'identity/example.org',
    /did ses:SendEmail .* may not/,
  ],
  [
    'one right too many',
    'generate-report',
    POLICY,
    '"dynamodb:PartiQLUpdate"',
    '"dynamodb:PartiQLUpdate","dynamodb:Scan"',
    /it may dynamodb:Scan .* never did/,
  ],
  [
    'a wildcard for an action',
    'send-email',
    POLICY,
    '"dynamodb:PartiQLUpdate"',
    '"dynamodb:*"',
    /it may dynamodb:\* .* never did/,
  ],
  [
    'the event source’s queue cut off',
    'sync-data',
    POLICY,
    '"sqs:ReceiveMessage"',
    '"sqs:GetQueueUrl"',
    /may not sqs:ReceiveMessage/,
  ],
  [
    'a rule that its function refuses',
    'core',
    'AWS::Lambda::Permission',
    'events.amazonaws.com',
    's3.amazonaws.com',
    /does not permit it/,
  ],
  [
    'a topic that refuses CloudWatch',
    'core',
    'AWS::SNS::TopicPolicy',
    'cloudwatch.amazonaws.com',
    'events.amazonaws.com',
    /refuses CloudWatch/,
  ],
  [
    'a redrive to another queue',
    'sync-data',
    'AWS::SQS::Queue',
    /"deadLetterTargetArn":"[^"]*"/,
    '"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:x"',
    /dead-letter queue .* is none/,
  ],
];

describeHere('a planted mistake is caught:', () => {
  it.each(PLANTED)('%s', (_mistake, stack, type, from, to, said) => {
    const tried = structuredClone(templates);
    const resources = tried[`sluice-${STAGE}-${stack}`]?.Resources ?? {};
    for (const [id, resource] of Object.entries(resources)) {
      if (resource.Type === type) resources[id] = JSON.parse(JSON.stringify(resource).replace(from, to));
    }
    expect(tried).not.toEqual(templates);
    expect(check(tried).join('\n')).toMatch(said);
  });
});
