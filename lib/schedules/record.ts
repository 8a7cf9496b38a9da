import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { StoredSchedule } from '../aws/scheduler.ts';
import { take } from '../contract/definition/schedule-times.ts';
import { scheduleDescription } from '../contract/names.ts';
import { iso } from '../contract/protocol/timing.ts';
import { rateMs, type Timing, ticksAfter } from './expression.ts';

/** Ticks that came while a schedule was paused. */
export interface MissedTicks {
  readonly count: number;
  /** Of a rate, whose times only AWS knows: `count` may be one too many or too few. */
  readonly about?: true;
  /** There are more than were counted. */
  readonly more?: true;
  /** ISO 8601: from this on, when it was paused. A tick of just then counts. */
  readonly from: string;
  /** ISO 8601: until this, when they were counted. */
  readonly to: string;
}

/** A schedule as it is. */
export interface ScheduleInfo {
  readonly type: string;
  readonly name: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly state: 'on' | 'paused';
  /** ISO 8601. */
  readonly until?: string;
  /** ISO 8601. */
  readonly pausedAt?: string;
  /** While it is paused. */
  readonly missed?: MissedTicks;
  /** The next three ticks, ISO 8601; none while it is paused. Those of a rate are not known. */
  readonly next: readonly string[];
}

const NEXT = 3;
/** Missed ticks that are counted: a week of minutes. */
const MAX_MISSED = 10_080;
const PAUSED = /; paused (\S+)$/;

/** What a schedule says of itself in EventBridge, and since when it is paused. */
export function descriptionOf(stage: string, { type, name, pausedAtMs }: Named & { pausedAtMs?: number | undefined }) {
  const paused = pausedAtMs === undefined ? '' : `; paused ${iso(pausedAtMs)}`;
  return `${scheduleDescription(stage, type, name)}${paused}`;
}

interface Named {
  readonly type: string;
  readonly name: string;
}

/** Since when it is paused, epoch ms; undefined if it is on. One that was switched off elsewhere says it by its last change. */
export function pausedAt({ State, Description = '', LastModificationDate }: StoredSchedule): number | undefined {
  if (State !== 'DISABLED') return undefined;
  const said = Date.parse(PAUSED.exec(Description)?.[1] ?? '');
  return Number.isNaN(said) ? (LastModificationDate?.getTime() ?? 0) : said;
}

export const timingOf = ({ ScheduleExpression, ScheduleExpressionTimezone, EndDate }: StoredSchedule): Timing => ({
  expression: ScheduleExpression ?? '',
  timeZone: ScheduleExpressionTimezone ?? 'UTC',
  untilMs: EndDate?.getTime(),
});

/** Ticks that came since it was paused. */
export function missedTicks(timing: Timing, pausedAtMs: number, nowMs: number): MissedTicks {
  const toMs = Math.min(nowMs, timing.untilMs ?? nowMs);
  const between = { from: iso(pausedAtMs), to: iso(nowMs) };
  const every = rateMs(timing.expression);
  if (every !== undefined)
    return { count: Math.max(0, Math.floor((toMs - pausedAtMs) / every)), about: true, ...between };
  const { count, more } = countTicks(timing, { afterMs: pausedAtMs - 1, toMs: nowMs, max: MAX_MISSED });
  return { count, ...(more && { more }), ...between };
}

/** How many ticks there are after a time and until another, which is in it. */
export function countTicks(
  timing: Timing,
  { afterMs, toMs, max }: { readonly afterMs: number; readonly toMs: number; readonly max: number },
): { readonly count: number; readonly more: boolean } {
  let count = 0;
  for (const atMs of ticksAfter(timing, afterMs)) {
    if (atMs > toMs) break;
    if (count === max) return { count, more: true };
    count += 1;
  }
  return { count, more: false };
}

export function infoOf(stored: StoredSchedule, { type, name }: Named, nowMs: number): ScheduleInfo {
  const timing = timingOf(stored);
  const sinceMs = pausedAt(stored);
  return {
    ...{ type, name, expression: timing.expression, timeZone: timing.timeZone },
    state: sinceMs === undefined ? 'on' : 'paused',
    ...(timing.untilMs !== undefined && { until: iso(timing.untilMs) }),
    ...(sinceMs !== undefined && { pausedAt: iso(sinceMs), missed: missedTicks(timing, sinceMs, nowMs) }),
    next: sinceMs === undefined ? take(ticksAfter(timing, nowMs), NEXT).map(iso) : [],
  };
}

/** All that an update must say again: what it leaves out is set back (EventBridge Scheduler API Reference, UpdateSchedule). */
export const asInput = (stored: StoredSchedule): Omit<CreateScheduleCommandInput, 'Name'> => ({
  GroupName: stored.GroupName,
  Description: stored.Description,
  ScheduleExpression: stored.ScheduleExpression,
  ScheduleExpressionTimezone: stored.ScheduleExpressionTimezone,
  State: stored.State,
  FlexibleTimeWindow: stored.FlexibleTimeWindow,
  Target: stored.Target,
  ActionAfterCompletion: stored.ActionAfterCompletion,
  ...(stored.StartDate !== undefined && { StartDate: stored.StartDate }),
  ...(stored.EndDate !== undefined && { EndDate: stored.EndDate }),
  ...(stored.KmsKeyArn !== undefined && { KmsKeyArn: stored.KmsKeyArn }),
});
