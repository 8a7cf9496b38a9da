import { type JobError, toJobError } from '../errors.ts';
import { cut } from '../thrown.ts';
import { deadExpiration, finishedExpiration, isExpired, unfinishedExpiration } from './expiration.ts';
import { identityOf, isSameJob } from './identity.ts';
import { type ItemUpdate, type ItemWrite, insert, update } from './item-write.ts';
import {
  deadList,
  dueList,
  endPutBacks,
  fitsAnItem,
  isFinished,
  isWaiting,
  itemId,
  type JobItem,
  OPTIONAL_ATTRIBUTES,
  parkedEnvelope,
} from './job-item.ts';
import type { Message } from './message.ts';
import { diedOf, isUnheard, mayTakeName } from './refused-body.ts';
import { isOfNewer, SCHEMA } from './schema.ts';
import {
  EARLY_MS,
  IN_PLACE_MS,
  iso,
  PENDING_DEATH_MS,
  RECHECK_AFTER_LEASE_MS,
  RECHECK_NEWER_MS,
  RECHECK_PENDING_MS,
} from './timing.ts';
import type { BeginRow } from './transitions.ts';

/** Everything that a begin is decided on. */
export interface BeginFacts {
  readonly item: JobItem | undefined;
  readonly message: Message;
  readonly type: string;
  readonly nowMs: number;
  /** Nonce of this begin. */
  readonly owner: string;
  /** End of the invocation and `LEASE_BEYOND_END_MS`, epoch ms. */
  readonly leaseUntilMs: number;
  /** Days. */
  readonly retention: number;
  readonly queueRetention: number;
}

/** The message begins again, under its message's id. */
interface Rename {
  readonly row: 'renamed';
  readonly action: 'rename';
}

/** What is done with a message: `write` first, if there is one, then the action. */
export type BeginStep = DoneStep | Rename;
export type DoneStep =
  | { readonly row: BeginRow; readonly action: 'run'; readonly write?: ItemWrite; readonly alone?: true }
  | { readonly row: BeginRow; readonly action: 'ack' | 'deadLetter'; readonly write?: ItemWrite }
  | { readonly row: BeginRow; readonly action: 'wait'; readonly untilMs: number };

/**
 * Chooses the begin row of the protocol that fits: the first of `newer`, `retentionOver`, `freed`, `renamed`, `foreign`, `invalid` and
 * the first case of `early`; then the others from top to bottom, `redriven` before `undelivered`. Pure: nothing is read or
 * written.
 */
export function begin(facts: BeginFacts): BeginStep {
  const { item } = facts;
  if (item === undefined) return beginAbsent(facts);
  if (isOfNewer(item)) return { row: 'newer', action: 'wait', untilMs: facts.nowMs + RECHECK_NEWER_MS };
  if (isFinished(item) && isExpired(item, facts.nowMs) && !item.undelivered) return beginAnew(facts, item);
  if (mayTakeName(item, facts.message) && !isRedrive(facts, item)) {
    if (!item.undelivered) return beginAnew(facts, item, diedOf(item, facts.message));
    // Deleted now, it would never be heard of. What is pending for longer may have lost its message: nobody waits for that.
    if (diedWithin(item, PENDING_DEATH_MS, facts.nowMs))
      return { row: 'freed', action: 'wait', untilMs: facts.nowMs + RECHECK_PENDING_MS };
  }
  if (isForeign(facts, item)) return isUnheard(item, facts.message) ? RENAME : { row: 'foreign', action: 'ack' };
  if (facts.message.refusal && (isWaiting(item) || isLeaseOut(facts, item) || isRedrive(facts, item))) {
    return refuse(facts, item);
  }
  if (isWaiting(item)) return beginWaiting(facts, item);
  if (item.status === 'INPROGRESS') return beginInProgress(facts, item);
  if (isRedrive(facts, item)) return redrive(facts, item);
  return item.undelivered ? { row: 'undelivered', action: 'deadLetter' } : { row: 'duplicate', action: 'ack' };
}

const isLeaseOut = ({ nowMs }: BeginFacts, item: JobItem) =>
  item.status === 'INPROGRESS' && (item.leaseUntil ?? 0) <= nowMs;

/** Another job holds the key, or another body came under this job's name: the first one stays. */
function isForeign(facts: BeginFacts, item: JobItem): boolean {
  if (item.jobId !== facts.message.jobId) return true;
  return !isSameJob(item, facts.message) && !isRedrive(facts, item);
}

const RENAME: Rename = { row: 'renamed', action: 'rename' };

/** The message is the dead letter of the item's own run: a redrive, and proof that it was delivered. */
function isRedrive({ message }: BeginFacts, item: JobItem): boolean {
  const { jobId, run } = message.attributes;
  return item.status === 'DEAD' && jobId === item.jobId && run === item.runNo;
}

function beginAbsent(facts: BeginFacts): DoneStep {
  const { message, nowMs } = facts;
  if (message.refusal)
    return { row: 'invalid', action: 'deadLetter', write: insert({ ...newItem(facts), ...refused(facts) }) };
  if (message.runAtMs !== undefined && message.runAtMs > nowMs + EARLY_MS) {
    const parks = message.runAtMs > nowMs + IN_PLACE_MS && fitsAnItem(message);
    if (!parks) return { row: 'waitUntilDue', action: 'wait', untilMs: message.runAtMs };
    return {
      row: 'parkUntilDue',
      action: 'ack',
      write: insert({ ...newItem(facts), ...scheduled(facts, message.runAtMs) }),
    };
  }
  return { row: 'first', action: 'run', write: insert({ ...newItem(facts), ...started(facts), attempts: 1 }) };
}

/** Rows `retentionOver` and `freed`: as for an absent item, written over the old one. */
function beginAnew(facts: BeginFacts, old: JobItem, kept: Pick<JobItem, 'diedOf'> = {}): DoneStep {
  const step = beginAbsent({ ...facts, item: undefined });
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
  if (!isRedrive(facts, item)) {
    return { row: 'invalid', action: 'deadLetter', write: update(item, { set: death, remove: ['dueAt', 'envelope'] }) };
  }
  const set = { ...death, ...newRun(facts, item), attempts: 0 };
  return {
    row: 'invalid',
    action: 'deadLetter',
    write: update(item, { set, remove: ['dueAt', 'envelope', 'cancelRequested'] }),
  };
}

function beginWaiting(facts: BeginFacts, item: JobItem): BeginStep {
  const dueAt = item.dueAt ?? 0;
  if (item.listAt === dueAt && facts.message.attributes.due !== dueAt) return { row: 'early', action: 'ack' };
  if (dueAt > facts.nowMs + EARLY_MS) return { row: 'early', action: 'wait', untilMs: dueAt };
  const set = { ...started(facts), attempts: item.attempts + 1 };
  return {
    row: 'due',
    action: 'run',
    write: update(item, { set, remove: ['dueAt', 'listKey', 'listAt', 'envelope'] }),
  };
}

function beginInProgress(facts: BeginFacts, item: JobItem): BeginStep {
  if (item.owner === facts.owner) return { row: 'leased', action: 'run' };
  if (!isLeaseOut(facts, item))
    return { row: 'leased', action: 'wait', untilMs: (item.leaseUntil ?? 0) + RECHECK_AFTER_LEASE_MS };
  if (item.cancelRequested) return { row: 'cancelled', action: 'ack', write: update(item, { set: cancelled(facts) }) };
  if (item.attempts < item.maxAttempts) {
    const set = { ...started(facts), attempts: item.attempts + 1, ...endPutBacks(item) };
    return { row: 'stalled', action: 'run', alone: true, write: uncancelled(item, set) };
  }
  const error = { name: 'Crashed', message: crashMessage(item) };
  return { row: 'crashed', action: 'deadLetter', write: uncancelled(item, dead(facts, { reason: 'Crashed', error })) };
}

/** What ended the last attempt's process, if that could leave a note. */
export const crashOf = ({ crash, owner }: JobItem): JobError | undefined =>
  crash !== undefined && crash.owner === owner ? crash : undefined;

function crashMessage(item: JobItem): string {
  const crash = crashOf(item);
  const died = `the process of attempt ${item.attempts} of ${item.maxAttempts} died`;
  if (crash === undefined) return died;
  return cut(`${died}: ${crash.name}: ${crash.message}`);
}

/** Row `redriven`: the next run of a dead job, maybe with a corrected body, under the same id. */
function redrive(facts: BeginFacts, item: JobItem): BeginStep {
  const { message, nowMs } = facts;
  const run = { ...newRun(facts, item), maxAttempts: message.maxAttempts };
  const remove = [...DEATH, 'cancelRequested'] as const;
  if (message.runAtMs !== undefined && message.runAtMs > nowMs + EARLY_MS) {
    if (!fitsAnItem(message)) return { row: 'redriven', action: 'wait', untilMs: message.runAtMs };
    const set = { ...run, ...scheduled(facts, message.runAtMs) };
    const kept = remove.filter((name) => !(name in set));
    return { row: 'redriven', action: 'ack', write: update(item, { set, remove: kept }) };
  }
  const set = { ...run, ...started(facts), attempts: 1 };
  return { row: 'redriven', action: 'run', write: update(item, { set, remove }) };
}

const DEATH = ['error', 'reason', 'failedAt', 'listKey', 'listAt', 'undelivered'] as const;

/** What every new item holds, before it waits, runs or dies. */
export function newItem(facts: BeginFacts) {
  const { type, message } = facts;
  const { jobId, maxAttempts, createdAt } = message;
  const counters = { schema: SCHEMA, runNo: 1, attempts: 0, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 };
  return { id: itemId(type, message.key), jobId, type, ...identityOf(message), maxAttempts, createdAt, ...counters };
}

function newRun(facts: BeginFacts, item: JobItem) {
  const counters = { snoozes: 0, snoozesInRow: 0, ...endPutBacks(item) };
  return { runNo: item.runNo + 1, ...identityOf(facts.message), ...counters, ...diedOf(item, facts.message) };
}

function started(facts: BeginFacts) {
  const { owner, leaseUntilMs: leaseUntil, nowMs } = facts;
  const expiration = unfinishedExpiration(facts, leaseUntil);
  return { status: 'INPROGRESS', owner, leaseUntil, processedAt: iso(nowMs), expiration } as const;
}

export function scheduled(facts: BeginFacts, dueAt: number) {
  const id = itemId(facts.type, facts.message.key);
  const list = { dueAt, listKey: dueList(id), listAt: dueAt, envelope: parkedEnvelope(facts.message) };
  return { status: 'SCHEDULED', attempts: 0, ...list, expiration: unfinishedExpiration(facts, dueAt) } as const;
}

/** Of a refused body, by its error. */
const REASONS: Readonly<Record<string, NonNullable<JobItem['reason']>>> = {
  InvalidPayloadError: 'InvalidPayload',
  NotAcceptedError: 'NotAccepted',
};

function refused(facts: BeginFacts) {
  const error = toJobError(facts.message.refusal);
  return dead(facts, { reason: REASONS[facts.message.refusal?.name ?? ''] ?? 'InvalidMessage', error });
}

function dead(facts: BeginFacts, cause: Pick<JobItem, 'error'> & { reason: NonNullable<JobItem['reason']> }) {
  const { nowMs, type, message } = facts;
  const list = { listKey: deadList(itemId(type, message.key)), listAt: nowMs, undelivered: true } as const;
  const expiration = deadExpiration(facts, nowMs);
  return { status: 'DEAD', ...cause, failedAt: iso(nowMs), ...list, expiration } as const;
}

const cancelled = (facts: BeginFacts) =>
  ({ status: 'CANCELLED', expiration: finishedExpiration(facts, facts.nowMs) }) as const;

/** A cancellation changes nothing of the fence: one that came since the read is met by row `cancelled` in the next round. */
const uncancelled = (item: JobItem, set: Partial<JobItem>): ItemUpdate => ({
  ...update(item, { set }),
  absent: ['cancelRequested'],
});
