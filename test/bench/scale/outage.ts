import { IN_PLACE_MS } from '../../../lib/contract/begin.ts';
import { type RetryPolicy, retryDelayMs } from '../../../lib/contract/retry-policy.ts';

/** How a job waits. */
const [IN_PLACE, PARKED] = [1, 2];

/** A day's peak around an outage of a third party, in virtual seconds. */
export interface OutageOptions {
  readonly jobs: number;
  /** They arrive over so long, as a triangle: twice the mean in its middle. */
  readonly arrivalSeconds: number;
  /** Its middle is the peak's. */
  readonly outageSeconds: number;
  readonly policy: RetryPolicy;
  /** Jobs that the consumer can start a second: maximum concurrency × batch size / a batch's time. */
  readonly capacityPerSecond: number;
  readonly random: () => number;
}

export interface Outage {
  readonly completed: number;
  readonly dead: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Most new jobs that arrive in a second. */
  readonly peakArrivals: number;
  /** Most retries that fall due in a second once the third party is back, and how many its policy gathers by itself. */
  readonly peakRetriesDue: number;
  /** Most attempts that start in a second. */
  readonly peakStarts: number;
  /** Most messages in flight: waiting in place or running. Parked ones are none. */
  readonly peakInFlight: number;
  readonly peakParked: number;
  /** From the end of the outage until the last job that it hit has ended. */
  readonly drainSeconds: number;
}

/**
 * The contract's own policy and its rule of what waits in place and what is parked, for every job; the engine and AWS are
 * reduced to their timing: a retry starts on the second it is due (npm run bench, precision), as far as there is room.
 */
export function simulateOutage(options: OutageOptions): Outage {
  const { jobs, arrivalSeconds, outageSeconds, policy, capacityPerSecond, random } = options;
  const starts = (arrivalSeconds - outageSeconds) / 2;
  const isOut = (second: number) => second >= starts && second < starts + outageSeconds;
  const attempts = new Uint8Array(jobs);
  const held = new Uint8Array(jobs);
  const isInPlace = (job: number) => held[job] === IN_PLACE;
  const dueAt = new Map<number, number[]>();
  const waiting: number[] = [];
  const seen = { completed: 0, dead: 0, failed: 0, peakArrivals: 0, peakRetriesDue: 0, peakStarts: 0 };
  const peaks = { peakInFlight: 0, peakParked: 0, drainSeconds: 0 };
  let [arrived, inPlace, parked] = [0, 0, 0];
  for (let second = 0; second < arrivalSeconds || dueAt.size > 0 || waiting.length > 0; second++) {
    const due = dueAt.get(second) ?? [];
    dueAt.delete(second);
    for (const job of due) if (isInPlace(job)) inPlace--;
    for (const job of due) if (!isInPlace(job)) parked--;
    if (second >= starts + outageSeconds) seen.peakRetriesDue = Math.max(seen.peakRetriesDue, due.length);
    const until =
      second >= arrivalSeconds ? jobs : Math.min(jobs, Math.round(jobs * arrivedShare(second + 1, arrivalSeconds)));
    seen.peakArrivals = Math.max(seen.peakArrivals, until - arrived);
    for (const job of due) waiting.push(job);
    while (arrived < until) waiting.push(arrived++);
    const begun = waiting.splice(0, capacityPerSecond);
    seen.peakStarts = Math.max(seen.peakStarts, begun.length);
    for (const job of begun) perform(job, second);
    peaks.peakInFlight = Math.max(peaks.peakInFlight, inPlace + begun.length);
    peaks.peakParked = Math.max(peaks.peakParked, parked);
  }
  return { ...seen, ...peaks };

  function perform(job: number, second: number): void {
    attempts[job] = (attempts[job] ?? 0) + 1;
    const made = attempts[job];
    if (!isOut(second)) {
      seen.completed += 1;
      if (made > 1) peaks.drainSeconds = Math.max(peaks.drainSeconds, second - starts - outageSeconds);
      return;
    }
    seen.failed += 1;
    if (made >= policy.maxAttempts) {
      seen.dead += 1;
      return;
    }
    const delayMs = retryDelayMs(policy.backoff, made, random());
    wait(job, { delayMs, second });
  }

  function wait(job: number, { delayMs, second }: { delayMs: number; second: number }): void {
    const at = second + Math.max(1, Math.ceil(delayMs / 1000));
    const all = dueAt.get(at);
    if (all === undefined) dueAt.set(at, [job]);
    else all.push(job);
    held[job] = delayMs <= IN_PLACE_MS ? IN_PLACE : PARKED;
    if (isInPlace(job)) inPlace++;
    else parked++;
  }
}

/** Share of the jobs that have arrived by then, the rate a triangle. */
function arrivedShare(second: number, all: number): number {
  const x = second / all;
  return x < 0.5 ? 2 * x * x : 1 - 2 * (1 - x) * (1 - x);
}
