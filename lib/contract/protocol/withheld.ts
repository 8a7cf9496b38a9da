import { RetryAfterError } from '../errors.ts';
import type { BeginStep } from './begin.ts';
import type { BeginFacts } from './begun-item.ts';
import { hashOf } from './job-item.ts';
import type { Failure } from './settle.ts';
import { waitOrPark } from './wait-or-park.ts';

/** The longest that a job waits before it asks an open breaker again: it may have closed since. */
export const MAX_WAIT_MS = 300_000;
/** Those that do not wait for a probe are spread from here on: a probe's turn is theirs alone. */
const MIN_WAIT_MS = 60_000;
/** While a breaker is closing, jobs come back within so many of its intervals: each of them has twice the room. */
const INTERVALS = 4;

/** When a job may ask again, ms from now: the same for each of its asks, and spread over all jobs. @param id of its item */
export const waitMs = (id: string): number => MIN_WAIT_MS + spread(id, MAX_WAIT_MS - MIN_WAIT_MS);

/** The same while the breaker is closing. @param leftMs until its interval ends */
export function waitClosingMs(id: string, leftMs: number, probeSeconds: number): number {
  return Math.min(MAX_WAIT_MS, leftMs + spread(id, INTERVALS * probeSeconds * 1000));
}

/** Ids that differ in their last character alone have hashes whose upper bits are nearly the same: these are mixed in. */
function spread(id: string, ms: number): number {
  const hash = hashOf(id);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
  return Math.floor((mixed / 2 ** 32) * ms);
}

/**
 * Row `withheld`: the step would start an attempt, and the breaker of its type forbids it. The job waits without an attempt, as in
 * `waitOrPark`.
 */
export const withheld = (facts: BeginFacts, step: BeginStep, untilMs: number): BeginStep =>
  waitOrPark(facts, step, { row: 'withheld', untilMs, dueAt: Math.ceil(untilMs) });

/** Ended by the job itself, or by whoever holds it: they say nothing of a third party. */
const OF_ITS_OWN: readonly string[] = ['JobCancelledError', 'LeaseLostError', 'SnoozeError'];

/**
 * Whether an attempt that did not complete counts as a failure of its third party: also one that ran out of time, and one that was
 * its job's last. A permanent error, a snooze, a cancellation and a shutdown never do.
 *
 * @param errors names; only these count. @default all others do
 */
export function isFailure(failure: Failure, errors: readonly string[] | undefined): boolean {
  const { kind, error } = failure;
  if (kind !== 'retry' && kind !== 'probed' && !isExhausted(failure)) return false;
  return !OF_ITS_OWN.includes(error.name) && (errors?.includes(error.name) ?? true);
}

/**
 * What the failure of a probe leads to: it is put back without an attempt, where another one would be tried again or die of its last.
 * An error that does not count is the job's own, and spends its attempt: a job that fails of itself would otherwise probe for ever.
 *
 * @param wait.ms until it asks again
 */
export function decideProbe(
  failure: Failure,
  thrown: unknown,
  { ms: delayMs, errors }: { readonly ms: number; readonly errors: readonly string[] | undefined },
): Failure {
  if (!isFailure(failure, errors)) return failure;
  // Its third party may have said when to come back.
  const askedMs = failure.kind === 'retry' && thrown instanceof RetryAfterError ? failure.delayMs : 0;
  return { kind: 'probed', delayMs: Math.max(delayMs, askedMs), error: failure.error };
}

const isExhausted = (failure: Failure): boolean =>
  failure.kind === 'dead' && failure.reason === 'AttemptsExhausted' && failure.error.name !== 'SnoozeError';
