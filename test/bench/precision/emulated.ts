import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { itemId, type JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { MAX_BATCH_ENTRIES } from '../../../lib/contract/sqs-limits.ts';
import { deploy } from '../../../localstack/deploy.ts';
import type { Emulator } from '../../../localstack/emulator.ts';
import { late } from './app/late/definition.ts';
import { type Poller, ringInTurns } from './bell.ts';
import { firstTick, type Tick, ticksOf } from './ticks.ts';

const STAGE = 'late';
/** Few enough a second that no start waits for another's batch. */
const SEND_EVERY_MS = 400;
/** A retry of one second waits for at least half of it: no job can be retried between two looks. */
const LOOK_EVERY_MS = 200;
/** When every due time is known, only the end is looked for: the emulator has one core's work to do as it is. */
const LOOK_SELDOM_MS = 2000;
/** After the longest delay. */
const PATIENCE_MS = 90_000;

/** A retry on the emulator. */
export interface Start {
  readonly delaySeconds: number;
  /** Waited in the table, and was released by the dispatcher; else in the queue. */
  readonly parked: boolean;
  readonly dueAtMs: number;
  /** Who looked at the queue when it was due. */
  readonly poller: Poller;
  /** Start minus due, by the function's own clock. */
  readonly lateMs: number;
}

export interface Measurement {
  /** What started; fewer than were sent if time ran out. */
  readonly starts: readonly Start[];
  /** The dispatcher's, meanwhile. */
  readonly ticks: readonly Tick[];
}

/**
 * Deploys a stage to an emulator, sends a job for each delay, and sees when its second attempt was due and when it started.
 *
 * @param delaysSeconds each from 1
 * @throws EmulatorError if the stage could not be deployed
 */
export async function measureStarts(emulator: Emulator, delaysSeconds: readonly number[]): Promise<Measurement> {
  const app = fileURLToPath(new URL('app', import.meta.url));
  const deployment = await deploy(emulator, { stage: STAGE, app, log: (line) => console.error(`  ${line}`) });
  const queueUrl = deployment.queues[late.type]?.queueUrl;
  if (queueUrl === undefined) throw new TypeError(`${late.type} is not deployed`);
  await firstTick(emulator, STAGE);
  const [sqs, dynamoDb] = [new SQSClient(emulator.clientConfig), new DynamoDBClient(emulator.clientConfig)];
  const bell = await ringInTurns(sqs);
  try {
    const seen = watch(DynamoDBDocumentClient.from(dynamoDb), deployment.jobsTableName, delaysSeconds);
    await send(sqs, queueUrl, delaysSeconds);
    const starts = (await seen).map((start) => ({ ...start, poller: bell.pollerAt(start.dueAtMs) }));
    return { starts, ticks: await ticksOf(emulator, STAGE) };
  } finally {
    await bell.stop();
    sqs.destroy();
    dynamoDb.destroy();
  }
}

const idOf = (index: number): string => `job-${index}`;

async function send(sqs: SQSClient, QueueUrl: string, delaysSeconds: readonly number[]): Promise<void> {
  const entries = delaysSeconds.map((delaySeconds, i) => ({
    Id: String(i),
    MessageBody: JSON.stringify({ id: idOf(i), payload: { delaySeconds } }),
  }));
  for (let at = 0; at < entries.length; at += MAX_BATCH_ENTRIES) {
    const Entries = entries.slice(at, at + MAX_BATCH_ENTRIES);
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} messages could not be sent: ${Failed[0]?.Message}`);
    await sleep(SEND_EVERY_MS);
  }
}

type Retry = Omit<Start, 'poller'>;

/** Looks at the table until each job has ended, or time is up. */
async function watch(
  documents: DynamoDBDocumentClient,
  table: string,
  delaysSeconds: readonly number[],
): Promise<Retry[]> {
  const due = new Map<string, Pick<Retry, 'parked' | 'dueAtMs'>>();
  const started = new Map<string, number>();
  const untilMs = Date.now() + Math.max(...delaysSeconds) * 1000 + PATIENCE_MS;
  while (started.size < delaysSeconds.length && Date.now() < untilMs) {
    for (const { id, status, dueAt, listKey, processedAt = '' } of await items(documents, table)) {
      if (status === 'RETRYING' && dueAt !== undefined) due.set(id, { parked: listKey !== undefined, dueAtMs: dueAt });
      if (status === 'COMPLETED') started.set(id, Date.parse(processedAt));
    }
    await sleep(due.size < delaysSeconds.length ? LOOK_EVERY_MS : LOOK_SELDOM_MS);
  }
  return delaysSeconds.flatMap((delaySeconds, i) => {
    const id = itemId(late.type, idOf(i));
    const [waited, startedAtMs] = [due.get(id), started.get(id)];
    if (waited === undefined || startedAtMs === undefined) return [];
    return [{ ...waited, delaySeconds, lateMs: startedAtMs - waited.dueAtMs }];
  });
}

type Seen = Pick<JobItem, 'id' | 'status' | 'dueAt' | 'listKey' | 'processedAt'>;

async function items(documents: DynamoDBDocumentClient, TableName: string): Promise<Seen[]> {
  const names = ['id', 'status', 'dueAt', 'listKey', 'processedAt'];
  const found: Seen[] = [];
  const scan = {
    TableName,
    ProjectionExpression: names.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
  };
  for await (const { Items = [] } of paginateScan({ client: documents }, scan)) found.push(...(Items as Seen[]));
  return found;
}
