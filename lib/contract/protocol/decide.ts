import type { JobDefinition } from '../definition/job-definition.ts';
import { retryDelayMs } from '../definition/retry-policy.ts';
import {
  JobResultError,
  MAX_REQUESTED_DELAY_SECONDS,
  PermanentError,
  RetryAfterError,
  SnoozeError,
  toJobError,
} from '../errors.ts';
import { quietly } from '../thrown.ts';
import { type JobItem, MAX_PUT_BACKS_IN_ROW, MAX_SNOOZES_IN_ROW } from './job-item.ts';
import type { Failure } from './settle.ts';
import { PUT_BACK_MS } from './timing.ts';

/**
 * What a failed attempt leads to. Pure.
 *
 * @param thrown what the handler threw, an `Error` or not
 * @param item   the attempt's claim: attempts, maxAttempts and snoozes in a row as begin wrote them
 * @param random from 0 (inclusive) to 1 (exclusive), for the jitter
 */
export function decide(
  thrown: unknown,
  item: JobItem,
  { retry, random }: Pick<JobDefinition, 'retry'> & { random: number },
): Failure {
  const error = toJobError(thrown);
  // A result that cannot be stored would be the same next time, and the work is done: running it again only repeats it.
  if (thrown instanceof PermanentError || thrown instanceof JobResultError)
    return { kind: 'dead', reason: 'PermanentError', error };
  const askedMs = thrown instanceof SnoozeError || thrown instanceof RetryAfterError ? requestedMs(thrown) : undefined;
  if (thrown instanceof SnoozeError && askedMs !== undefined) {
    if (item.snoozesInRow >= MAX_SNOOZES_IN_ROW) return { kind: 'dead', reason: 'AttemptsExhausted', error };
    return { kind: 'snooze', delayMs: askedMs, error };
  }
  if (item.attempts >= item.maxAttempts) return { kind: 'dead', reason: 'AttemptsExhausted', error };
  return { kind: 'retry', delayMs: askedMs ?? retryDelayMs(retry.backoff, item.attempts, random), error };
}

/** @returns undefined if the delay is none: what another copy of the package or a handler put there may be anything */
function requestedMs(thrown: SnoozeError | RetryAfterError): number | undefined {
  const seconds: unknown = quietly(() => thrown.delaySeconds);
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= MAX_REQUESTED_DELAY_SECONDS)) return undefined;
  return Math.round(seconds * 1000);
}

/** An attempt that was interrupted: its process ends. */
export interface Interruption {
  readonly error: unknown;
  /** The handler has ended too. If not, it may run on until the process is killed. */
  readonly hasEnded: boolean;
}

/** What an interrupted attempt leads to: the job is put back, and after 100 times in a row it has failed. Pure. */
export function decideInterrupted(
  { error, hasEnded }: Interruption,
  item: JobItem,
  options: Parameters<typeof decide>[2],
): Failure {
  if ((item.putBacksInRow ?? 0) >= MAX_PUT_BACKS_IN_ROW) return decide(error, item, options);
  return { kind: 'putBack', delayMs: hasEnded ? 0 : PUT_BACK_MS, error: toJobError(error) };
}
