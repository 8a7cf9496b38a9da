import type { JobError } from '../../contract/errors.ts';
import type { DeadLetterReason } from '../../contract/job.ts';
import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
import { type Listed, readItems, readList, readLists } from '../jobs/lists.ts';
import { onStage, queuesOf, typesOf } from '../stage.ts';
import { normalisedError } from './error-groups.ts';

/** Which dead jobs. A job must match all that is given. */
export interface DeadFilter {
  readonly reason?: string | undefined;
  /** Part of the error's name or message, in any case. */
  readonly error?: string | undefined;
  /** Died at or after, epoch ms. */
  readonly sinceMs?: number | undefined;
  /** Idempotency key. */
  readonly key?: string | undefined;
}

/** A dead job. */
export interface DeadJob {
  readonly type: string;
  readonly key: string;
  readonly jobId: string;
  readonly reason: DeadLetterReason | undefined;
  readonly error: JobError | undefined;
  readonly attempts: number;
  readonly run: number;
  /** ISO 8601. */
  readonly failedAt: string | undefined;
  /** Whether its dead letter is still pending: not yet in the dead-letter queue. */
  readonly undelivered: boolean;
}

/** Dead jobs of one type, reason and error. */
export interface DeadGroup {
  readonly type: string;
  readonly reason: DeadLetterReason | undefined;
  /** Without what differs from job to job. */
  readonly error: string;
  readonly jobs: number;
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
}

export interface DeadReport {
  /** The newest first. */
  readonly jobs: readonly DeadJob[];
  /** The largest first. */
  readonly groups: readonly DeadGroup[];
  /** True if there are more than the 100,000 that were read. */
  readonly truncated: boolean;
}

const ATTRIBUTES = [
  ...['id', 'jobId', 'type', 'status', 'reason', 'error', 'attempts', 'runNo', 'failedAt', 'undelivered'],
] as const satisfies readonly (keyof JobItem)[];

/**
 * Lists dead jobs from the table. It receives no message, so none is hidden and no alarm goes off or on by it.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function dead(stage: Stage, type?: string, filter: DeadFilter = {}): Promise<DeadReport> {
  const types = type === undefined ? await typesOf(stage) : [(await queuesOf(stage, type)).type];
  return onStage(stage, type, async () => {
    const { ids, truncated } = await deadIds(stage, filter, { type, types });
    const items = await readItems(stage, ids, ATTRIBUTES);
    const jobs = items
      .filter(({ status }) => status === 'DEAD')
      .map(toDeadJob)
      .filter((job) => isDeadBy(job, filter) && !isOlder(job, filter));
    jobs.sort((a, b) => ((a.failedAt ?? '') < (b.failedAt ?? '') ? 1 : -1));
    return { jobs, groups: grouped(jobs), truncated };
  });
}

const isOlder = ({ failedAt = '' }: DeadJob, { sinceMs }: DeadFilter): boolean =>
  sinceMs !== undefined && Date.parse(failedAt) < sinceMs;

/** Items to look at. A key names them: no list is read, however long it is. */
async function deadIds(
  stage: Stage,
  { key, sinceMs }: DeadFilter,
  { type, types }: { readonly type: string | undefined; readonly types: readonly string[] },
): Promise<{ ids: string[]; truncated: boolean }> {
  if (key !== undefined) return { ids: types.map((one) => itemId(one, key)), truncated: false };
  const { entries, truncated }: Listed =
    type === undefined
      ? await readLists(stage, 'dead', { types, sinceMs })
      : await readList(stage, 'dead', { type, sinceMs });
  return { ids: entries.map(({ id }) => id), truncated };
}

/** Whether a reason and an error match a filter; its `key` and age are not checked here. */
export function isDeadBy(
  { reason, error }: { readonly reason: string | undefined; readonly error: JobError | undefined },
  filter: DeadFilter,
): boolean {
  if (filter.reason !== undefined && reason !== filter.reason) return false;
  if (filter.error === undefined) return true;
  return error !== undefined && `${error.name}: ${error.message}`.toLowerCase().includes(filter.error.toLowerCase());
}

const toDeadJob = (item: JobItem): DeadJob => ({
  type: item.type,
  key: keyOf(item),
  jobId: item.jobId,
  reason: item.reason,
  error: item.error,
  attempts: item.attempts,
  run: item.runNo,
  failedAt: item.failedAt,
  undelivered: item.undelivered === true,
});

function grouped(jobs: readonly DeadJob[]): DeadGroup[] {
  const groups = new Map<string, DeadGroup>();
  for (const { type, reason, error, failedAt = '' } of jobs) {
    const text = error === undefined ? '—' : normalisedError(error);
    const name = [type, reason, text].join('\n');
    const group = groups.get(name) ?? { type, reason, error: text, jobs: 0, first: failedAt, last: failedAt };
    // Jobs come newest first, so each one is the oldest of its group so far.
    groups.set(name, { ...group, jobs: group.jobs + 1, first: failedAt });
  }
  return [...groups.values()].sort((a, b) => b.jobs - a.jobs);
}
