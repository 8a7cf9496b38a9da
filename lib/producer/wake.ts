import { toSqs } from '../aws/message-attributes.ts';
import type { ProducerDynamoDb } from '../aws/producer-ports.ts';
import { writeAttributes } from '../contract/message-attributes.ts';
import { names } from '../contract/names.ts';
import { itemId } from '../contract/protocol/job-item.ts';
import { LOOK_AHEAD_MS, WATCHDOG_MS } from '../contract/protocol/timing.ts';
import { MAX_DELAY_SECONDS } from '../contract/sqs-limits.ts';
import type { EnqueueWrite } from './enqueue-write.ts';
import { ProducerConfigurationError } from './errors.ts';
import { type SendDeps, sendOne } from './send-one.ts';
import { startTries, type TryLimits } from './tries.ts';

/** What `wake` works with. */
export interface WakeDeps {
  readonly dynamoDb: ProducerDynamoDb | undefined;
  /** Full name. */
  readonly stage: string;
  readonly limits: TryLimits;
  /** Finds the queue of the job's type. */
  readonly to: () => Promise<Omit<SendDeps, 'limits' | 'payloads'>>;
}

/**
 * Does for one job what the dispatcher does at its next tick: sends its message, then moves its place in the list on.
 *
 * @returns whether it was sent. If not, the dispatcher sends it: nothing is lost
 * @throws ProducerConfigurationError without a client that reads and writes the table
 */
export async function wakeJob(
  { type, jobId, key, dueAt, write }: EnqueueWrite,
  { dynamoDb, stage, limits, to }: WakeDeps,
  nowMs: number,
): Promise<boolean> {
  if (!maySet(dynamoDb)) {
    throw new ProducerConfigurationError(
      'wake reads and writes the jobs table: createProducer({ dynamoDb: new DynamoDB() }), of @aws-sdk/client-dynamodb',
    );
  }
  if (dueAt > nowMs + LOOK_AHEAD_MS) return false;
  const place = { TableName: names.jobsTable(stage), Key: { id: { S: itemId(type, key) } } };
  try {
    // Sent before its transaction, a job would run without it.
    const { Item } = await startTries(limits).request((options) =>
      dynamoDb.getItem({ ...place, ConsistentRead: true, ProjectionExpression: 'jobId, dueAt' }, options),
    );
    if (Item?.jobId?.S !== jobId || Item.dueAt?.N !== String(dueAt)) return false;
    await sendOne(messageOf({ type, jobId, key, dueAt, write }, nowMs), {
      ...(await to()),
      limits,
      payloads: undefined,
    });
  } catch {
    return false;
  }
  await moveOn(place, { dueAt, nowMs, listKey: write.Put.Item.listKey }, { dynamoDb, limits });
  return true;
}

const maySet = (dynamoDb: ProducerDynamoDb | undefined): dynamoDb is Required<ProducerDynamoDb> =>
  dynamoDb?.updateItem !== undefined;

/** As the dispatcher sends it: `due` tells the consumer that this message counts. */
function messageOf({ jobId, key, dueAt, write }: EnqueueWrite, nowMs: number): Parameters<typeof sendOne>[0] {
  const { body, group } = write.Put.Item.envelope as { readonly body: string; readonly group?: string };
  const delay = Math.min(Math.max(0, Math.ceil((dueAt - nowMs) / 1000)), MAX_DELAY_SECONDS);
  return {
    ...{ jobId, givenKey: key, bytes: Buffer.byteLength(body) },
    message: {
      MessageBody: body,
      MessageAttributes: toSqs(writeAttributes({ own: { jobId, key, due: dueAt } })),
      ...(delay > 0 && { DelaySeconds: delay }),
      ...(group !== undefined && { MessageGroupId: group }),
    },
  };
}

interface Entry {
  readonly dueAt: number;
  readonly nowMs: number;
  readonly listKey: unknown;
}

/** Without it the dispatcher sends a second message, which is dropped as every copy is. So a failure is nobody's concern. */
async function moveOn(
  place: { readonly TableName: string; readonly Key: { readonly id: { readonly S: string } } },
  { dueAt, nowMs, listKey }: Entry,
  { dynamoDb, limits }: { readonly dynamoDb: Required<ProducerDynamoDb>; readonly limits: TryLimits },
): Promise<void> {
  const input = {
    ...place,
    UpdateExpression: 'SET listAt = :at',
    // Only begin, settle and cancel take a job off its list: then nothing is to be moved.
    ConditionExpression: 'dueAt = :due AND listKey = :list',
    ExpressionAttributeValues: {
      ':at': { N: String(Math.max(nowMs, dueAt) + WATCHDOG_MS) },
      ':due': { N: String(dueAt) },
      ':list': { S: String(listKey) },
    },
  };
  await startTries(limits)
    .request((options) => dynamoDb.updateItem(input, options))
    .catch(() => undefined);
}
