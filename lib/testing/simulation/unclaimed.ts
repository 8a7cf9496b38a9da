import { METRICS } from '../../contract/names.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import type { ReadLag } from '../aws/dynamodb/replica.ts';
import type { Decisions } from './decisions.ts';
import type { Subject, SubjectType } from './model.ts';
import {
  count,
  type ObservedJob,
  type Observer,
  type ObserverDeps,
  type Receive,
  type StartFacts,
} from './observed.ts';

/** How late a read that is not consistent may be, ms: a few times what AWS calls usual. */
const READ_LAG_MS = 3000;
/** From a job's look at its item to its start: its read may be asked again, and be answered in parts. */
const LOOKING_MS = 15_000;
/** So long after its item appeared no message starts it unclaimed any more, ms. */
export const UNSEEN_MS = READ_LAG_MS + LOOKING_MS;

const isOptimistic = ({ definition }: SubjectType) => definition.begin === 'optimistic';

/** In some schedules of optimistic types, reads that are not consistent are late. */
export function readLagOf(subject: Subject, { happens, random }: Decisions): ReadLag | undefined {
  if (![subject, ...(subject.others ?? [])].some(isOptimistic)) return undefined;
  if (!happens('reads that are not consistent are late', 60)) return undefined;
  return { mostMs: READ_LAG_MS, random: random('how late reads are').next };
}

export function noteReceive(observed: ObservedJob | undefined, { isFirst, isRenewed, firstAtMs }: Receive): void {
  if (observed === undefined) return;
  const { firstReceives } = observed;
  firstReceives.atMs = Math.min(firstReceives.atMs, firstAtMs);
  if (isFirst) firstReceives[isRenewed ? 'renewed' : 'count'] += 1;
}

/** Whether the handler that starts now has the claim that stands in the table. */
export function isClaimed({ item, starts }: ObservedJob, { job, isOwn }: StartFacts): boolean {
  const { jobId, status, owner, runNo, attempts, processedAt } = item ?? {};
  // What nobody claimed may start beside it, in the same process and the same millisecond: a copy as a first attempt, or another
  // job under its key.
  const isSame = jobId === job.id && runNo === job.run && attempts === job.attempts;
  const isBegun = status === 'INPROGRESS' && isSame && processedAt === job.processedAt;
  return isBegun && owner !== undefined && isOwn(owner) && !starts.some((start) => start.owner === owner);
}

/** Only a message's first receive may start a job that has no row, and only as long as a late read does not see its row. */
export function checkUnclaimedStart(
  { starts, item, appearedAtMs, firstReceives }: ObservedJob,
  { job, clock }: StartFacts,
  { violate }: Observer,
): void {
  const { id, run, attempts } = job;
  if (run !== 1 || attempts !== 1) violate(`${id} starts without a claim, in attempt ${attempts} of run ${run}`);
  const before = starts.filter(({ owner }) => owner === undefined).length;
  if (before >= firstReceives.count)
    violate(`${id} starts without a claim for the ${before + 1}th time, of ${firstReceives.count} messages`);
  const sinceMs = item === undefined ? 0 : clock.now() - (appearedAtMs ?? 0);
  if (sinceMs > UNSEEN_MS) violate(`${id} starts without a claim, and is ${item?.status} since ${sinceMs} ms`);
}

interface Change {
  readonly before: JobItem | undefined;
  readonly now: JobItem;
}

/** An attempt without a claim has ended: with this row, or over that of another such attempt. */
const isUnclaimedEnd = ({ before, now }: Change): boolean =>
  now.status !== 'INPROGRESS' &&
  now.owner !== undefined &&
  (before === undefined || (isOfUnclaimed(before) && now.status === 'COMPLETED' && before.runNo === now.runNo));

/** RETRYING of an attempt that had no claim: a claim has a lease, which stays. */
export const isOfUnclaimed = ({ status, owner, leaseUntil }: JobItem): boolean =>
  status === 'RETRYING' && owner !== undefined && leaseUntil === undefined;

/** What a change says of attempts that had no claim: each counts as a begin of its own once its end stands. */
export function noteUnclaimed(
  observed: ObservedJob,
  change: Change,
  { subject, clock, settings, observer }: ObserverDeps & { readonly observer: Observer },
): void {
  const { before, now } = change;
  if (before === undefined) observed.appearedAtMs = clock.now();
  if (!isOptimistic({ definition: subject.definition } as SubjectType)) return;
  if (before === undefined) observed.madeBy = now.status === 'INPROGRESS' ? now.owner : undefined;
  if (before === undefined && now.status === 'INPROGRESS') noteStall(observed, clock.now(), { settings, observer });
  if (!isUnclaimedEnd(change)) return;
  checkUnclaimedEnd(observed, change, observer);
  observed.begins.set(now.runNo, now.attempts + now.snoozes);
}

function checkUnclaimedEnd({ firstReceives }: ObservedJob, { before, now }: Change, { violate }: Observer): void {
  const { jobId, status, attempts, snoozes, runNo, error } = now;
  if (firstReceives.count === 0) violate(`${jobId} is ${status} by an attempt without a claim, and never came`);
  if (runNo !== 1) violate(`${jobId} is ${status} by an attempt without a claim, in run ${runNo}`);
  const counted = attempts + snoozes - (before?.snoozes ?? 0);
  if (counted !== 1) violate(`${jobId} is ${status} by one attempt without a claim, and counts ${counted}`);
  if (before === undefined && now.leaseUntil !== undefined)
    violate(`${jobId} is ${status} by an attempt without a claim, and has a lease`);
  if (error?.name === 'ShutdownError' && status === 'RETRYING' && attempts !== 0)
    violate(`${jobId} was shut down, and its attempt counts`);
  const left = (['dueAt', 'listKey', 'listAt', 'envelope'] as const).filter((name) => now[name] !== undefined);
  if (status === 'COMPLETED' && left.length > 0) violate(`${jobId} is COMPLETED, and still has ${left.join(', ')}`);
}

/** A job whose first row is a claim may have lost an attempt without one, if its message was away for as long as it is hidden. */
function noteStall(
  { firstReceives }: ObservedJob,
  nowMs: number,
  { settings, observer }: Pick<ObserverDeps, 'settings'> & { readonly observer: Observer },
): void {
  const hiddenMs = settings.visibilityTimeoutSeconds * 1000;
  if (nowMs + CLOCK_SKEW_MS >= firstReceives.atMs + hiddenMs) count(observer.truth, METRICS.stalled);
}
