import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { scheduleDescription } from '../../lib/contract/names.ts';
import {
  alarmStates,
  deadLetterCounts,
  keepsData,
  listCounts,
  metricHistory,
  oldestAges,
  queueCounts,
  queues,
  queuesOf,
  runningStates,
  type Stage,
  schedules,
  typeQueues,
} from '../../lib/operator/index.ts';
import { envelope, eventually, newId, queueUrls, reaches, send, sqs } from './support/world.ts';

const config = inject('clientConfig');
const clients = {
  ...{ dynamoDb: new DynamoDBClient(config), lambda: new LambdaClient(config), logs: new CloudWatchLogsClient(config) },
  ...{ cloudWatch: new CloudWatchClient(config), cloudFormation: new CloudFormationClient(config) },
  eventBridge: new EventBridgeClient(config),
};
const stage: Stage = { name: 'it', aws: { ...clients, sqs }, endpoint: inject('target').endpoint };
const isMiniStack = inject('emulator') === 'embedded';
const TYPES = ['probe', 'probe-breaker', 'probe-crash', 'probe-flow', 'probe-serial'];

afterAll(() => {
  for (const client of Object.values(clients)) client.destroy();
});

describe('the feeds of a page, on the emulator', () => {
  it('find the types by their list of queues, as each by itself is found', async () => {
    const found = (await typeQueues(stage)).filter(({ type }) => TYPES.includes(type));
    expect(found.map(({ type }) => type)).toEqual(TYPES);
    for (const one of found) expect(await queuesOf(stage, one.type)).toEqual(one);
  });

  it('count messages, and jobs that are parked or died', async () => {
    const [parked, dead] = [newId('parked'), newId('dead')];
    await send(
      envelope(parked, [{ do: 'permanent', message: 'never' }], {
        runAt: new Date(Date.now() + 3600_000).toISOString(),
      }),
    );
    await send(envelope(dead, [{ do: 'permanent', message: 'never' }]));
    await reaches(parked, ['SCHEDULED']);
    await reaches(dead, ['DEAD']);
    const all = await typeQueues(stage);
    expect((await queueCounts(stage, all)).find(({ type }) => type === 'probe')).toEqual({
      ...{ type: 'probe', depth: expect.any(Number), inFlight: expect.any(Number), delayed: expect.any(Number) },
    });
    const dlqOf = async () => (await deadLetterCounts(stage, all)).find(({ type }) => type === 'probe')?.dlq ?? 0;
    expect(await eventually(async () => (await dlqOf()) > 0, 'a dead letter in the count')).toBe(true);
    const [probe] = await listCounts(stage, ['probe']);
    expect(probe).toMatchObject({ type: 'probe', parkedMore: false, deadMore: false });
    expect([(probe?.parked ?? 0) > 0, (probe?.dead ?? 0) > 0]).toEqual([true, true]);
  });

  it('say of each type whether its jobs are started, as queues does of all and of one', async () => {
    const states = await runningStates(stage, await typeQueues(stage));
    for (const type of TYPES) {
      expect([type, states[type]]).toEqual([type, 'running']);
      expect((await queues(stage, type)).queues[0]?.state).toBe('running');
    }
    const { queues: all } = await queues(stage);
    expect(all.filter(({ type }) => TYPES.includes(type)).map(({ state }) => state)).toEqual(
      TYPES.map(() => 'running'),
    );
  });

  it('give the alarms with what they mean, what to do and since when', async () => {
    const alarms = await alarmStates(stage);
    const own = alarms.find(({ name }) => name === 'sluice-it-probe-dlq-not-empty');
    expect(own).toMatchObject({
      ...{ type: 'probe', what: 'jobs are in the dead-letter queue', sinceMs: expect.any(Number) },
      todo: expect.stringMatching(/^Each failed for good/),
      runbook: expect.stringMatching(/README\.md#dead-letter-queue-not-empty$/),
    });
    expect(alarms.some(({ name, type }) => name === 'sluice-it-dispatcher-no-tick' && type === undefined)).toBe(true);
  });

  it('know that the stage goes with its stacks', async () => {
    expect(await keepsData(stage)).toBe(false);
  });

  it('put metrics on a grid; MiniStack has none of EMF’s and of SQS’s, LocalStack knows no percentile', async () => {
    const wanted = { type: 'probe', sinceMs: Date.now() - 600_000, periodSeconds: 60 };
    if (!isMiniStack) await expect(metricHistory(stage, wanted)).rejects.toThrow("'p50'");
    const counted = ['JobsCompleted', 'JobsFailed', 'ApproximateNumberOfMessagesVisible'];
    const history = await metricHistory(stage, isMiniStack ? wanted : { ...wanted, metrics: counted });
    const values = history.series.flatMap((one) => one.values);
    expect(history.series.every((one) => one.values.length >= 10)).toBe(true);
    if (!isMiniStack) return;
    expect(values.filter((value) => value !== null)).toEqual([]);
    expect(await oldestAges(stage, await typeQueues(stage))).toEqual({});
  });
});

describe('the schedules of a type, on the emulator', () => {
  const Rule = newId('sluice-it-nightly');
  const NIGHTLY = { name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: {} };
  /** A time at which it fired. */
  const lastMs = Math.floor((Date.now() - 2 * 3600_000) / 86_400_000) * 86_400_000 + 2 * 3600_000;
  const key = `nightly:${new Date(lastMs).toISOString().replace('.000Z', 'Z')}`;
  const look = async () => (await schedules(stage, { type: 'probe', retention: 14, schedule: [NIGHTLY] }))[0];

  beforeAll(async () => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrls().queueUrl, AttributeNames: ['QueueArn'] }),
    );
    const Description = scheduleDescription('it', 'probe', 'nightly');
    const rule = { Name: Rule, Description, ScheduleExpression: NIGHTLY.expression, State: 'DISABLED' as const };
    await clients.eventBridge.send(new PutRuleCommand(rule));
    await clients.eventBridge.send(
      new PutTargetsCommand({ Rule, Targets: [{ Id: 'queue', Arn: Attributes?.QueueArn }] }),
    );
    await send(envelope(key, [{ do: 'permanent', message: 'never' }]));
    await reaches(key, ['DEAD']);
  });
  afterAll(async () => {
    await clients.eventBridge.send(new RemoveTargetsCommand({ Rule, Ids: ['queue'] }));
    await clients.eventBridge.send(new DeleteRuleCommand({ Name: Rule }));
  });

  it('are those of the rules that send to its queue, with the jobs that they sent', async () => {
    expect(await look()).toMatchObject({ state: 'off', nextMs: [], last: [{ key, status: 'DEAD' }] });
  });
});
