import type { JobError } from '../../contract/errors.ts';
import type { JobStatus } from '../../contract/job.ts';
import { isWaiting, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import { nowOf, type Stage } from '../aws.ts';
import { waitsForChildren } from '../flows/names.ts';
import type { JobRun } from '../job-table.ts';
import { countList, type MergedEntry, mergedList } from '../jobs/merged-list.ts';
import { readItems } from '../jobs/read-items.ts';
import { onStage, queuesOf, typesOf } from '../stage.ts';

/** A parked job: it stands in the table until it is due. */
export interface WaitingJob extends JobRun {
  readonly jobId: string;
  readonly status: JobStatus;
  /** Attempts of this run so far. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Of the attempt before. */
  readonly error: JobError | undefined;
  /** When it is due, epoch ms. */
  readonly dueAt: number;
  /** It is a callback that waits for its children: it is due before, if they end. */
  readonly waitsForChildren: boolean;
}

export interface WaitingPage {
  /** Those due soonest first. Fewer than `limit` where some have begun since the list was written. */
  readonly jobs: readonly WaitingJob[];
  /** For the next page. Undefined: this is the last. */
  readonly after?: string;
  /** Parked jobs in all, and whether there are more than were counted: it counts to 10,000. */
  readonly total: number;
  readonly totalMore: boolean;
}

export interface WaitingOptions {
  /** `after` of the page before. @default the first page */
  readonly after?: string | undefined;
  /** Jobs of a page, 1 to 1,000. @default 100 */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An `after` that no page gave. */
export class InvalidPlaceError extends Error {
  override readonly name = 'InvalidPlaceError';
}

const MOST_COUNTED = 10_000;
const MOST = 1000;

const ATTRIBUTES = [
  ...['id', 'type', 'jobId', 'status', 'runNo', 'attempts', 'maxAttempts', 'error', 'dueAt', 'listAt', 'listKey'],
  ...['total', 'deadlineAt'],
] as const satisfies readonly (keyof JobItem)[];

/**
 * Lists parked jobs of a type or of all, those due soonest first, a page at a time. It reads keys of the list, and an item for each
 * job of the page; of the table's other items none.
 *
 * @throws NoSuchStageError, NoSuchTypeError; InvalidPlaceError; the signal's reason
 */
export async function waiting(
  stage: Stage,
  type?: string,
  { after, limit = 100, signal }: WaitingOptions = {},
): Promise<WaitingPage> {
  const place = after === undefined ? undefined : placeOf(after);
  if (type === undefined) await typesOf(stage);
  else await queuesOf(stage, type);
  return onStage(stage, type, async () => {
    signal?.throwIfAborted();
    const list = mergedList(stage, 'due', { type, after: place });
    const counting = countList(stage, 'due', { type, cap: MOST_COUNTED, signal });
    const [entries, { count, more }] = await Promise.all([list.take(Math.min(limit, MOST)), counting]);
    signal?.throwIfAborted();
    const ids = entries.map(({ id }) => id);
    const [items, isOver] = await Promise.all([readItems(stage, ids, ATTRIBUTES), list.isOver()]);
    const byId = new Map(items.map((item) => [item.id, item]));
    const jobs = ids.flatMap((id) => toWaiting(byId.get(id), nowOf(stage)) ?? []);
    const last = entries.at(-1);
    return {
      jobs,
      ...(last !== undefined && !isOver && { after: afterOf(last) }),
      ...{ total: count, totalMore: more },
    };
  });
}

function toWaiting(item: JobItem | undefined, nowMs: number): WaitingJob | undefined {
  if (item === undefined || !isWaiting(item) || item.listKey === undefined) return undefined;
  const { type, jobId, runNo: run, status, attempts, maxAttempts, error } = item;
  const dueAt = item.dueAt ?? item.listAt ?? 0;
  const job = { type, key: keyOf(item), run, jobId, status, attempts, maxAttempts, error, dueAt };
  return { ...job, waitsForChildren: waitsForChildren(item, nowMs) };
}

const afterOf = ({ listAt, shard, id }: MergedEntry): string => `${listAt}.${shard}.${id}`;

function placeOf(after: string): Pick<MergedEntry, 'listAt' | 'shard' | 'id'> {
  const [, listAt, shard, id] = /^(\d{1,15})\.([0-7])\.(.+#.+)$/s.exec(after) ?? [];
  if (id === undefined) {
    throw new InvalidPlaceError('this is not where a page of waiting jobs ended: begin with the first page');
  }
  return { listAt: Number(listAt), shard: Number(shard), id };
}
