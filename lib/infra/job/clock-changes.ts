import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { cronTimes } from '../../contract/definition/schedule-expression.ts';
import { wallClock } from '../../contract/definition/schedule-times.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3600_000;

/**
 * What the clock changes of the coming year do to a schedule with a time zone. EventBridge Scheduler skips a time that does
 * not exist, and runs once at one that comes twice (EventBridge Scheduler User Guide, "Schedule types", "Daylight saving
 * time").
 *
 * @returns one part of a sentence for each change that its times fall into; undefined if there is none
 */
export function clockChangeWarning(
  { expression, timeZone }: Pick<JobSchedule, 'expression' | 'timeZone'>,
  nowMs: number,
): string | undefined {
  const fires = cronTimes(expression);
  if (timeZone === undefined || fires === undefined) return undefined;
  const told = changesOf(timeZone, nowMs, nowMs + 366 * DAY_MS).flatMap((change) => warningOf(change, fires));
  return told.length === 0 ? undefined : told.join('; ');
}

/** A clock change: the times that it leaves out, or has twice. Read on the zone's own clock, each as one of UTC. */
interface ClockChange {
  readonly kind: 'gap' | 'twice';
  readonly fromMs: number;
  readonly toMs: number;
}

function warningOf({ kind, fromMs, toMs }: ClockChange, fires: (atMs: number) => boolean): string[] {
  const lengthMs = toMs - fromMs;
  const firesIn = (startMs: number) => minutesFrom(startMs, startMs + lengthMs).some(fires);
  if (!firesIn(fromMs)) return [];
  const day = new Date(fromMs).toISOString().slice(0, 10);
  const times = `from ${timeOf(fromMs)} to ${timeOf(toMs)}`;
  if (kind === 'twice') return [`on ${day} the time ${times} comes twice, and it runs once`];
  // What comes around it as often as within it misses nothing: the time before is followed by the time after.
  if (firesIn(fromMs - lengthMs) && firesIn(toMs)) return [];
  return [`on ${day} there is no time ${times}, and it is skipped`];
}

const timeOf = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

const minutesFrom = (fromMs: number, toMs: number): number[] =>
  Array.from({ length: Math.round((toMs - fromMs) / MINUTE_MS) }, (_, i) => fromMs + i * MINUTE_MS);

function changesOf(timeZone: string, fromMs: number, toMs: number): ClockChange[] {
  const { at } = wallClock(timeZone);
  const offsetMs = (atMs: number) => at(atMs) - atMs;
  const changes: ClockChange[] = [];
  const firstMs = Math.ceil(fromMs / DAY_MS) * DAY_MS;
  for (let dayMs = firstMs; dayMs < toMs; dayMs += DAY_MS) {
    const [before, after] = [offsetMs(dayMs), offsetMs(dayMs + DAY_MS)];
    if (before === after) continue;
    const atMs = minutesFrom(dayMs, dayMs + DAY_MS).find((ms) => offsetMs(ms) !== before) ?? dayMs + DAY_MS;
    const [first, last] = [atMs + Math.min(before, after), atMs + Math.max(before, after)];
    changes.push({ kind: after > before ? 'gap' : 'twice', fromMs: first, toMs: last });
  }
  return changes;
}
