import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { MAX_BATCH_ENTRIES } from '../../contract/sqs-limits.ts';
import { makePacer } from '../pace.ts';
import { type DeadLetter, type DeadLetterQueue, receiveDeadLetters } from './receive.ts';

/** How {@link receiveAll} works through a dead-letter queue. */
export interface ReceiveAllOptions {
  /** Which dead letters to act on. The others stay hidden until the end, so that none is received twice. */
  readonly wanted: (deadLetter: DeadLetter) => boolean;
  /** Acts on up to ten wanted dead letters. Those that it returns are released at the end. */
  readonly act: (deadLetters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>;
  /** Most dead letters to act on. @default all */
  readonly limit?: number | undefined;
  /** Ends it as soon as this is true: all that was looked for was found. */
  readonly until?: (() => boolean) | undefined;
  /** Most dead letters to act on a second. @default 250 */
  readonly perSecond?: number | undefined;
  /** Stops after the calls that are under way. */
  readonly signal?: AbortSignal | undefined;
  /** Receives at the same time. @default 4 */
  readonly workers?: number;
  /** Visibility timeout, seconds: if this process is killed, the dead letters are visible again after it. @default 300 */
  readonly hiddenSeconds?: number;
  /** Messages of a queue that may be received and not deleted at a time. @default 120,000 (SQS quotas) */
  readonly inFlightQuota?: number;
}

/** How {@link receiveAll} ended. */
export interface ReceiveAllResult {
  /** Dead letters that were received and left in the queue. */
  readonly passedOver: number;
  readonly interrupted: boolean;
  /** It ended because SQS gives out no more while so many are held. There may be others, which nobody looked at. */
  readonly atQuota?: true;
  /** The error that ended it early, if there was one. What was done before stands. */
  readonly failure?: unknown;
}

export const DEFAULT_PER_SECOND = 250;
const WORKERS = 4;
export const IN_FLIGHT_QUOTA = 120_000;
/** SQS calls its quota approximate: so much of it is taken for all. */
const NEARLY = 0.9;
/** Empty receives in a row that mean the end: a long poll asks all of SQS's servers, the second is for one that lags. */
const EMPTY_RECEIVES = 2;

/**
 * Receives every message of a dead-letter queue once, acts on those that are wanted, and releases the others. They are
 * visible again when it ends, also when it fails.
 */
export async function receiveAll(dlq: DeadLetterQueue, options: ReceiveAllOptions): Promise<ReceiveAllResult> {
  const state = { taken: 0, ended: false, held: new Map<string, DeadLetter>(), failure: undefined as unknown };
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const pace = makePacer(dlq.clock ?? {}, {
    perSecond: options.perSecond ?? DEFAULT_PER_SECOND,
    signal: options.signal,
  });
  const stopped = () => state.ended || options.signal?.aborted === true || state.failure !== undefined;
  const hold = (deadLetters: readonly DeadLetter[]) => {
    for (const deadLetter of deadLetters) state.held.set(deadLetter.messageId, deadLetter);
  };
  const round = async (): Promise<number> => {
    const received = await receiveDeadLetters(dlq, { hiddenSeconds: options.hiddenSeconds ?? 300 });
    const unseen = received.filter(({ messageId }) => !state.held.has(messageId));
    const wanted = unseen.filter(options.wanted).slice(0, limit - state.taken);
    state.taken += wanted.length;
    state.ended ||= state.taken >= limit;
    // Held before anything can fail: all that is held is released at the end.
    hold(received);
    await pace(wanted.length);
    if (options.signal?.aborted === true) return received.length;
    const left = new Set((await options.act(wanted)).map(({ messageId }) => messageId));
    for (const { messageId } of wanted) if (!left.has(messageId)) state.held.delete(messageId);
    state.ended ||= options.until?.() === true;
    return received.length;
  };
  const work = async () => {
    for (let empty = 0; empty < EMPTY_RECEIVES && !stopped(); ) empty = (await round()) === 0 ? empty + 1 : 0;
  };
  const fail = (error: unknown) => {
    state.failure ??= error;
  };
  await Promise.all(Array.from({ length: options.workers ?? WORKERS }, () => work().catch(fail)));
  const atQuota = !stopped() && state.held.size >= (options.inFlightQuota ?? IN_FLIGHT_QUOTA) * NEARLY;
  await release(dlq, [...state.held.values()]).catch(fail);
  const interrupted = options.signal?.aborted === true;
  return {
    ...{ passedOver: state.held.size, interrupted },
    ...(atQuota && { atQuota }),
    ...(state.failure !== undefined && { failure: state.failure }),
  };
}

/** Makes dead letters visible again at once. One that cannot be released is visible after its visibility timeout. */
export async function release(
  { sqs, deadLetterQueueUrl }: DeadLetterQueue,
  deadLetters: readonly DeadLetter[],
): Promise<void> {
  for (const call of cutAsTheyCome(deadLetters, ({ length }) => length < MAX_BATCH_ENTRIES)) {
    const Entries = call.map(({ receiptHandle }, index) => ({
      ...{ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 },
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }));
  }
}
