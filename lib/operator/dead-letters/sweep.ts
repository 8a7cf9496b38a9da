import { setTimeout as sleep } from 'node:timers/promises';
import { ChangeMessageVisibilityBatchCommand } from '@aws-sdk/client-sqs';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { MAX_BATCH_ENTRIES } from '../../contract/sqs-limits.ts';
import { type DeadLetter, type DeadLetterQueue, receiveLetters } from './receive.ts';

/** How a dead-letter queue is gone through. */
export interface SweepOptions {
  /** Letters that are not wanted are left, hidden until the end so that none is seen twice. */
  readonly wanted: (letter: DeadLetter) => boolean;
  /** Deals with up to ten wanted letters; those that it returns are released at the end. */
  readonly act: (letters: readonly DeadLetter[]) => Promise<readonly DeadLetter[]>;
  /** Wanted letters at most. @default all */
  readonly limit?: number | undefined;
  /** Wanted letters a second. @default 250 */
  readonly perSecond?: number | undefined;
  /** Stops after the calls that are under way. */
  readonly signal?: AbortSignal | undefined;
  /** Receives side by side. @default 4 */
  readonly workers?: number;
  /** How long letters stay hidden, should this process be killed, seconds. @default 300 */
  readonly hiddenSeconds?: number;
}

/** How it ended. */
export interface Swept {
  /** Letters that were looked at and left. */
  readonly passedOver: number;
  readonly interrupted: boolean;
  /** What ended it early, if something did; what was done until then stands. */
  readonly failure?: unknown;
}

export const DEFAULT_PER_SECOND = 250;
const WORKERS = 4;
/** Empty receives in a row that mean the end: a long poll asks all of SQS's servers, one more is for the one that lags. */
const EMPTY_RECEIVES = 2;

/**
 * Goes through a dead-letter queue once: every letter that is there is looked at; what is wanted is acted on. What is
 * left is visible again when it ends, however it ends.
 */
export async function sweep(dlq: DeadLetterQueue, options: SweepOptions): Promise<Swept> {
  const state = { taken: 0, ended: false, held: new Map<string, DeadLetter>(), failure: undefined as unknown };
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const pace = pacer(options.perSecond ?? DEFAULT_PER_SECOND, options.signal);
  const stopped = () => state.ended || options.signal?.aborted === true || state.failure !== undefined;
  const hold = (letters: readonly DeadLetter[]) => {
    for (const letter of letters) state.held.set(letter.messageId, letter);
  };
  const round = async (): Promise<number> => {
    const received = await receiveLetters(dlq, { hiddenSeconds: options.hiddenSeconds ?? 300 });
    const fresh = received.filter(({ messageId }) => !state.held.has(messageId));
    const wanted = fresh.filter(options.wanted).slice(0, limit - state.taken);
    state.taken += wanted.length;
    state.ended ||= state.taken >= limit;
    // Held first: whatever happens from here on, they are released.
    hold(received);
    await pace(wanted.length);
    if (options.signal?.aborted === true) return received.length;
    const left = new Set((await options.act(wanted)).map(({ messageId }) => messageId));
    for (const { messageId } of wanted) if (!left.has(messageId)) state.held.delete(messageId);
    return received.length;
  };
  const work = async () => {
    for (let empty = 0; empty < EMPTY_RECEIVES && !stopped(); ) empty = (await round()) === 0 ? empty + 1 : 0;
  };
  const fail = (error: unknown) => {
    state.failure ??= error;
  };
  await Promise.all(Array.from({ length: options.workers ?? WORKERS }, () => work().catch(fail)));
  await release(dlq, [...state.held.values()]).catch(fail);
  const interrupted = options.signal?.aborted === true;
  return { passedOver: state.held.size, interrupted, ...(state.failure !== undefined && { failure: state.failure }) };
}

/** Makes letters visible again, at once. One that cannot be released comes back when its time is over. */
export async function release(
  { sqs, deadLetterQueueUrl }: DeadLetterQueue,
  letters: readonly DeadLetter[],
): Promise<void> {
  for (const call of cutAsTheyCome(letters, ({ length }) => length < MAX_BATCH_ENTRIES)) {
    const Entries = call.map(({ receiptHandle }, index) => ({
      ...{ Id: String(index), ReceiptHandle: receiptHandle, VisibilityTimeout: 0 },
    }));
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: deadLetterQueueUrl, Entries }));
  }
}

/** Spreads work over time, over all workers together. */
function pacer(perSecond: number, signal: AbortSignal | undefined): (count: number) => Promise<void> {
  let nextAtMs = 0;
  return async (count) => {
    const nowMs = Date.now();
    const startMs = Math.max(nowMs, nextAtMs);
    nextAtMs = startMs + (count / perSecond) * 1000;
    if (startMs > nowMs) await sleep(startMs - nowMs, undefined, signal && { signal }).catch(() => undefined);
  };
}
