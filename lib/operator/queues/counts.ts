import { cutAsTheyCome } from '../../aws/cut.ts';
import type { FeedOptions, Stage } from '../aws.ts';
import { isMissing, queueAttributes, type TypeQueues } from '../stage.ts';

/** SQS's counts of a type's queue, approximate. */
export interface QueueCounts {
  readonly type: string;
  /** Ready to be received. */
  readonly depth: number;
  /** Received and not deleted: running, or waiting for a retry. */
  readonly inFlight: number;
  readonly delayed: number;
}

/** Messages in a dead-letter queue, approximate. */
export interface DeadLetterCount {
  readonly type: string;
  readonly dlq: number;
}

export const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/**
 * Counts the messages of types' queues: one call to SQS a queue. A queue that is gone meanwhile is left out.
 *
 * @param queues of {@link typeQueues}
 */
export const queueCounts = (
  stage: Stage,
  queues: readonly TypeQueues[],
  options: FeedOptions = {},
): Promise<QueueCounts[]> => ofEach(queues, options, (one) => countsOf(stage, one));

/**
 * Counts the messages of types' dead-letter queues: one call to SQS a queue. A queue that is gone meanwhile is left out.
 *
 * @param queues of {@link typeQueues}
 */
export const deadLetterCounts = (
  stage: Stage,
  queues: readonly TypeQueues[],
  options: FeedOptions = {},
): Promise<DeadLetterCount[]> => ofEach(queues, options, (one) => deadLettersOf(stage, one));

export async function countsOf({ aws }: Stage, { type, queueUrl }: TypeQueues): Promise<QueueCounts> {
  const [depth, inFlight, delayed] = await counted(aws.sqs, queueUrl);
  return { type, depth, inFlight, delayed };
}

/** Messages in flight count: somebody looks at them, and they are still there. */
export async function deadLettersOf({ aws }: Stage, queues: TypeQueues): Promise<DeadLetterCount> {
  const [visible, inFlight, delayed] = await counted(aws.sqs, queues.deadLetterQueueUrl);
  return { type: queues.type, dlq: visible + inFlight + delayed };
}

async function counted(sqs: Stage['aws']['sqs'], url: string): Promise<[number, number, number]> {
  const found = await queueAttributes(sqs, url, [...COUNTS]);
  const [visible = 0, inFlight = 0, delayed = 0] = COUNTS.map((name) => Number(found[name] ?? 0));
  return [visible, inFlight, delayed];
}

/** Queues that are asked at the same time: the SDK's clients hold 50 connections. */
const SIDE_BY_SIDE = 25;

async function ofEach<T>(
  queues: readonly TypeQueues[],
  { signal }: FeedOptions,
  look: (queues: TypeQueues) => Promise<T>,
): Promise<T[]> {
  const found: T[] = [];
  for (const some of cutAsTheyCome(queues, ({ length }) => length < SIDE_BY_SIDE)) {
    signal?.throwIfAborted();
    found.push(...(await Promise.all(some.map((one) => look(one).then((value) => [value], noneIfGone)))).flat());
  }
  return found;
}

function noneIfGone(error: unknown): never[] {
  if (isMissing(error)) return [];
  throw error;
}
