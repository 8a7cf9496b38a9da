import { isSameJob } from './identity.ts';
import { type ItemUpdate, insert, written } from './item-write.ts';
import type { JobItem } from './job-item.ts';
import type { Message } from './message.ts';
import { isOfNewer } from './schema.ts';
import type { SettleStep } from './settle.ts';

/**
 * Jobs that begin optimistically: a first delivery runs without a claim, and its end writes the one row. Not in the bundles of
 * types whose definitions do not say so.
 */

/**
 * Rows `unclaimed` and `unseen`; a message that was renewed before its job ran begins by row `first`.
 *
 * @param item what a claim would insert
 */
export function beginUnclaimed({ receiveCount, attributes }: Message, item: JobItem) {
  // A process that died may have left no row: only alone does it take no other job with it.
  if (receiveCount > 1) return { row: 'unseen', action: 'run', alone: true, write: insert(item) } as const;
  if (attributes.jobId !== undefined) return { row: 'first', action: 'run', write: insert(item) } as const;
  return { row: 'unclaimed', action: 'run', unclaimed: item } as const;
}

const FIRST_ENDS = { COMPLETED: 'completedFirst', RETRYING: 'failedFirst', DEAD: 'diedFirst' } as const;

/** What an unclaimed attempt's end writes where nothing is. */
interface FirstEnd {
  readonly row: (typeof FIRST_ENDS)[keyof typeof FIRST_ENDS];
  readonly item: JobItem;
}

/**
 * Rows `completedFirst`, `failedFirst` and `diedFirst`: the item as the ordinary row would leave it. It never had a lease.
 *
 * @param step what `complete` or `fail` chose
 * @param item of the attempt: what a claim would have inserted
 */
export function endFirst({ write }: SettleStep, item: JobItem): FirstEnd {
  const { leaseUntil: _, ...ended } = written(write, item);
  return { row: FIRST_ENDS[ended.status as keyof typeof FIRST_ENDS], item: ended };
}

/** The same within a transaction. An update makes the item if there is none: so a consumer needs no right to put one. */
export function asUpdate({ id, ...set }: JobItem): ItemUpdate {
  return { kind: 'update', id, set, remove: [], fence: {}, absent: ['id'] };
}

/** Whether an item is of the message's own job. */
export const isOfJob = (item: JobItem, message: Message): boolean =>
  item.jobId === message.jobId && isSameJob(item, message);

/** What an unclaimed attempt ends against. */
export interface Found {
  /** Where its own row was to be. */
  readonly found: JobItem;
  readonly message: Message;
  readonly item: JobItem;
}

/**
 * Row `completedOver`: another unclaimed attempt of the job failed meanwhile, and this one has done the work.
 *
 * @returns undefined if the step is no completion, or the item is another's
 */
export function completeOver({ write }: SettleStep, { found, message, item }: Found): ItemUpdate | undefined {
  const { id, status, owner, attempts, runNo, leaseUntil } = found;
  const isUnclaimed = status === 'RETRYING' && owner !== undefined && leaseUntil === undefined;
  if (write.set.status !== 'COMPLETED' || !isUnclaimed || isOfNewer(found) || !isOfJob(found, message))
    return undefined;
  return {
    ...{ kind: 'update', id, set: { ...write.set, owner: item.owner ?? '', attempts: item.attempts } },
    remove: ['dueAt', 'listKey', 'listAt', 'envelope'],
    fence: { status, owner, attempts, runNo },
    absent: ['leaseUntil'],
  };
}
