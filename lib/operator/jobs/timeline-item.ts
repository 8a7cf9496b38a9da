import { isWaiting } from '../../contract/protocol/job-item.ts';
import { iso, WATCHDOG_MS } from '../../contract/protocol/timing.ts';
import type { TimelineEntry, TimelineItem } from './timeline-entry.ts';
import { oneLine } from './timeline-line.ts';

/** What an item says that no line of these does: of its last run, and how it stands now. */
export function fromItem(item: TimelineItem, told: readonly TimelineEntry[]): TimelineEntry[] {
  const missing = [created(item), ...attemptOf(item, told), ...endOf(item, told), ...waitOf(item, told)];
  return [...missing, ...cancelledOf(item, [...told, ...missing])];
}

const created = ({ createdAt }: TimelineItem): TimelineEntry => ({
  ...{ atMs: Date.parse(createdAt), kind: 'created', run: 1, text: '' },
});

/** A start is logged just after the item is written, by the same clock. */
const SKEW_MS = 500;

function attemptOf(item: TimelineItem, told: readonly TimelineEntry[]): TimelineEntry[] {
  const { processedAt, attempts, maxAttempts, runNo: run, snoozesInRow = 0, putBacksInRow = 0 } = item;
  const atMs = Date.parse(processedAt ?? '');
  const isTold = (one: TimelineEntry) => one.kind === 'started' && one.run === run && one.atMs >= atMs - SKEW_MS;
  if (Number.isNaN(atMs) || told.some(isTold)) return [];
  // One that was snoozed or put back counted no attempt.
  const attempt = attempts + (isWaiting(item) && snoozesInRow + putBacksInRow > 0 ? 1 : 0);
  return [{ atMs, kind: 'started', run, attempt, text: `attempt ${attempt} of ${maxAttempts}` }];
}

function endOf(item: TimelineItem, told: readonly TimelineEntry[]): TimelineEntry[] {
  const isTold = (kind: TimelineEntry['kind']) => told.some((one) => one.kind === kind && one.run === item.runNo);
  const { status, completedAt, failedAt, processedAt = '', attempts, runNo: run } = item;
  if (status === 'COMPLETED' && completedAt !== undefined && !isTold('completed')) {
    const atMs = Date.parse(completedAt);
    const durationMs = atMs - Date.parse(processedAt);
    const took = Number.isNaN(durationMs) ? {} : { durationMs };
    return [{ atMs, kind: 'completed', run, attempt: attempts, text: '', ...took }];
  }
  const kind = status === 'EXPIRED' ? 'expired' : 'dead';
  if ((status !== 'DEAD' && status !== 'EXPIRED') || failedAt === undefined || isTold(kind)) return [];
  return [{ atMs: Date.parse(failedAt), kind, run, attempt: attempts, text: whyOf(item) }];
}

const whyOf = ({ reason, error }: TimelineItem): string =>
  oneLine([reason, error?.name, error?.message].filter((part) => (part ?? '') !== '').join(': '));

/** That it waits, and that the dispatcher has sent it: only the item says so. */
function waitOf(item: TimelineItem, told: readonly TimelineEntry[]): TimelineEntry[] {
  const { dueAt, listAt, listKey, processedAt, createdAt, runNo: run } = item;
  if (!isWaiting(item) || dueAt === undefined) return [];
  const entries: TimelineEntry[] = [];
  const sinceMs = Date.parse(processedAt ?? createdAt);
  if (!told.some(({ kind, atMs }) => (kind === 'parked' || kind === 'retry-planned') && atMs >= sinceMs)) {
    const kind = listKey === undefined ? 'retry-planned' : 'parked';
    entries.push({ atMs: sinceMs, kind, run, text: `waits until ${iso(dueAt)}` });
  }
  if (listKey !== undefined && listAt !== undefined && listAt >= dueAt + WATCHDOG_MS) {
    const text = `sent to its queue by the dispatcher, due ${iso(dueAt)}`;
    entries.push({ atMs: listAt - WATCHDOG_MS, kind: 'released', run, text });
  }
  return entries;
}

/** An operator's cancellation of a waiting job writes no line, and the item no time. */
function cancelledOf(item: TimelineItem, told: readonly TimelineEntry[]): TimelineEntry[] {
  if (item.status !== 'CANCELLED' || told.some(({ kind }) => kind === 'cancelled')) return [];
  const atMs = Math.max(...told.map((one) => one.atMs));
  return [{ atMs, kind: 'cancelled', run: item.runNo, text: 'at some time after this: when, is written nowhere' }];
}
