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
