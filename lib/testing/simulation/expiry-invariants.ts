import { METRICS } from '../../contract/names.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { count, type Deadlines, type Observer, type ObserverDeps } from './observed.ts';

interface Change {
  readonly before: JobItem | undefined;
  readonly now: JobItem;
  /** Its retention has passed: what comes under its key is a job of its own, with other times. */
  readonly forgotten: boolean;
}

interface Deps {
  readonly subject: ObserverDeps['subject'];
  readonly observer: Observer;
}

/**
 * No attempt is begun once a job's time is over, by the clock of whoever decides it; only a job whose time is over expires, and
 * one that has begun only by its `endBefore`.
 */
export function checkExpiry({ before, now, forgotten }: Change, { subject, observer }: Deps): void {
  const isNew = isExpired(now) && !(before !== undefined && isExpired(before) && before.runNo === now.runNo);
  if (isNew) count(observer.truth, METRICS.expired);
  const told = subject.deadlines?.get(now.jobId);
  if (told === undefined || forgotten) return;
  const { endBeforeMs = Number.POSITIVE_INFINITY } = told;
  const startMs = startBefore(now, told, subject);
  if (now.status === 'INPROGRESS' && (before?.status !== 'INPROGRESS' || before.owner !== now.owner)) {
    const begunMs = Date.parse(now.processedAt ?? '');
    if (begunMs >= endBeforeMs) observer.violate(`${now.jobId} was begun after its endBefore`);
    if (before?.processedAt === undefined && now.runNo === 1 && begunMs >= startMs)
      observer.violate(`${now.jobId} was begun after its startBefore`);
  }
  if (!isNew) return;
  const decidedMs = Date.parse(now.failedAt ?? '');
  const isLate = decidedMs >= endBeforeMs || (now.processedAt === undefined && decidedMs >= startMs);
  if (!isLate) observer.violate(`${now.jobId} expired, and its time is not over, or it had begun`);
  const wanted = subject.definition.expired === 'deadLetter' ? 'DEAD' : 'EXPIRED';
  if (now.status !== wanted) observer.violate(`${now.jobId} expired, and is ${now.status}`);
}

const isExpired = ({ reason }: JobItem): boolean => reason === 'Expired';

function startBefore(
  { createdAt }: JobItem,
  told: Deadlines,
  { definition: { startWithinSeconds } }: Deps['subject'],
): number {
  const { startBeforeMs = Number.POSITIVE_INFINITY, runAtMs = 0 } = told;
  if (startWithinSeconds === undefined) return startBeforeMs;
  return Math.min(startBeforeMs, Math.max(Date.parse(createdAt), runAtMs) + startWithinSeconds * 1000);
}
