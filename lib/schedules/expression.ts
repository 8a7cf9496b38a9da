import { expressionFault } from '../contract/definition/schedule-expression.ts';
import { take, timesOf, wallClock } from '../contract/definition/schedule-times.ts';
import { spelledTimeZone } from '../contract/definition/time-zone.ts';
import { ScheduleError } from './errors.ts';

/** When a schedule fires. */
export interface Timing {
  /** `rate(5 minutes)`, `cron(0 7 * * ? *)` or `at(2027-01-31T09:00:00)`. */
  readonly expression: string;
  /** The zone that a cron or an at is meant in. */
  readonly timeZone: string;
  /** No tick comes after it. @default none */
  readonly untilMs?: number | undefined;
}

const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;
const RATE_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3600_000, day: 24 * 3600_000 };

/** The time between two ticks of a rate, in ms; undefined of a cron or an at. A day of it has 24 hours, whatever the clock does. */
export function rateMs(expression: string): number | undefined {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * (RATE_MS[unit] ?? 0);
}

/** What an at says, as a time of UTC on the clock of its zone; undefined of a cron or a rate. */
function wallMsOf(expression: string): number | undefined {
  const [, text] = AT.exec(expression) ?? [];
  return text === undefined ? undefined : Date.parse(`${text}Z`);
}

/**
 * The ticks after a time, in their order, epoch ms. A time that a clock change leaves out is skipped, and one that comes twice
 * counts once (EventBridge Scheduler User Guide, "Schedule types", "Daylight saving time").
 *
 * @returns none of a rate: it begins when AWS makes it
 */
export function* ticksAfter({ expression, timeZone, untilMs }: Timing, afterMs: number): Generator<number> {
  const wallMs = wallMsOf(expression);
  const all =
    wallMs === undefined
      ? timesOf({ expression, timeZone }, { fromMs: afterMs })
      : wallClock(timeZone)
          .instants(wallMs)
          .slice(0, 1)
          .filter((atMs) => atMs > afterMs);
  for (const atMs of all) {
    if (untilMs !== undefined && atMs > untilMs) return;
    yield atMs;
  }
}

/**
 * Checks when a schedule is to fire.
 *
 * @throws ScheduleError that says what is wrong, with the value given
 */
export function checkTiming({ expression, timeZone, untilMs }: Timing, nowMs: number): void {
  checkZone(expression, timeZone);
  if (untilMs !== undefined && untilMs <= nowMs) {
    throw new ScheduleError(`until must be a time to come, got ${new Date(untilMs).toISOString()}`);
  }
  const fault = faultOf({ expression, timeZone }, nowMs);
  if (fault !== undefined) throw new ScheduleError(`expression ${fault}, got ${JSON.stringify(expression)}`);
  if (rateMs(expression) !== undefined) return;
  const [first] = take(ticksAfter({ expression, timeZone }, nowMs), 1);
  if (first === undefined) {
    const why = `never fires: the clock of ${timeZone} leaves all of its times out`;
    throw new ScheduleError(`expression ${why}, got ${JSON.stringify(expression)}`);
  }
  if (untilMs === undefined || first <= untilMs) return;
  const times = `its first time is ${new Date(first).toISOString()}, until is ${new Date(untilMs).toISOString()}`;
  throw new ScheduleError(`expression never fires: ${times}, got ${JSON.stringify(expression)}`);
}

function checkZone(expression: string, timeZone: string): void {
  const spelled = timeZone === 'UTC' ? 'UTC' : spelledTimeZone(timeZone);
  if (spelled !== timeZone) {
    const wanted = spelled === undefined ? 'in its spelling, as "Europe/Berlin"' : `which spells it "${spelled}"`;
    throw new ScheduleError(
      `timeZone must be a name of the IANA time zone database, ${wanted}, got ${JSON.stringify(timeZone)}`,
    );
  }
  if (timeZone === 'UTC' || !expression.startsWith('rate')) return;
  throw new ScheduleError('timeZone is for cron(…) and at(…): a rate has no time of day');
}

function faultOf(timing: Timing, nowMs: number): string | undefined {
  const { expression, timeZone } = timing;
  if (/^at\(/.test(expression)) return atFault(timing, nowMs);
  if (/^(rate|cron)\(/.test(expression)) return expressionFault(expression, wallClock(timeZone).at(nowMs));
  return 'must be rate(5 minutes), cron(0 7 * * ? *) or at(2027-01-31T09:00:00)';
}

function atFault({ expression, timeZone }: Timing, nowMs: number): string | undefined {
  const wallMs = wallMsOf(expression);
  // JavaScript takes 30 February for 2 March.
  if (wallMs === undefined || !expression.includes(isoOf(wallMs))) {
    return 'must be a time without a zone, as at(2027-01-31T09:00:00), with timeZone beside it';
  }
  const [first, second] = wallClock(timeZone).instants(wallMs);
  if (first === undefined) return `never fires: the clock of ${timeZone} leaves this time out`;
  if (second !== undefined) return `is ambiguous: the clock of ${timeZone} shows this time twice; say it in UTC`;
  return first <= nowMs ? 'must be a time to come' : undefined;
}

const isoOf = (ms: number): string => (Number.isNaN(ms) ? 'no time' : new Date(ms).toISOString().slice(0, 19));
