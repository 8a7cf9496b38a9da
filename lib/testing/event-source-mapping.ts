import type { Clock } from '../engine/clock.ts';
import { type Delivery, deliver, type EventSourceOptions } from './event-source.ts';
import type { MemoryQueue } from './queue-model.ts';
import { changed, isFull } from './sqs-receive.ts';

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
  /** Told of each batch at its end. */
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
  const stopping = new AbortController();
  const pollers = Array.from({ length: options.maxConcurrency ?? 5 }, () => poll(queue, options, stopping.signal));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
}

async function poll(queue: MemoryQueue, options: EventSourceMappingOptions, signal: AbortSignal): Promise<void> {
  const { clock, environment, throttled, onDelivery, ...settings } = options;
  let failures = 0;
  while (!signal.aborted) {
    if (queue.counts().visible === 0 || isFull(queue)) {
      await changed(queue, clock, { signal });
      continue;
    }
    const isThrottled = throttled?.() ?? false;
    const delivery = await deliver(queue, { ...settings, ...environment(), clock, throttled: isThrottled });
    // Idle now: the redrive policy took what was visible.
    if (delivery.outcome !== 'idle') onDelivery?.(delivery);
    failures = ['idle', 'answered'].includes(delivery.outcome) ? 0 : failures + 1;
    if (failures > 0) await pause(clock, failures, signal);
  }
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
