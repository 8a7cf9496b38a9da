import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { cronTimes } from '../../contract/definition/schedule-expression.ts';
import { partsOf } from '../../contract/names.ts';
import { FIVE_MINUTES } from './alarm.ts';

const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;
/** Ticks in a row that must be missing: CloudWatch may lose the report of one (EventBridge User Guide, "Monitoring"). */
const MISSING_TICKS = 3;
const SHORTEST_MINUTES = 15;
/** Beyond it, periods are of an hour: an alarm has fewer of them to look at. */
const FINE_MINUTES = 120;
const RATE_MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: DAY_MINUTES };

/** The latest periods in which there must be a tick. */
export interface TickWindow {
  readonly period: Duration;
  readonly of: number;
}

/**
 * In how long a time a schedule must have fired: three times the longest time between two ticks, if that is no more than a day,
 * else a day.
 *
 * @param nowMs a cron expression is read over the year from then on
 * @returns undefined if there may be more than a day between two ticks: CloudWatch's alarms look back no further
 */
export function tickWindow(expression: string, nowMs: number): TickWindow | undefined {
  const gap = longestGapMinutes(expression, nowMs);
  if (gap === undefined || gap > DAY_MINUTES) return undefined;
  const minutes = Math.min(DAY_MINUTES, Math.max(SHORTEST_MINUTES, MISSING_TICKS * gap));
  const period = minutes > FINE_MINUTES ? Duration.hours(1) : FIVE_MINUTES;
  return { period, of: Math.ceil(minutes / period.toMinutes()) };
}

/** @returns undefined if a day of the coming year has no tick */
function longestGapMinutes(expression: string, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (count !== undefined) return Number(count) * (RATE_MINUTES[unit] ?? 1);
  const fires = cronTimes(expression);
  if (fires === undefined) return undefined;
  const firstMs = Math.ceil(nowMs / MINUTE_MS / DAY_MINUTES) * DAY_MINUTES * MINUTE_MS;
  const at = (day: number, minute: number) => fires(firstMs + (day * DAY_MINUTES + minute) * MINUTE_MS);
  const minutes = Array.from({ length: DAY_MINUTES }, (_, minute) => minute).filter((minute) => at(0, minute));
  const [first] = minutes;
  // A cron expression has the same times on each of its days.
  if (first === undefined || Array.from({ length: 366 }, (_, day) => day).some((day) => !at(day, first)))
    return undefined;
  return Math.max(...minutes.map((minute, i) => (minutes[i + 1] ?? first + DAY_MINUTES) - minute));
}

/** Whether a schedule is deployed switched on. */
export function isSwitchedOn(scope: IConstruct, { timeZone, offInStages = [] }: JobSchedule, stage: string): boolean {
  // No emulator writes the scheduled time into the message of a schedule with a zone, so each would be refused.
  if (timeZone !== undefined && scope.node.tryGetContext('emulator') !== undefined) return false;
  const isOff = [stage, partsOf(stage).stage].some((one) => offInStages.includes(one));
  return !isOff && scope.node.tryGetContext('schedules') !== 'off';
}

/** The schedules of a type whose missing ticks an alarm tells. */
export const watchedSchedules = (
  scope: IConstruct,
  { schedule }: Pick<JobDefinition, 'schedule'>,
  { stage, nowMs }: { readonly stage: string; readonly nowMs: number },
): readonly JobSchedule[] =>
  schedule.filter((one) => isSwitchedOn(scope, one, stage) && tickWindow(one.expression, nowMs) !== undefined);
