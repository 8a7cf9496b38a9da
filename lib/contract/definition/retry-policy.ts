/** An explicit list of delays: the n-th retry waits for the n-th delay, later ones for the last. */
export interface ListBackoff {
  readonly kind: 'list';
  /** Seconds, each 0 to 604,800; at least one. */
  readonly delaysSeconds: readonly number[];
  /** Fraction from 0 to 1: 0.2 means that 80–100 % of the delay is waited. */
  readonly jitter: number;
}

/** `firstDelaySeconds × factor^(n−1)` before the n-th retry, never more than `maxDelaySeconds`. */
export interface ExponentialBackoff {
  readonly kind: 'exponential';
  readonly firstDelaySeconds: number;
  readonly factor: number;
  readonly maxDelaySeconds: number;
  /** Fraction from 0 to 1: 0.2 means that 80–100 % of the delay is waited. */
  readonly jitter: number;
}

export type Backoff = ListBackoff | ExponentialBackoff;

export interface RetryPolicy {
  /** Attempts in all, the first run included, 1 to 100. */
  readonly maxAttempts: number;
  readonly backoff: Backoff;
}

/** 1 s, 5 s, 30 s, 5 min, 30 min; with five attempts the first four delays are used. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = Object.freeze({
  maxAttempts: 5,
  backoff: Object.freeze({ kind: 'list', delaysSeconds: Object.freeze([1, 5, 30, 300, 1800]), jitter: 0.2 }),
});

/**
 * Delay before the next attempt, before jitter.
 *
 * @param attempt attempts made so far, from 1
 * @returns milliseconds; with the default policy 1 000, 5 000, 30 000, 300 000, 1 800 000 and then 1 800 000 again;
 *          with `{ firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800 }` 2 000, 6 000, 18 000, 54 000, 162 000,
 *          486 000, 1 458 000, 1 800 000 and then 1 800 000 for ever
 * @throws RangeError if `attempt` is not a positive integer
 */
export function plannedDelayMs(backoff: Backoff, attempt: number): number {
  if (!Number.isInteger(attempt) || attempt < 1) {
    throw new RangeError(`attempt must be a positive integer, got ${attempt}`);
  }
  const seconds =
    backoff.kind === 'list'
      ? (backoff.delaysSeconds[Math.min(attempt, backoff.delaysSeconds.length) - 1] ?? 0)
      : Math.min(backoff.firstDelaySeconds * backoff.factor ** (attempt - 1), backoff.maxDelaySeconds);
  return Math.round(seconds * 1000);
}

/**
 * Delay before the next attempt.
 *
 * @param attempt attempts made so far, from 1
 * @param random  a number from 0 (inclusive) to 1 (exclusive)
 * @returns milliseconds, from (1 − jitter) of the planned delay to all of it
 */
export function retryDelayMs(backoff: Backoff, attempt: number, random: number): number {
  return Math.round(plannedDelayMs(backoff, attempt) * (1 - backoff.jitter * random));
}
