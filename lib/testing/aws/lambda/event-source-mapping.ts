import type { Clock } from '../../../engine/clock.ts';
import type { MemoryQueue } from '../sqs/model.ts';
import { isFull } from '../sqs/receive.ts';
import { type Delivery, deliver, type EventSourceOptions } from './event-source.ts';

/** What an invocation runs in: a process that is made for it, or one that ran before. */
export type ExecutionEnvironment = Pick<EventSourceOptions, 'consumer' | 'process'>;

export interface EventSourceMappingOptions
  extends Pick<EventSourceOptions, 'clock' | 'functionTimeoutSeconds' | 'batchSize' | 'batchWindowSeconds'> {
  /** Asked for each batch. */
  readonly environment: () => ExecutionEnvironment;
  /** Invocations side by side at most. @default 5, the pollers that a mapping starts with (Lambda Developer Guide) */
  readonly maxConcurrency?: number;
  /** Whether Lambda has no room now: a batch is received and counted, and nobody is invoked. @default never */
  readonly throttled?: () => boolean;
  /** Called with each batch at its end. */
  readonly onDelivery?: (delivery: Delivery) => void;
}

/** A mapping at work, driven by its clock. */
export interface EventSourceMapping {
  /** Takes no more batches, and resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** Longest pause of a poller whose batches fail or are throttled one after the other. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Starts an event source mapping over a queue: while messages are visible it delivers them, `maxConcurrency` batches side by
 * side. A batch that failed as a whole, or was throttled, slows its poller down; reported failures do not.
 *
 * @throws RangeError for batches of more than 10 without a batching window
 */
export function startEventSourceMapping(queue: MemoryQueue, options: EventSourceMappingOptions): EventSourceMapping {
  const { batchSize = 10, batchWindowSeconds = 0 } = options;
  if (batchSize > 10 && batchWindowSeconds === 0) {
    throw new RangeError(`batchSize ${batchSize} needs a batching window (SQS event source limit)`);
  }
  const { maxConcurrency = 5, clock } = options;
  const stopping = new AbortController();
  /** Pollers that have no batch: how many of its batches failed one after the other. */
  const idle = Array.from({ length: maxConcurrency }, () => 0);
  const busy = new Set<Promise<void>>();
  const mayTake = () => !stopping.signal.aborted && idle.length > 0 && queue.counts().visible > 0 && !isFull(queue);
  const start = (failures: number) => {
    const work = poll(queue, options, { failures, signal: stopping.signal }).then((after) => {
      busy.delete(work);
      idle.push(after);
      waker.wake();
    });
    busy.add(work);
  };
  const waker = makeWaker(queue, clock, () => {
    while (mayTake()) start(idle.pop() ?? 0);
    return idle.length > 0;
  });
  waker.wake();
  return {
    async stop() {
      stopping.abort();
      waker.close();
      await Promise.all(busy);
    },
  };
}

/**
 * Calls `take` when there may be something to receive: one watch and one timer, however many pollers wait. What changes
 * in the same turn of the event loop calls once, or a thousand sends would wake them a thousand times.
 *
 * @param take returns whether somebody still waits
 */
function makeWaker(queue: MemoryQueue, clock: Clock, take: () => boolean) {
  let timer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  let isWoken = false;
  let isClosed = false;
  const setTimer = (atMs: number | undefined) => {
    if (timer?.atMs === atMs) return;
    timer?.cancel();
    timer = atMs === undefined ? undefined : { atMs, cancel: clock.after(atMs - clock.now(), ring) };
  };
  const ring = () => {
    timer = undefined;
    wake();
  };
  const wake = () => {
    if (isWoken || isClosed) return;
    isWoken = true;
    setImmediate(() => {
      isWoken = false;
      if (!isClosed) setTimer(take() ? queue.nextVisibleAtMs() : undefined);
    });
  };
  const unwatch = queue.watch(wake);
  return {
    wake,
    close() {
      isClosed = true;
      unwatch();
      setTimer(undefined);
    },
  };
}

interface Poller {
  readonly failures: number;
  readonly signal: AbortSignal;
}

/** One batch, and the pause after it if it failed. @returns failures in a row */
async function poll(
  queue: MemoryQueue,
  { clock, environment, throttled, onDelivery, ...settings }: EventSourceMappingOptions,
  { failures, signal }: Poller,
): Promise<number> {
  const isThrottled = throttled?.() ?? false;
  const delivery = await deliver(queue, { ...settings, ...environment(), clock, throttled: isThrottled });
  // Idle now: the redrive policy took what was visible.
  if (delivery.outcome !== 'idle') onDelivery?.(delivery);
  if (['idle', 'answered'].includes(delivery.outcome)) return 0;
  await pause(clock, failures + 1, signal);
  return failures + 1;
}

/** Doubles with each failure, from one second. */
function pause(clock: Clock, failures: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures), end);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
