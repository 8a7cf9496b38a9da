import { deadExpiration, finishedExpiration, isExpired } from './expiration.ts';
import { type ItemUpdate, type ItemWrite, insert, update } from './item-write.ts';
import { isWaiting, itemId, type JobItem, NO_BODY, OPTIONAL_ATTRIBUTES } from './job-item.ts';
import { SCHEMA } from './schema.ts';
import { iso } from './timing.ts';
import type { OperatorRow } from './transitions.ts';

/** Everything that a cancellation is decided on. */
export interface CancelFacts {
  readonly item: JobItem | undefined;
  readonly type: string;
  readonly key: string;
  readonly nowMs: number;
  /** Of the definition; the item keeps them for people to read. */
  readonly maxAttempts: number;
  /** Days. */
  readonly retention: number;
  readonly queueRetention: number;
  /** Whether jobs of the type may be in a flow: their items are kept as long as those of dead jobs. @default false */
  readonly inFlows?: boolean;
}

/** What an operator's command writes; `none`: nothing is to be written, the item says why. */
export type OperatorStep =
  | { readonly row: OperatorRow; readonly write: ItemWrite }
  | { readonly row: 'none'; readonly item: JobItem | undefined };

/**
 * Rows `refusedAhead`, `cancelledWaiting`, `cancelledByMessage` and `cancelRequested`. A finished job stays as it ended. One
 * whose retention is over counts as absent, as for begin: a message of that name would run again.
 */
export function cancelJob(facts: CancelFacts): OperatorStep {
  const { item, nowMs } = facts;
  if (item === undefined) return { row: 'refusedAhead', write: insert(refusedBeforehand(facts)) };
  if (isWaiting(item) && item.flow?.of !== undefined)
    return { row: 'cancelledByMessage', write: endByMessage(item, nowMs) };
  if (isWaiting(item)) {
    const set = { status: 'CANCELLED', expiration: cancelledExpiration(facts) } as const;
    return { row: 'cancelledWaiting', write: update(item, { set, remove: PARKED }) };
  }
  if (item.status === 'INPROGRESS') {
    return { row: 'cancelRequested', write: requestCancel(item) };
  }
  if (!isExpired(item, nowMs) || item.undelivered || item.owed) return { row: 'none', item };
  return { row: 'refusedAhead', write: over(item, refusedBeforehand(facts)) };
}

/** Copies of a flow's messages come late, and one must still find that its job was cancelled. */
const cancelledExpiration = (facts: CancelFacts): number =>
  facts.inFlows || facts.item?.flow !== undefined || facts.item?.total !== undefined
    ? deadExpiration(facts, facts.nowMs)
    : finishedExpiration(facts, facts.nowMs);

/**
 * A batch waits for the job: its own message ends it, and says so to the callback. A parked job has no message: it is due now, and
 * the dispatcher sends one. Asked for again, it keeps the message that is on its way.
 */
function endByMessage(item: JobItem, nowMs: number): ItemUpdate {
  const isParked = item.listKey !== undefined && !item.cancelRequested;
  const write = update(item, { set: { cancelRequested: true, ...(isParked && { dueAt: nowMs, listAt: nowMs }) } });
  return isParked ? { ...write, fence: { ...write.fence, listKey: item.listKey } } : write;
}

/** Not fenced on the owner: whichever attempt runs next finds it, unless a newer version began that. */
function requestCancel({ id, status, runNo, schema }: JobItem): ItemUpdate {
  const fence = { status, runNo, ...(schema !== undefined && { schema }) };
  return {
    ...{ kind: 'update', id, set: { cancelRequested: true }, remove: [], fence },
    absent: schema === undefined ? ['schema'] : [],
  };
}

/** Row `dueNow`: a parked job is due now; the dispatcher's next tick sends it. One that waits in place stays as it is. */
export function retryJobNow(item: JobItem | undefined, nowMs: number): OperatorStep {
  const parked = item !== undefined && isWaiting(item) && item.listKey !== undefined && item.listAt !== undefined;
  if (!parked) return { row: 'none', item };
  const write = update(item, { set: { dueAt: nowMs, listAt: nowMs } });
  return { row: 'dueNow', write: { ...write, fence: { ...write.fence, listKey: item.listKey } } };
}

const PARKED = ['dueAt', 'listKey', 'listAt', 'envelope'] as const;

/** The item of a job that never came: its message will find it and go (row `foreign` or `duplicate`). */
function refusedBeforehand(facts: CancelFacts): JobItem {
  const { type, key, maxAttempts, nowMs } = facts;
  return {
    id: itemId(type, key),
    jobId: key,
    type,
    status: 'CANCELLED',
    // No body is known: none has this hash, and a message of this name is another job's as well as this one's.
    bodyHash: NO_BODY,
    createdAt: iso(nowMs),
    expiration: cancelledExpiration(facts),
    ...{ schema: SCHEMA, maxAttempts, runNo: 1, attempts: 0, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 },
  };
}

function over(old: JobItem, { id, ...attributes }: JobItem): ItemUpdate {
  const remove = OPTIONAL_ATTRIBUTES.filter((name) => !(name in attributes));
  return update(old, { set: { ...attributes, runNo: old.runNo + 1 }, remove });
}
