import { plannedDelayMs, type RetryPolicy } from '../../../lib/contract/definition/retry-policy.ts';
import { capacityOf, type OutageOptions } from './outage.ts';

/*
 * What the policy promises of a second's retries, derived before the first run of these scenarios. One promise was wrong and
 * was corrected after it: `mostPerSecond` was the mean of what there is room for (4,166), and 4,500 were measured, because nine
 * batches of 120 ms can begin within a second.
 *
 * A wave is the retries after the n-th failure. Each of its jobs draws its delay evenly from (1 − jitter) to 1 of the planned
 * one, d, so a wave is what came before it, blurred over jitter × d: never denser than that, nor than 1 / (jitter × d).
 */

/** Draws fall unevenly: of a mean that large, five standard deviations more are met in one second of a million. */
const byChance = (mean: number): number => mean + 5 * Math.sqrt(mean);

const delaySeconds = ({ backoff }: RetryPolicy, n: number): number => plannedDelayMs(backoff, n) / 1000;

/**
 * Most retries of one wave in a second, of jobs that came and failed at once: over no less time than the burst took, or than
 * the widest jitter so far.
 */
export function mostOfWave(wave: number, options: OutageOptions, burstSeconds: number): number {
  const { policy, jobs } = options;
  const jitters = Array.from({ length: wave }, (_, i) => policy.backoff.jitter * delaySeconds(policy, i + 1));
  return byChance(jobs / Math.max(1, burstSecondsOf(options, burstSeconds), ...jitters));
}

/** Without jitter a wave takes as long as the burst did, and may begin in the middle of a second. */
export const leastWithoutJitter = (options: OutageOptions, burstSeconds: number): number =>
  options.jobs / (Math.ceil(burstSecondsOf(options, burstSeconds)) + 1);

/** The burst is no shorter than there is room to start it. */
const burstSecondsOf = (options: OutageOptions, burstSeconds: number): number =>
  Math.max(burstSeconds, options.jobs / capacityOf(options));

/**
 * Most retries due in a second once the third party is back, of jobs that arrive at no more than `perSecond`: as many waves as
 * can be due at one moment, each no higher than the arrivals.
 */
export const mostAfter = (options: OutageOptions, perSecond: number): number =>
  byChance(wavesAfter(options) * perSecond);

/** New jobs come beside the retries. */
export const mostStarts = (options: OutageOptions, perSecond: number): number =>
  Math.min(mostPerSecond(options), byChance((wavesAfter(options) + 1) * perSecond));

/** Every invocation that there may be, as often as a batch can begin within a second. */
const mostPerSecond = ({ maxConcurrency, batchSize, jobMs }: OutageOptions): number =>
  maxConcurrency * batchSize * Math.ceil(1000 / jobMs);

function wavesAfter({ policy, outage }: OutageOptions): number {
  const lastsSeconds = outage.untilSecond - outage.fromSecond;
  const waves: { readonly from: number; readonly until: number }[] = [];
  let firstFailsAt = 0;
  for (let n = 1; n < policy.maxAttempts && firstFailsAt < lastsSeconds; n++) {
    const shortest = delaySeconds(policy, n) * (1 - policy.backoff.jitter);
    // From the earliest retry of who failed first to the latest of who failed last, from the outage's beginning.
    waves.push({ from: firstFailsAt + shortest, until: lastsSeconds + delaySeconds(policy, n) });
    firstFailsAt += shortest;
  }
  const moments = [lastsSeconds, ...waves.map(({ from }) => Math.max(from, lastsSeconds))];
  return Math.max(...moments.map((at) => waves.filter(({ from, until }) => from <= at && at <= until).length));
}

/** When a circuit breaker was open, in seconds. */
export interface Opening {
  readonly openedAt: number;
  /** Absent: it is open still. */
  readonly closedAt?: number;
}

/** The opening write binds the begins that are decided so long after it. */
const BINDS_AFTER_SECONDS = 2;

/**
 * Most attempts that started within one probe interval while a breaker was open, wherever the interval begins.
 *
 * @param starts in seconds, in their order
 */
export function mostStartsWhileOpen(
  starts: readonly number[],
  openings: readonly Opening[],
  probeSeconds: number,
): number {
  const isOpen = (second: number) =>
    openings.some(
      ({ openedAt, closedAt = Number.POSITIVE_INFINITY }) =>
        second >= openedAt + BINDS_AFTER_SECONDS && second < closedAt,
    );
  const probes = starts.filter(isOpen);
  let [first, most] = [0, 0];
  probes.forEach((second, i) => {
    // Whole milliseconds: fractions of seconds do not add up to ten.
    while (Math.round((second - (probes[first] ?? second)) * 1000) >= probeSeconds * 1000) first++;
    most = Math.max(most, i - first + 1);
  });
  return most;
}

/** All have ended so long after the third party's return, beyond the time that all of them take. */
const ENDED_WITHIN_SECONDS = 600;

/** @returns seconds from the third party's return, at most, until the last job ends */
export const mostUntilAllEnded = (options: OutageOptions): number =>
  ENDED_WITHIN_SECONDS + options.jobs / capacityOf(options);

/** One promise and what was measured. */
export interface Check {
  readonly what: string;
  readonly promised: string;
  readonly measured: number;
  readonly met: boolean;
}

export const atMost = (what: string, most: number, measured: number): Check => ({
  what,
  promised: `≤ ${shown(most)}`,
  measured,
  met: measured <= most,
});

export const atLeast = (what: string, least: number, measured: number): Check => ({
  what,
  promised: `≥ ${shown(least)}`,
  measured,
  met: measured >= least,
});

export const exactly = (what: string, count: number, measured: number): Check => ({
  what,
  promised: shown(count),
  measured,
  met: measured === count,
});

/** @param digits of fractions */
export const shown = (figure: number, digits = figure < 100 ? 1 : 0): string =>
  figure.toLocaleString('en', { maximumFractionDigits: digits });
