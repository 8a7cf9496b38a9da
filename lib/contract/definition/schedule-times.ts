import type { JobSchedule } from './schedule.ts';
import { cronTimesFrom } from './schedule-expression.ts';

const DAY_MS = 24 * 3600_000;
/** A clock changes by less than this. */
const CHANGE_MS = 3 * 3600_000;

/** Where a walk through a schedule's times begins, and which way it goes. */
export interface TimesOptions {
  /** Epoch ms. */
  readonly fromMs: number;
  /** Those at or before `fromMs`, the latest first. @default those after it, the next first */
  readonly backwards?: boolean;
}

/**
 * The times of a schedule, epoch ms. A time that a clock change leaves out is skipped, and one that comes twice counts once, at its
 * first (EventBridge Scheduler User Guide, "Schedule types", "Daylight saving time").
 *
 * @returns none of a rate: it begins when its rule is made
 */
export function* timesOf(
  { expression, timeZone = 'UTC' }: Pick<JobSchedule, 'expression' | 'timeZone'>,
  { fromMs, backwards = false }: TimesOptions,
): Generator<number> {
  const wall = wallClock(timeZone);
  // In the hour that comes twice the clock shows less than it showed before.
  const aroundMs = wall.at(fromMs) + (backwards ? CHANGE_MS : -CHANGE_MS);
  for (const wallMs of cronTimesFrom(expression, { fromMs: aroundMs, backwards })) {
    const [atMs] = wall.instants(wallMs);
    if (atMs !== undefined && (backwards ? atMs <= fromMs : atMs > fromMs)) yield atMs;
  }
}

/** What a zone's clock shows, as a time of UTC. */
export function wallClock(timeZone: string) {
  // Swedish writes a date and a time as ISO 8601 does.
  const format = new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const at = (atMs: number): number => Date.parse(`${format.format(atMs)}Z`);
  const offsetMs = (atMs: number): number => at(atMs) - atMs;
  return {
    at,
    /** When it shows this: once, never or twice, the earlier first. */
    instants(wallMs: number): number[] {
      const offsets = [offsetMs(wallMs - DAY_MS), offsetMs(wallMs + DAY_MS)];
      const tried = [...new Set(offsets)].map((offset) => wallMs - offset);
      return tried.filter((atMs) => at(atMs) === wallMs).sort((a, b) => a - b);
    },
  };
}

/** The first of them, and no more than are asked for. */
export function take(times: Iterable<number>, count: number): number[] {
  const taken: number[] = [];
  for (const atMs of times) {
    if (taken.push(atMs) === count) break;
  }
  return taken;
}
