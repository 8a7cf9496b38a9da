import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { decodeEnvelope } from '../contract/envelope.ts';
import { bodyHashOf, insideOf } from '../contract/inside.ts';
import { names, optional } from '../contract/names.ts';
import type { PayloadInput } from '../contract/payload.ts';
import { enqueued, mayEnqueue } from '../contract/protocol/enqueued.ts';
import { fitsAnItem, MAX_PARKED_BYTES } from '../contract/protocol/job-item.ts';
import type { Message } from '../contract/protocol/message.ts';
import { iso } from '../contract/protocol/timing.ts';
import { type EncodedJob, encodeJob } from './encode.ts';
import { MessageTooLargeError } from './errors.ts';
import type { EnqueueOptions } from './options.ts';

/** The write of a job into the jobs table, as an entry of `TransactItems` of the document client's `TransactWriteCommand`. */
export interface JobPut {
  readonly Put: {
    readonly TableName: string;
    readonly Item: Record<string, unknown>;
    readonly ConditionExpression: string;
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues: Record<string, unknown>;
  };
}

/** A job that is enqueued by a write of the caller's own. */
export interface EnqueueWrite {
  readonly type: string;
  readonly jobId: string;
  readonly key: string;
  /** Epoch ms: when the job falls due. */
  readonly dueAt: number;
  /** Refused (`ConditionalCheckFailed`) if a job has the key: the whole transaction is. */
  readonly write: JobPut;
}

/** What a job is written by. */
export interface GivenWrite<D extends JobDefinition> {
  readonly definition: D;
  readonly payload: PayloadInput<D>;
  readonly options: EnqueueOptions;
  /** Full name. */
  readonly stage: string;
}

/**
 * Writes a job as its consumer would have parked it, due at once or at its `runAt` (row `enqueued`).
 *
 * @throws what `encodeJob` does; MessageTooLargeError beyond what an item holds
 */
export async function encodeWrite<D extends JobDefinition>(
  { definition, payload, options, stage }: GivenWrite<D>,
  nowMs: number,
): Promise<EnqueueWrite> {
  const job = encodeJob(definition, { payload, options, storesLarge: false }, nowMs);
  const refusal = (await job.pending)?.refusal;
  if (refusal !== undefined) throw refusal;
  const message = messageOf(job, definition, nowMs);
  if (!fitsAnItem(message)) {
    const most = MAX_PARKED_BYTES.toLocaleString('en-US');
    throw new MessageTooLargeError(
      job.bytes,
      `a job in a transaction lies in the jobs table, where ${most} bytes fit; put what is large into S3, and send where it is`,
    );
  }
  const { type, retention, queueRetention, startWithinSeconds } = definition;
  const item = enqueued({ message, type, nowMs, retention, queueRetention, startWithinSeconds });
  const put = { TableName: names.jobsTable(stage), Item: { ...item }, ...mayEnqueue(nowMs) };
  return { type, jobId: message.jobId, key: message.key, dueAt: item.dueAt, write: { Put: put } };
}

/** The job as its consumer will read it, once the dispatcher has sent it. */
function messageOf(job: EncodedJob, definition: JobDefinition, nowMs: number): Message {
  const { MessageBody: body, MessageGroupId } = job.message;
  const { jobId, givenKey: key = jobId } = job;
  return {
    ...{ jobId, key, named: true, body, bodyHash: bodyHashOf(body), attributes: {}, receiveCount: 0, sentAtMs: nowMs },
    ...{ maxAttempts: definition.retry.maxAttempts, createdAt: iso(nowMs) },
    ...insideOf(decodeEnvelope(body, definition.type, nowMs), definition),
    ...optional('group', MessageGroupId),
  };
}

/** A transaction holds 100 items (DynamoDB quotas). */
export const MAX_WRITES = 100;

/**
 * Puts writes of the caller's own and jobs into one transaction.
 *
 * @param own  entries of `TransactItems`
 * @param jobs made by `enqueueWrite`
 * @returns the input of the document client's `TransactWriteCommand`
 * @throws RangeError beyond DynamoDB's 100 writes, or if a job is in it twice
 * @example
 * const job = await enqueueWrite(sendReceipt, { orderId }, { key: orderId });
 * await documents.send(new TransactWriteCommand(transactionOf([{ Put: { TableName: 'orders', Item: order } }], [job])));
 */
export function transactionOf<Write extends object>(
  own: readonly Write[],
  jobs: readonly EnqueueWrite[],
): { TransactItems: (Write | JobPut)[] } {
  const count = own.length + jobs.length;
  if (count > MAX_WRITES) {
    throw new RangeError(
      `a transaction holds ${MAX_WRITES} writes (DynamoDB quota), got ${own.length} and ${jobs.length} jobs: write some of it before, or send the jobs after it`,
    );
  }
  const keys = jobs.map(({ type, key }) => `${type} ${key}`);
  const twice = keys.find((key, i) => keys.indexOf(key) < i);
  if (twice !== undefined)
    throw new RangeError(`job ${twice} is in the transaction twice: DynamoDB takes an item once`);
  return { TransactItems: [...own, ...jobs.map(({ write }) => write)] };
}
