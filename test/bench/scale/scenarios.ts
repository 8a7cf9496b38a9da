import type { CircuitBreaker } from '../../../lib/contract/definition/breaker.ts';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../../lib/contract/definition/retry-policy.ts';
import { seeded } from '../seeded.ts';
import { evenly, type OutageOptions, triangle } from './outage.ts';

/** Eight attempts outlast ten minutes, five do not. */
export const PATIENT: RetryPolicy = { ...DEFAULT_RETRY_POLICY, maxAttempts: 8 };

export const withoutJitter = (policy: RetryPolicy): RetryPolicy => ({
  ...policy,
  backoff: { ...policy.backoff, jitter: 0 },
});

interface Size {
  readonly jobs: number;
  readonly seconds: number;
}

/** Jobs that come and go like a day's peak, in whose middle their third party is out. Default concurrency. */
export const peakOutage = (policy: RetryPolicy, { jobs, seconds }: Size, outageSeconds: number): OutageOptions => ({
  ...{ jobs, policy, maxConcurrency: 50, batchSize: 10, jobMs: 120 },
  arrivedBy: triangle(jobs, seconds),
  outage: { fromSecond: (seconds - outageSeconds) / 2, untilSecond: (seconds + outageSeconds) / 2 },
  random: seeded(1),
});

/** Jobs that are sent at once and fail together, again and again, while their third party is out. */
export const burst = (
  policy: RetryPolicy,
  { jobs, seconds }: Size,
  { maxConcurrency, outageSeconds }: { readonly maxConcurrency: number; readonly outageSeconds: number },
): OutageOptions => ({
  ...{ jobs, policy, maxConcurrency, batchSize: 10, jobMs: 120 },
  arrivedBy: evenly(jobs, seconds),
  outage: { fromSecond: 0, untilSecond: outageSeconds },
  random: seeded(2),
});

/** Jobs of 200 ms, and else the defaults. */
const DRILL = { policy: DEFAULT_RETRY_POLICY, maxConcurrency: 50, batchSize: 10, jobMs: 200 } as const;
/** Some jobs have ended well when the third party goes out. */
const OUT_FROM_SECOND = 10;
/** The rush that the outage begins in: a fifth of all jobs, so many a second. */
const RUSH = { part: 0.2, perSecond: 1000 } as const;

/**
 * The drill of the circuit breaker: a third party goes out in a rush of jobs and stays out for hours. The other jobs come evenly
 * until it is back, so that nearly all of them wait for its return.
 */
export function drill({ jobs, outageSeconds, breaker }: DrillSize): OutageOptions {
  const rush = Math.round(RUSH.part * jobs);
  const untilSecond = OUT_FROM_SECOND + outageSeconds;
  const others = evenly(jobs - rush, untilSecond);
  return {
    ...{ ...DRILL, jobs, ...(breaker && { breaker }) },
    arrivedBy: (second) => Math.min(rush, Math.round(RUSH.perSecond * second)) + others(second),
    outage: { fromSecond: OUT_FROM_SECOND, untilSecond },
    random: seeded(3),
  };
}

interface DrillSize {
  readonly jobs: number;
  readonly outageSeconds: number;
  readonly breaker?: CircuitBreaker;
}

/** Opens when half of the attempts of a minute fail, and asks every ten seconds. */
export const DRILL_BREAKER: CircuitBreaker = { failurePercent: 50, ofAtLeast: 100, perSeconds: 60, probeSeconds: 10 };
