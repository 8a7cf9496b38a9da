import { type BeginFacts, cancelled, dead, newItem, newRun, refused, scheduled, started } from './begun-item.ts';
import { crashMessage } from './crash.ts';
import { isExpired } from './expiration.ts';
import { expire } from './expiring.ts';
import { isSameJob } from './identity.ts';
import { type ItemUpdate, type ItemWrite, insert, update } from './item-write.ts';
import {
  endPutBacks,
  fitsAnItem,
  isFinished,
  isWaiting,
  type JobItem,
  NO_BODY,
  OPTIONAL_ATTRIBUTES,
} from './job-item.ts';
import { diedOf, isRedrive, isUnheard, mayTakeName } from './refused-body.ts';
import { isOfNewer } from './schema.ts';
import {
  EARLY_MS,
  IN_PLACE_MS,
  PENDING_DEATH_MS,
  RECHECK_AFTER_LEASE_MS,
  RECHECK_NEWER_MS,
  RECHECK_PENDING_MS,
} from './timing.ts';
import type { BeginRow } from './transitions.ts';
import { beginUnclaimed } from './unclaimed.ts';

/** The message begins again, under its message's id. */
interface Rename {
  readonly row: 'renamed';
  readonly action: 'rename';
}

/** What is done with a message: `write` first, if there is one, then the action. */
export type BeginStep = DoneStep | Rename;
export type DoneStep =
  | {
      readonly row: BeginRow;
      readonly action: 'run';
      readonly write?: ItemWrite;
      readonly alone?: true;
      /** It is a probe of its type's circuit breaker: its nonce. */
      readonly probe?: string;
      /** The item that a claim would have inserted: it runs without one. */
      readonly unclaimed?: JobItem;
    }
  | { readonly row: BeginRow; readonly action: 'ack' | 'deadLetter'; readonly write?: ItemWrite }
  | { readonly row: BeginRow; readonly action: 'wait'; readonly untilMs: number };

/**
 * Chooses the begin row of the protocol that fits: the first of `newer`, `retentionOver`, `freed`, `renamed`, `foreign`,
 * `cancelledAtBegin`, `invalid` and the first case of `early`; then the others from top to bottom, `redriven` before
 * `undelivered`. Pure: nothing is read or written.
 */
export function begin(facts: BeginFacts): BeginStep {
  const { item } = facts;
  if (item === undefined) return beginAbsent(facts);
  if (isOfNewer(item)) return { row: 'newer', action: 'wait', untilMs: facts.nowMs + RECHECK_NEWER_MS };
  if (isFinished(item) && isExpired(item, facts.nowMs) && !item.undelivered && !item.owed)
    return beginAnew(facts, item);
  if (mayTakeName(item, facts.message) && !isRedrive(facts.message, item)) {
    if (!item.undelivered) return beginAnew(facts, item, diedOf(item, facts.message));
    // Deleted now, it would never be heard of. What is pending for longer may have lost its message: nobody waits for that.
    if (diedWithin(item, PENDING_DEATH_MS, facts.nowMs))
      return { row: 'freed', action: 'wait', untilMs: facts.nowMs + RECHECK_PENDING_MS };
  }
  if (isForeign(facts, item)) return isUnheard(item, facts.message) ? RENAME : { row: 'foreign', action: 'ack' };
  if (isWaiting(item) && item.cancelRequested) return cancelWaiting(facts, item);
  if (facts.message.refusal && (isWaiting(item) || isLeaseOut(facts, item) || isRedrive(facts.message, item))) {
    return refuse(facts, item);
  }
  if (isWaiting(item)) return beginWaiting(facts, item);
  if (item.status === 'INPROGRESS') return beginInProgress(facts, item);
  if (isRedrive(facts.message, item)) return redrive(facts, item);
  if (item.undelivered) return { row: 'undelivered', action: 'deadLetter' };
  return { row: item.owed ? 'stagedPending' : 'duplicate', action: 'ack' };
}

const isLeaseOut = ({ nowMs }: BeginFacts, item: JobItem) =>
  item.status === 'INPROGRESS' && (item.leaseUntil ?? 0) <= nowMs;

/** Another job holds the key, or another body came under this job's name: the first one stays. */
function isForeign(facts: BeginFacts, item: JobItem): boolean {
  if (item.jobId !== facts.message.jobId) return true;
  // Cancelled before it came: no body was known, and its end may have to be handed on.
  if (item.bodyHash === NO_BODY) return false;
  return !isSameJob(item, facts.message) && !isRedrive(facts.message, item);
}

const RENAME: Rename = { row: 'renamed', action: 'rename' };

function beginAbsent(facts: BeginFacts): DoneStep {
  const { message, nowMs } = facts;
  if (message.refusal)
    return { row: 'invalid', action: 'deadLetter', write: insert({ ...newItem(facts), ...refused(facts) }) };
  const expired = expire(facts);
  if (expired !== undefined) return expired;
  if (message.runAtMs !== undefined && message.runAtMs > nowMs + EARLY_MS) {
    const parks = message.runAtMs > nowMs + IN_PLACE_MS && fitsAnItem(message);
    if (!parks) return { row: 'waitUntilDue', action: 'wait', untilMs: message.runAtMs };
    return {
      row: 'parkUntilDue',
      action: 'ack',
      write: insert({ ...newItem(facts), ...scheduled(facts, message.runAtMs) }),
    };
  }
  const item = { ...newItem(facts), ...started(facts), attempts: 1 };
  return facts.optimistic ? beginUnclaimed(message, item) : { row: 'first', action: 'run', write: insert(item) };
}

/** Rows `retentionOver` and `freed`: as for an absent item, written over the old one. */
function beginAnew(facts: BeginFacts, old: JobItem, kept: Pick<JobItem, 'diedOf'> = {}): DoneStep {
  const step = beginAbsent({ ...facts, item: undefined, optimistic: false });
  if (step.action === 'wait' || step.write?.kind !== 'insert') return step;
  const { id, ...item } = step.write.item;
  const attributes = { ...item, ...kept };
  const write = update(old, { set: { ...attributes, runNo: old.runNo + 1 } });
  const remove = OPTIONAL_ATTRIBUTES.filter((name) => !(name in attributes));
  return { ...step, write: { ...write, id, remove } };
}

const diedWithin = ({ failedAt = '' }: JobItem, ms: number, nowMs: number) => nowMs < Date.parse(failedAt) + ms;

/** Row `invalid` on an item: the job dies without running, with the attempts it had. A redrive is a run of its own. */
function refuse(facts: BeginFacts, item: JobItem): BeginStep {
  const death = refused(facts);
  if (!isRedrive(facts.message, item)) {
    return { row: 'invalid', action: 'deadLetter', write: update(item, { set: death, remove: ['dueAt', 'envelope'] }) };
  }
  const set = { ...death, ...newRun(facts, item), attempts: 0 };
  return {
    row: 'invalid',
    action: 'deadLetter',
    write: update(item, { set, remove: ['dueAt', 'envelope', 'cancelRequested'] }),
  };
}

/** Row `cancelledAtBegin`. */
function cancelWaiting(facts: BeginFacts, item: JobItem): BeginStep {
  const remove = ['dueAt', 'listKey', 'listAt', 'envelope'] as const;
  return { row: 'cancelledAtBegin', action: 'ack', write: update(item, { set: cancelled(facts), remove }) };
}

function beginWaiting(facts: BeginFacts, item: JobItem): BeginStep {
  const expired = expire(facts);
  if (expired !== undefined) return expired;
  const dueAt = item.dueAt ?? 0;
  if (item.listAt === dueAt && facts.message.attributes.due !== dueAt) return { row: 'early', action: 'ack' };
  if (dueAt > facts.nowMs + EARLY_MS) return { row: 'early', action: 'wait', untilMs: dueAt };
  const set = { ...started(facts), attempts: item.attempts + 1 };
  return {
    row: 'due',
    action: 'run',
    write: uncancelled(item, set, ['dueAt', 'listKey', 'listAt', 'envelope']),
  };
}

function beginInProgress(facts: BeginFacts, item: JobItem): BeginStep {
  if (item.owner === facts.owner) return { row: 'leased', action: 'run' };
  if (!isLeaseOut(facts, item))
    return { row: 'leased', action: 'wait', untilMs: (item.leaseUntil ?? 0) + RECHECK_AFTER_LEASE_MS };
  if (item.cancelRequested) return { row: 'cancelled', action: 'ack', write: update(item, { set: cancelled(facts) }) };
  if (item.attempts < item.maxAttempts) {
    const expired = expire(facts);
    if (expired !== undefined) return expired;
    const set = { ...started(facts), attempts: item.attempts + 1, ...endPutBacks(item) };
    return { row: 'stalled', action: 'run', alone: true, write: uncancelled(item, set) };
  }
  const error = { name: 'Crashed', message: crashMessage(item) };
  return { row: 'crashed', action: 'deadLetter', write: uncancelled(item, dead(facts, { reason: 'Crashed', error })) };
}

/** Row `redriven`: the next run of a dead job, maybe with a corrected body, under the same id. */
function redrive(facts: BeginFacts, item: JobItem): BeginStep {
  const expired = expire(facts);
  if (expired !== undefined) return expired;
  const { message, nowMs } = facts;
  const run = { ...newRun(facts, item), maxAttempts: message.maxAttempts };
  const remove = [...DEATH, ...(item.endBefore === undefined || 'endBefore' in run ? [] : (['endBefore'] as const))];
  if (message.runAtMs !== undefined && message.runAtMs > nowMs + EARLY_MS) {
    if (!fitsAnItem(message)) return { row: 'redriven', action: 'wait', untilMs: message.runAtMs };
    const set = { ...run, ...scheduled(facts, message.runAtMs) };
    const kept = remove.filter((name) => !(name in set));
    return { row: 'redriven', action: 'ack', write: update(item, { set, remove: kept }) };
  }
  const set = { ...run, ...started(facts), attempts: 1 };
  return { row: 'redriven', action: 'run', write: update(item, { set, remove }) };
}

const DEATH = ['error', 'reason', 'failedAt', 'listKey', 'listAt', 'undelivered', 'cancelRequested'] as const;

/**
 * A cancellation changes nothing of the fence: one that came since the read is met by row `cancelled`, or `cancelledAtBegin`, in
 * the next round.
 */
const uncancelled = (item: JobItem, set: Partial<JobItem>, remove: ItemUpdate['remove'] = []): ItemUpdate => ({
  ...update(item, { set, remove }),
  absent: ['cancelRequested'],
});
