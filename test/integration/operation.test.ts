import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand, paginateScan } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { METRICS, names } from '../../lib/contract/names.ts';
import type { JobItem } from '../../lib/contract/protocol/job-item.ts';
import { type Deployment, deploy, destroy } from '../../localstack/deploy.ts';
import { redeployFunctions } from '../../localstack/hot-reload.ts';
import { linesOf, parsed } from './support/logs.ts';
import { attributesOf, eventually, sqs } from './support/world.ts';

/** A stage of its own, thrown away with its stacks: what an operator does here disturbs no other test. */
const STAGE = 'devop';
const app = fileURLToPath(new URL('operation-app', import.meta.url));
const target = inject('target');
const documents = DynamoDBDocumentClient.from(new DynamoDBClient(target.clientConfig));
const lambda = new LambdaClient(target.clientConfig);
const FUNCTION = names.consumer(STAGE, 'order');
/** LocalStack runs one batch at a time: what takes MiniStack seconds takes it minutes. */
const LOAD = inject('emulator') === 'embedded' ? 500 : 100;

let deployment: Deployment;
const deployVersion = async (version: 1 | 2) => {
  deployment = await deploy(target, { stage: STAGE, app, context: { version: String(version) }, log: console.log });
};
const putCode = async (version: 1 | 2) => {
  const redeploy = { functionName: FUNCTION, entry: `${app}/v${version}/handler.ts` };
  expect(await redeployFunctions(target, [redeploy])).toMatchObject([{ status: 'fulfilled' }]);
};

/** Lets the queue's messages come to the function, or not: what is due meanwhile waits in the queue. */
async function setRunning(Enabled: boolean): Promise<void> {
  const mappings = async () =>
    (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: FUNCTION }))).EventSourceMappings ?? [];
  for (const { UUID } of await mappings()) await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  const wanted = Enabled ? 'Enabled' : 'Disabled';
  const isDone = async () => (await mappings()).every(({ State }) => State === wanted);
  await eventually(isDone, `an event source that is ${wanted}`, 150_000);
}

interface Order {
  readonly id: string;
  readonly payload: Record<string, unknown>;
}

async function sendAll(orders: readonly Order[]): Promise<void> {
  const QueueUrl = deployment.queues.order?.queueUrl;
  for (let from = 0; from < orders.length; from += 10) {
    const Entries = orders
      .slice(from, from + 10)
      .map((order, i) => ({ Id: String(i), MessageBody: JSON.stringify(order) }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

async function itemOf(key: string): Promise<JobItem | undefined> {
  const Key = { id: `order#${key}` };
  const get = new GetCommand({ TableName: deployment.jobsTableName, Key, ConsistentRead: true });
  return (await documents.send(get)).Item as JobItem | undefined;
}

async function itemsBy(prefix: string): Promise<JobItem[]> {
  const items: JobItem[] = [];
  const pages = paginateScan({ client: documents }, { TableName: deployment.jobsTableName, ConsistentRead: true });
  for await (const { Items = [] } of pages) items.push(...(Items as JobItem[]));
  return items.filter(({ id }) => id.startsWith(`order#${prefix}`));
}

const seen = new Map<string, Record<string, string | undefined>>();

/** The attributes of a job's dead letter, once it is in the queue. */
async function deadLetterOf(id: string) {
  const QueueUrl = deployment.queues.order?.deadLetterQueueUrl;
  const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] });
  const { Messages = [] } = await sqs.send(receive);
  for (const message of Messages) {
    const attributes = attributesOf(message);
    seen.set(attributes.jobId ?? '', attributes);
  }
  return seen.get(id);
}

const ends = (key: string, status: JobItem['status']) =>
  eventually(
    async () => {
      const item = await itemOf(key);
      return item?.status === status && !item.undelivered && item;
    },
    `${status} of ${key}`,
    150_000,
  );

const completedOf = (items: readonly JobItem[]) => items.filter(({ status }) => status === 'COMPLETED');
const versionOf = ({ result }: JobItem) => (result as { version: number } | undefined)?.version;

/** How many completions the function's metrics count. */
async function completionsCounted(): Promise<number> {
  const values = parsed(await linesOf(FUNCTION)).map((line) => line[METRICS.completed] ?? 0);
  return values.flat().reduce<number>((sum, value) => sum + Number(value), 0);
}

beforeAll(() => deployVersion(1));

describe('a new version of the code under load', () => {
  it('and its roll-back lose no job and run none twice', { timeout: 420_000 }, async () => {
    const orders = Array.from({ length: LOAD }, (_, i) => ({
      id: `load-${i}`,
      payload: { workMs: 2000, currency: 'usd' },
    }));
    await sendAll(orders);
    const done = async (share: number) => completedOf(await itemsBy('load-')).length >= share * LOAD;
    await eventually(() => done(0.2), 'a fifth of the jobs', 150_000);
    await putCode(2);
    await eventually(() => done(0.6), 'three fifths of the jobs', 150_000);
    await putCode(1);
    await eventually(() => done(1), 'all jobs', 150_000);
    const items = await itemsBy('load-');
    expect(items).toHaveLength(LOAD);
    expect(new Set(items.map(versionOf))).toEqual(new Set([1, 2]));
    const counted: Record<string, unknown>[] = [];
    const pages = paginateScan({ client: documents }, { TableName: `sluice-${STAGE}-order-effects` });
    for await (const { Items = [] } of pages) counted.push(...Items);
    expect(counted.filter(({ times }) => times !== 1)).toEqual([]);
    expect(counted).toHaveLength(LOAD);
    // A process that the emulator kills at a change of its code takes the counts of its batch with it.
    const mostCounts = async () => (await completionsCounted()) >= 0.7 * LOAD && completionsCounted();
    expect(await eventually(mostCounts, 'metrics')).toBeLessThanOrEqual(LOAD);
  });
});

describe('another definition while jobs wait', () => {
  beforeAll(async () => {
    await sendAll([
      { id: 'waits', payload: { workMs: 1, failFirst: true, currency: 'usd' } },
      { id: 'parked', payload: { workMs: 1, failFirst: true, waitSeconds: 62, currency: 'usd' } },
      { id: 'old-shape', payload: { workMs: 1, failFirst: true } },
      { id: 'old-parked', payload: { workMs: 1, failFirst: true, waitSeconds: 62 } },
    ]);
    const waiting = async () => (await itemsBy('')).filter(({ status }) => status === 'RETRYING').length === 4;
    await eventually(waiting, 'four waiting jobs');
    // However long the deploy takes, no job comes to the old code while it lasts.
    await setRunning(false);
    await deployVersion(2);
    await setRunning(true);
  });

  it('changes the queue with the timeout', async () => {
    const QueueUrl = deployment.queues.order?.queueUrl;
    const AttributeNames = ['VisibilityTimeout' as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(Number(Attributes?.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * 8);
  });

  it.each(['waits', 'parked'])('%s: the job keeps its attempts and ends under the new code', async (id) => {
    expect(await ends(id, 'COMPLETED')).toMatchObject({ attempts: 2, maxAttempts: 3, result: { version: 2 } });
  });

  it.each(['old-shape', 'old-parked'])(
    '%s: a payload that is refused now is dead-lettered with the reason',
    async (id) => {
      expect(await ends(id, 'DEAD')).toMatchObject({ attempts: 1, reason: 'InvalidPayload' });
      const deadLetter = await eventually(() => deadLetterOf(id), `the dead letter of ${id}`);
      expect(deadLetter).toMatchObject({ reason: 'InvalidPayload', errorMessage: expect.stringContaining('currency') });
    },
  );
});

describe('a stage that is destroyed and deployed again at once', () => {
  it('is new and works', async () => {
    await destroy(target, { stage: STAGE, app });
    const again: string[] = [];
    deployment = await deploy(target, {
      stage: STAGE,
      app,
      context: { version: '2' },
      log: (line) => again.push(line),
    });
    expect(await itemsBy('')).toEqual([]);
    await sendAll([{ id: 'first', payload: { workMs: 1, currency: 'usd' } }]);
    expect(await ends('first', 'COMPLETED')).toMatchObject({ attempts: 1, runNo: 1 });
    // MiniStack gives a deleted queue's name away at once; SQS and LocalStack keep it for a minute.
    if (inject('emulator') !== 'embedded')
      expect(again).toContainEqual(expect.stringContaining('keeps a name for 60 s'));
  });
});
