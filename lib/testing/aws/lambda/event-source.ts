import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Clock } from '../../../engine/clock.ts';
import { withResolvers } from '../../../engine/resolvers.ts';
import { md5, md5OfAttributes } from '../sqs/md5.ts';
import type { MemoryQueue, Received } from '../sqs/model.ts';
import { changed, systemAttributes } from '../sqs/receive.ts';
import type { MemoryProcess } from './process.ts';

/** A Lambda entry point; what it answers is not trusted to have the right shape. */
export type BatchConsumer = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse | unknown>;

export interface EventSourceOptions {
  readonly consumer: BatchConsumer;
  readonly clock: Clock;
  /** Lambda kills the process then. */
  readonly functionTimeoutSeconds: number;
  /** Messages at most; beyond 10 only with a batching window. @default 10 */
  readonly batchSize?: number;
  /** How long a batch that is not full waits for more, from its first message. @default 0 */
  readonly batchWindowSeconds?: number;
  /** The process that the consumer runs in: its death ends the invocation. */
  readonly process?: MemoryProcess;
  /** Lambda has no room: the batch is received and counted, and nobody is invoked. */
  readonly throttled?: boolean;
  /** How long after the answer the messages are deleted, ms; `never`: they come back, as SQS may do. @default 0 */
  readonly deletesAfterMs?: number | 'never';
}

/** One batch, from its receive to its end. */
export interface Delivery {
  readonly records: readonly SQSRecord[];
  /** `failed`: the consumer threw, or answered something that fails the whole batch. */
  readonly outcome: 'idle' | 'throttled' | 'answered' | 'failed' | 'timedOut' | 'crashed';
  /** What the consumer threw, if it did. */
  readonly error?: unknown;
  /** Ids of the messages that were not deleted. */
  readonly kept: readonly string[];
}

/**
 * What an SQS event source mapping with ReportBatchItemFailures does once: receives a batch, invokes, and at the batch's
 * end deletes the messages that were not reported. A failed one keeps the visibility that the consumer gave it.
 */
export async function deliver(queue: MemoryQueue, options: EventSourceOptions): Promise<Delivery> {
  const { batchSize = 10, batchWindowSeconds = 0, clock } = options;
  const received = queue.receive(batchSize);
  const untilMs = clock.now() + batchWindowSeconds * 1000;
  while (received.length > 0 && received.length < batchSize && clock.now() < untilMs) {
    await changed(queue, clock, { untilMs });
    received.push(...queue.receive(batchSize - received.length));
  }
  const records = received.map((message) => toRecord(message, queue, { windowed: batchWindowSeconds > 0 }));
  const ids = records.map(({ messageId }) => messageId);
  if (records.length === 0) return { records, outcome: 'idle', kept: [] };
  if (options.throttled) return { records, outcome: 'throttled', kept: ids };
  const ended = await invoke({ Records: records }, options);
  if (ended.outcome !== 'answered') return { records, kept: ids, ...ended };
  const kept = reportedFailures(ended.answer, ids);
  if (kept === undefined) return { records, outcome: 'failed', kept: ids };
  const handles = received.flatMap(({ messageId, receiptHandle }) => (kept.includes(messageId) ? [] : [receiptHandle]));
  deleteLater(handles, queue, options);
  return { records, outcome: 'answered', kept };
}

function deleteLater(handles: string[], queue: MemoryQueue, { clock, deletesAfterMs = 0 }: EventSourceOptions): void {
  const remove = () => {
    for (const handle of handles) queue.delete(handle);
  };
  if (deletesAfterMs === 0) remove();
  else if (deletesAfterMs !== 'never') clock.after(deletesAfterMs, remove);
}

type Ended =
  | { readonly outcome: 'answered'; readonly answer: unknown }
  | { readonly outcome: 'failed'; readonly error: unknown }
  | { readonly outcome: 'timedOut' | 'crashed' };

async function invoke(event: SQSEvent, options: EventSourceOptions): Promise<Ended> {
  const { consumer, clock, functionTimeoutSeconds, process } = options;
  const endsAtMs = clock.now() + functionTimeoutSeconds * 1000;
  const { promise: stopped, resolve: stop } = withResolvers<Ended>();
  const cancelTimer = clock.after(functionTimeoutSeconds * 1000, () => {
    stop({ outcome: 'timedOut' });
    process?.kill();
  });
  void process?.died.then(() => stop({ outcome: 'crashed' }));
  const answered = consumer(
    event,
    makeContext(() => Math.max(0, endsAtMs - clock.now())),
  ).then(
    (answer): Ended => ({ outcome: 'answered', answer }),
    (error: unknown): Ended => ({ outcome: 'failed', error }),
  );
  const ended = await Promise.race([stopped, answered]);
  cancelTimer();
  return ended;
}

/**
 * Ids that a partial batch response names.
 *
 * @returns undefined if it fails the whole batch: a shape of its own, an empty id, or one that the batch does not hold
 *          (Lambda Developer Guide, "Success and failure conditions")
 */
export function reportedFailures(answer: unknown, ids: readonly string[]): readonly string[] | undefined {
  if (answer === undefined || answer === null) return [];
  if (typeof answer !== 'object') return undefined;
  const failures: unknown = (answer as { batchItemFailures?: unknown }).batchItemFailures ?? [];
  if (!Array.isArray(failures)) return undefined;
  const named = failures.map((failure) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  return named.every((id): id is string => typeof id === 'string' && ids.includes(id)) ? named : undefined;
}

/**
 * A received message as Lambda hands it over.
 *
 * @param options.windowed whether the mapping has a batching window: the digest of no attributes is then `null`, and
 *        absent otherwise (both recorded on AWS). @default false
 */
export function toRecord(
  message: Received,
  { arn }: Pick<MemoryQueue, 'arn'>,
  { windowed = false }: { readonly windowed?: boolean } = {},
): SQSRecord {
  const { messageId, receiptHandle, body, attributes } = message;
  const digest = md5OfAttributes(attributes) ?? (windowed ? null : undefined);
  return {
    ...{ messageId, receiptHandle, body },
    attributes: systemAttributes(message),
    messageAttributes: camelCased(attributes),
    md5OfBody: md5(body),
    // Lambda's types do not know of null.
    ...(digest !== undefined && { md5OfMessageAttributes: digest as string }),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: 'eu-central-1',
  };
}

const camelCased = (attributes: Received['attributes']): SQSRecord['messageAttributes'] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { StringValue, BinaryValue, DataType }]) => [
      name,
      {
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
        ...{ stringListValues: [], binaryListValues: [], dataType: DataType as 'String' },
      },
    ]),
  );

function makeContext(getRemainingTimeInMillis: () => number): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: 'consumer',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:123456789012:function:consumer',
    memoryLimitInMB: '512',
    awsRequestId: 'request-1',
    logGroupName: '/aws/lambda/consumer',
    logStreamName: 'stream-1',
    getRemainingTimeInMillis,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
