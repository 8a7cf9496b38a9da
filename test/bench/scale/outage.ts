import type { CircuitBreaker } from '../../../lib/contract/definition/breaker.ts';
import type { RetryPolicy } from '../../../lib/contract/definition/retry-policy.ts';

/** Jobs that arrive while their third party is out, in virtual time. */
export interface OutageOptions {
  readonly jobs: number;
  /** How many of them have arrived by a moment; all of them at last. */
  readonly arrivedBy: (second: number) => number;
  /** When the third party is out, in seconds. */
  readonly outage: { readonly fromSecond: number; readonly untilSecond: number };
  readonly policy: RetryPolicy;
  /** Invocations side by side at most. */
  readonly maxConcurrency: number;
  readonly batchSize: number;
  /** What a job takes, and with it its batch. */
  readonly jobMs: number;
  /** The job type's circuit breaker. @default none */
  readonly breaker?: CircuitBreaker;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** What one second saw, at most. */
export interface Outage {
  readonly completed: number;
  readonly dead: number;
  /** Attempts that failed. */
  readonly failed: number;
  /** Most new jobs that arrive in a second. */
  readonly peakArrivals: number;
  /** Most retries that fall due in a second once the third party is back, as their policy said. */
  readonly peakRetriesDue: number;
  /** Most attempts that start in a second. */
  readonly peakStarts: number;
  /** Most messages in flight: waiting in place or running. Parked ones are none. */
  readonly peakInFlight: number;
  readonly peakParked: number;
  /** From the end of the outage until the last job that it hit has ended. */
  readonly drainSeconds: number;
  /** When the last job ended, whatever it met. */
  readonly lastEndSecond: number;
  /** Retries after the n-th failure, from 1: how many fall due, and how many start, in a second at most. */
  readonly waves: readonly Wave[];
}

export interface Wave {
  readonly retries: number;
  readonly peakDue: number;
  readonly peakStarts: number;
}

/** Starts a second that there is room for. */
export const capacityOf = ({ maxConcurrency, batchSize, jobMs }: OutageOptions): number =>
  Math.floor((maxConcurrency * batchSize * 1000) / jobMs);

/** Evenly over so many seconds. */
export const evenly =
  (jobs: number, seconds: number) =>
  (second: number): number =>
    Math.min(jobs, Math.round((jobs * second) / seconds));

/** The rate a triangle: twice the mean in its middle. */
export const triangle =
  (jobs: number, seconds: number) =>
  (second: number): number => {
    const x = Math.min(1, second / seconds);
    return Math.round(jobs * (x < 0.5 ? 2 * x * x : 1 - 2 * (1 - x) * (1 - x)));
  };

/** Counts what happens, by the second. */
export function makeTally({ outage: { untilSecond } }: OutageOptions) {
  const seen = { completed: 0, dead: 0, failed: 0, peakInFlight: 0, peakParked: 0, drainSeconds: 0, lastEndSecond: 0 };
  const [arrivals, starts, dueAfter] = [
    new Map<number, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  const waves: { retries: number; due: Map<number, number>; starts: Map<number, number> }[] = [];
  const waveOf = (failures: number) => (waves[failures - 1] ??= { retries: 0, due: new Map(), starts: new Map() });
  const add = (counts: Map<number, number>, second: number, by = 1) => {
    const key = Math.floor(second);
    counts.set(key, (counts.get(key) ?? 0) + by);
  };
  return {
    seen,
    arrived: (second: number, jobs: number) => add(arrivals, second, jobs),
    /** @param attempt from 1 */
    started(second: number, attempt: number) {
      add(starts, second);
      if (attempt > 1) add(waveOf(attempt - 1).starts, second);
    },
    /** @param failures that the job has had */
    willRetry(failures: number, dueSecond: number) {
      const wave = waveOf(failures);
      wave.retries += 1;
      add(wave.due, dueSecond);
      if (dueSecond >= untilSecond) add(dueAfter, dueSecond);
    },
    ended(kind: 'completed' | 'dead', second: number, attempt: number) {
      seen[kind] += 1;
      seen.lastEndSecond = Math.max(seen.lastEndSecond, second);
      if (attempt > 1 || kind === 'dead') seen.drainSeconds = Math.max(seen.drainSeconds, second - untilSecond);
    },
    outage: (): Outage => ({
      ...seen,
      peakArrivals: peak(arrivals),
      peakRetriesDue: peak(dueAfter),
      peakStarts: peak(starts),
      waves: waves.map((wave) => ({ retries: wave.retries, peakDue: peak(wave.due), peakStarts: peak(wave.starts) })),
    }),
  };
}

export type Tally = ReturnType<typeof makeTally>;

function peak(counts: ReadonlyMap<number, number>): number {
  let most = 0;
  for (const count of counts.values()) if (count > most) most = count;
  return most;
}
