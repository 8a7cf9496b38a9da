import { METRICS } from '../../contract/names.ts';
import { type JobItem, MAX_PUT_BACKS_IN_ROW } from '../../contract/protocol/job-item.ts';
import { CLOCK_SKEW_MS } from '../../contract/protocol/timing.ts';
import { checkExpiry } from './expiry-invariants.ts';
import { STRAGGLE_MS } from './network-faults.ts';
import { count, type ObservedJob, type Observer, type ObserverDeps } from './observed.ts';
import { isOfUnclaimed, noteUnclaimed } from './unclaimed.ts';

const DAY_MS = 24 * 3600 * 1000;

type Deps = ObserverDeps & { readonly observer: Observer };

/** A job's item is not what it was: is the change one that the protocol allows? */
export function checkChange(observed: ObservedJob, now: JobItem | undefined, deps: Deps): void {
  const before = observed.item;
  observed.item = now;
  const goesOn = now !== undefined && before?.cancelRequested && before.runNo === now.runNo;
  if (goesOn && before.status === 'INPROGRESS' && now.status === 'RETRYING')
    deps.observer.violate(`${now.jobId} was cancelled, and is to be tried again`);
  if (now === undefined) {
    checkRemoval(observed, before, deps);
    return;
  }
  deps.trace?.('table', describe(now));
  checkEnd(observed, { before, now }, deps);
  noteUnclaimed(observed, { before, now }, deps);
  checkFences(before, now, deps.observer);
  checkPutBack(before, now, deps.observer);
  checkCrash(before, now, deps.observer);
  if (isBegin(before, now)) noteBegin(observed, { before, now }, deps);
  checkCounters(observed, now, deps.observer);
  deps.observer.breaker?.changed(before, now);
  checkExpiry({ before, now, forgotten: observed.forgotten }, deps);
  noteState(observed, { before, now }, deps);
}

interface Change {
  readonly before: JobItem | undefined;
  readonly now: JobItem;
}

function describe({ jobId, status, attempts, maxAttempts, runNo, reason, undelivered, ...item }: JobItem): string {
  const due = item.dueAt === undefined ? '' : `, due ${new Date(item.dueAt).toISOString()}`;
  const list = item.listKey === undefined ? '' : `, on list ${item.listKey}`;
  const why = reason === undefined ? '' : `, ${reason}${undelivered ? ', dead letter pending' : ''}`;
  const owner = status === 'INPROGRESS' ? `, ${item.owner}` : '';
  return `${jobId} is ${status} (run ${runNo}, attempt ${attempts}/${maxAttempts}${owner}${due}${list}${why})`;
}

/** Only a running attempt writes a checkpoint or completes its job. */
function checkFences(before: JobItem | undefined, now: JobItem, { violate }: Observer): void {
  if (before === undefined || before.runNo !== now.runNo || before.status === 'INPROGRESS') return;
  if (now.checkpointNo > before.checkpointNo) violate(`${now.jobId} got a checkpoint while it was ${before.status}`);
  if (now.status === 'COMPLETED' && before.status !== 'COMPLETED' && !isOfUnclaimed(before))
    violate(`${now.jobId} completed while it was ${before.status}`);
}

/** A shutdown spends no attempt, but for the 101st in a row. */
function checkPutBack(before: JobItem | undefined, now: JobItem, { violate }: Observer): void {
  const isShutDown = now.error?.name === 'ShutdownError' && (now.putBacksInRow ?? 0) < MAX_PUT_BACKS_IN_ROW;
  if (before?.status !== 'INPROGRESS' || now.status !== 'RETRYING' || !isShutDown) return;
  if (now.attempts !== before.attempts - 1) violate(`${now.jobId} was shut down, and its attempt counts`);
}

/** An attempt that left a note ends with its process, and only its own note is quoted. */
function checkCrash(before: JobItem | undefined, now: JobItem, { violate }: Observer): void {
  if (before?.status !== 'INPROGRESS') return;
  const isNoted = before.crash !== undefined && before.crash.owner === before.owner;
  if (isNoted && now.status === 'RETRYING') violate(`${now.jobId} ended its process, and is to be tried again`);
  const isQuoted = / died: /.test(now.error?.message ?? '');
  if (now.reason === 'Crashed' && isQuoted !== isNoted) violate(`${now.jobId} died Crashed: ${now.error?.message}`);
}

const ENDS: readonly string[] = ['COMPLETED', 'CANCELLED', 'DEAD', 'EXPIRED'];
const isOver = (item: JobItem | undefined) => item !== undefined && ENDS.includes(item.status);

/** An ended job stays what it is, within its retention, but for a redrive of its own run's dead letter. */
function checkEnd(observed: ObservedJob, { before, now }: Change, { clock, subject, observer }: Deps): void {
  if (before === undefined || !isOver(before) || (before.status === now.status && before.runNo === now.runNo)) return;
  const retentionMs = subject.definition.retention * DAY_MS;
  if (clock.now() + CLOCK_SKEW_MS >= observed.endedAtMs + retentionMs) {
    observed.forgotten = true;
    return;
  }
  const isNext = before.status === 'DEAD' && now.runNo === before.runNo + 1;
  if (isNext && (observed.redriven.has(before.runNo) || isFree(before, now, observed))) return;
  observer.violate(
    `${before.jobId} was ${before.status} in run ${before.runNo} and is ${now.status} in run ${now.runNo}`,
  );
}

/** A body that its own name died of has its dead letter: a copy of it makes no second one under its message's id. */
function checkFirstDeath(
  { key, spare }: ObservedJob,
  { bodyHash }: JobItem,
  { refusals, jobs, violate }: Observer,
): void {
  const sent = refusals.find(({ messageId, hash }) => spare && messageId === key && hash === bodyHash);
  // What is refused under its own message's id dies again if it is sent back as it is.
  const named = sent && sent.key !== key ? jobs.get(sent.key) : undefined;
  if (named?.diedOf.has(bodyHash) && !named.forgotten)
    violate(`a copy of the body that ${named.key} died of dies as ${key}`);
}

/** A name that died refused without ever running is free for another body, once its dead letter is sent. */
const isFree = (before: JobItem, now: JobItem, { diedOf }: ObservedJob): boolean =>
  /^(Invalid|NotAccepted)/.test(before.reason ?? '') &&
  before.processedAt === undefined &&
  !before.undelivered &&
  (now.status !== 'DEAD' || now.reason === 'Expired') &&
  !diedOf.has(now.bodyHash);

/** Its retention counts from when its end was decided: the write may arrive minutes later, if its request straggled. */
function endOf({ expiration }: JobItem, writtenAtMs: number, retentionMs: number): number {
  const decidedAtMs = expiration * 1000 - retentionMs;
  return decidedAtMs < writtenAtMs - STRAGGLE_MS ? writtenAtMs : Math.min(writtenAtMs, decidedAtMs);
}

/** What is late TTL's business: ended jobs, once their retention has passed. */
function checkRemoval(
  observed: ObservedJob,
  before: JobItem | undefined,
  { clock, subject, observer, trace }: Deps,
): void {
  if (before === undefined) return;
  trace?.('table', `${before.jobId} is gone (TTL)`);
  if (!isOver(before)) observer.violate(`${before.jobId} expired while it was ${before.status}`);
  const keptMs = clock.now() + CLOCK_SKEW_MS - observed.endedAtMs;
  if (isOver(before) && keptMs < subject.definition.retention * DAY_MS)
    observer.violate(`${before.jobId} (${before.status}) was forgotten after ${Math.round(keptMs / 1000)} s`);
  observed.forgotten = true;
  observed.begins.clear();
  observed.starts.length = 0;
}

function isBegin(before: JobItem | undefined, now: JobItem): boolean {
  return now.status === 'INPROGRESS' && (before?.status !== 'INPROGRESS' || before.owner !== now.owner);
}

function noteBegin({ begins }: ObservedJob, { before, now }: Change, { clock, isAlive, observer }: Deps): void {
  begins.set(now.runNo, (begins.get(now.runNo) ?? 0) + 1);
  if (before?.cancelRequested && before.runNo === now.runNo)
    observer.violate(`${now.jobId} was cancelled, and is begun`);
  if (before?.status !== 'INPROGRESS') return;
  count(observer.truth, METRICS.stalled);
  if ((before.leaseUntil ?? 0) > clock.now() + CLOCK_SKEW_MS) {
    observer.violate(`${now.jobId} was begun while its lease lived`);
  } else if (isAlive(before.owner ?? '')) {
    observer.violate(`${now.jobId} stalled, and the process that began it is alive: an attempt was lost`);
  }
}

/** Begins of a run are its attempts and its snoozes; a handler starts at most once in each. */
function checkCounters({ begins, starts, item }: ObservedJob, now: JobItem, { violate }: Observer): void {
  const { jobId, attempts, maxAttempts, snoozes, runNo } = now;
  if (attempts > maxAttempts) violate(`${jobId} has ${attempts} attempts of ${maxAttempts}`);
  const begun = begins.get(runNo) ?? 0;
  if (begun !== attempts + snoozes)
    violate(`${jobId} was begun ${begun} times in run ${runNo}, it counts ${attempts} attempts and ${snoozes} snoozes`);
  const started = starts.filter((start) => start.run === runNo && start.owner !== undefined).length;
  if (started > begun) violate(`${item?.jobId} started ${started} times in ${begun} begins`);
}

function noteState(observed: ObservedJob, { before, now }: Change, deps: Deps): void {
  const { clock, stormy, subject, observer } = deps;
  const { status, dueAt, runNo, owner, listKey } = now;
  if ((status === 'SCHEDULED' || status === 'RETRYING') && dueAt !== undefined) {
    const isNew = observed.waiting?.dueAt !== dueAt;
    const since = { stormy: stormy(), crashes: deps.crashes() };
    if (isNew) observed.waiting = { dueAt, inPlace: listKey === undefined, owner, ...since };
  }
  if (!isOver(now) || (before?.status === status && before.runNo === runNo)) return;
  observed.endedAtMs = endOf(now, clock.now(), subject.definition.retention * DAY_MS);
  if (status === 'COMPLETED') count(observer.truth, METRICS.completed);
  if (status !== 'DEAD') return;
  observed.deadRuns.add(runNo);
  checkFirstDeath(observed, now, observer);
  observed.diedOf.add(now.bodyHash);
  count(observer.truth, METRICS.deadLettered);
}
