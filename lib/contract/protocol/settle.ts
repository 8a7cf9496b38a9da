import type { JobError } from '../errors.ts';
import type { DeadLetterReason } from '../job.ts';
import { deadExpiration, endExpiration, unfinishedExpiration } from './expiration.ts';
import type { ItemUpdate } from './item-write.ts';
import { deadList, dueList, endPutBacks, fitsAnItem, type JobItem, parkedEnvelope } from './job-item.ts';
import { isOfFlow, type Message } from './message.ts';
import { IN_PLACE_MS, iso } from './timing.ts';
import type { SettleRow } from './transitions.ts';

/** What an attempt that did not complete leads to. */
export type Failure =
  | { readonly kind: 'retry'; readonly delayMs: number; readonly error: JobError }
  | { readonly kind: 'snooze' | 'putBack' | 'probed'; readonly delayMs: number; readonly error: JobError }
  | { readonly kind: 'dead'; readonly reason: DeadLetterReason; readonly error: JobError };

/** Everything that a settle is decided on. */
export interface SettleFacts {
  /** The item as begin left it: this attempt's claim. */
  readonly item: JobItem;
  readonly message: Message;
  /** The latest that the attempt reported, if any. */
  readonly progress?: unknown;
  readonly nowMs: number;
  /** Days. */
  readonly retention: number;
  readonly queueRetention: number;
}

/** A fenced write and what is done with the message once it stands. */
export type SettleStep =
  | { readonly row: SettleRow; readonly write: ItemUpdate; readonly action: 'ack' | 'deadLetter' }
  | { readonly row: SettleRow; readonly write: ItemUpdate; readonly action: 'wait'; readonly untilMs: number };

/** What an attempt staged, as its item keeps it until all of it is sent. */
export interface Staged {
  readonly outbox: Uint8Array;
  /** `<type>#<key>` of the batch's callback: it takes over the job's place and its turn in a chain. */
  readonly passedOn?: string;
}

/** Row `completed` and, inside a transaction, `committed`. */
export function complete(
  facts: SettleFacts,
  result: unknown,
  staged?: Staged,
): SettleStep & { readonly action: 'ack' | 'deadLetter' } {
  const expiration = endExpiration(facts, facts.nowMs, staged !== undefined || isOfFlow(facts.message));
  const pending = staged && { owed: true as const, ...staged };
  const set = {
    status: 'COMPLETED',
    completedAt: iso(facts.nowMs),
    expiration,
    ...carried(facts),
    ...pending,
  } as const;
  const write = mine(facts.item, { ...set, ...(result !== undefined && { result }) });
  return { row: 'completed', write, action: 'ack' };
}

/** Rows `retryInPlace`, `parked`, `snoozed`, `putBack`, `probed` and `dead`. */
export function fail(facts: SettleFacts, failure: Failure): SettleStep {
  if (failure.kind === 'dead') return die(facts, failure);
  const { item, nowMs } = facts;
  const dueAt = nowMs + failure.delayMs;
  const expiration = unfinishedExpiration(facts, dueAt);
  const waiting = {
    ...({ status: 'RETRYING', dueAt, error: failure.error, expiration } as const),
    ...counters(item, failure),
    ...carried(facts),
  };
  if (failure.delayMs <= IN_PLACE_MS || !fitsAnItem(facts.message)) {
    const write = uncancelled(mine(item, waiting));
    return { row: ROWS_IN_PLACE[failure.kind], write, action: 'wait', untilMs: dueAt };
  }
  const list = { envelope: parkedEnvelope(facts.message), listKey: dueList(item.id), listAt: dueAt };
  const write = uncancelled(mine(item, { ...waiting, ...list }));
  return { row: failure.kind === 'retry' ? 'parked' : ROWS_IN_PLACE[failure.kind], write, action: 'ack' };
}

const ROWS_IN_PLACE = { retry: 'retryInPlace', snooze: 'snoozed', putBack: 'putBack', probed: 'probed' } as const;

/** What a failure counts as. Each kind ends the row of the others, but for a probe, which is in no row. */
function counters(item: JobItem, { kind }: Failure): Partial<JobItem> {
  const noAttempt = { attempts: item.attempts - 1, snoozes: item.snoozes + 1 };
  if (kind === 'probed') return noAttempt;
  if (kind === 'putBack') return { ...noAttempt, putBacksInRow: (item.putBacksInRow ?? 0) + 1 };
  if (kind === 'snooze') return { ...noAttempt, snoozesInRow: item.snoozesInRow + 1, ...endPutBacks(item) };
  return { snoozesInRow: 0, ...endPutBacks(item) };
}

function die(facts: SettleFacts, { reason, error }: Failure & { kind: 'dead' }): SettleStep {
  const { item, nowMs } = facts;
  const list = { listKey: deadList(item.id), listAt: nowMs, undelivered: true } as const;
  const expiration = deadExpiration(facts, nowMs);
  const set = { status: 'DEAD', reason, error, failedAt: iso(nowMs), ...list, expiration, ...carried(facts) } as const;
  return { row: 'dead', write: mine(item, set), action: 'deadLetter' };
}

/** Row `cancelledAtEnd`: it would be tried again, but somebody cancelled it while it ran. */
export function cancel(facts: SettleFacts): SettleStep {
  const expiration = endExpiration(facts, facts.nowMs, isOfFlow(facts.message));
  const set = { status: 'CANCELLED', expiration, ...carried(facts) } as const;
  return { row: 'cancelledAtEnd', write: mine(facts.item, set), action: 'ack' };
}

/**
 * An attempt's end, whichever it is, carries its latest progress: it may wait to be written, and a write before may come
 * late. It costs nothing, DynamoDB counts the whole item.
 */
const carried = ({ progress }: SettleFacts) => progress !== undefined && { progress };

/** Row `checkpointed`: the job goes on, with the state its next attempt will find. */
export function checkpoint(item: JobItem, state: unknown): ItemUpdate {
  const write = mine(item, {
    checkpoint: state,
    checkpointNo: item.checkpointNo + 1,
    snoozesInRow: 0,
    ...endPutBacks(item),
  });
  return uncancelled({ ...write, fence: { ...write.fence, checkpointNo: item.checkpointNo } });
}

/** Row `crashNoted`: the job stays as it is, and its next begin knows why its process ended. */
export const crashNoted = (item: JobItem, error: JobError): ItemUpdate =>
  mine(item, { crash: { ...error, owner: item.owner ?? '' } });

/** Row `progressed`. */
export const progress = (item: JobItem, value: unknown): ItemUpdate => mine(item, { progress: value });

/** Every write after begin is fenced: a handler that ignores its timeout lives on in a warm Lambda. */
function mine(item: JobItem, set: Partial<JobItem>): ItemUpdate {
  const { id, owner, attempts } = item;
  if (owner === undefined) throw new TypeError(`job item ${id} was never begun`);
  return { kind: 'update', id, set, remove: [], fence: { status: 'INPROGRESS', owner, attempts }, absent: [] };
}

const uncancelled = (write: ItemUpdate): ItemUpdate => ({ ...write, absent: ['cancelRequested'] });
