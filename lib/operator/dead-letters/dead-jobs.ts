import type { JobError } from '../../contract/errors.ts';
import type { DeadLetterReason } from '../../contract/job.ts';
import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
import type { JobRun } from '../job-table.ts';
import { readItems } from '../jobs/read-items.ts';
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
  /** These keys alone, whatever their runs. */
  readonly keys?: readonly string[] | undefined;
  /** These runs of jobs alone: one that died again since is another run. */
  readonly jobs?: readonly KeyRun[] | undefined;
}

/** One run of a job whose type is known. */
export type KeyRun = Omit<JobRun, 'type'>;

/** A dead job. */
export interface DeadJob extends JobRun {
  readonly jobId: string;
  readonly reason: DeadLetterReason | undefined;
  readonly error: JobError | undefined;
  readonly attempts: number;
  /** ISO 8601. */
  readonly failedAt: string | undefined;
  /** Whether its dead letter is still pending: not yet in the dead-letter queue. */
  readonly undelivered: boolean;
  /** The `error` of its group. */
  readonly group: string;
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

const ATTRIBUTES = [
  ...['id', 'jobId', 'type', 'status', 'reason', 'error', 'attempts', 'runNo', 'failedAt', 'undelivered'],
] as const satisfies readonly (keyof JobItem)[];

/** Reads the dead jobs among these items that match the filter, the newest first. */
export async function readDeadJobs(stage: Stage, ids: readonly string[], filter: DeadFilter): Promise<DeadJob[]> {
  const items = await readItems(stage, ids, ATTRIBUTES);
  const isChosen = makeIsChosen(filter.jobs);
  return items
    .filter(({ status }) => status === 'DEAD')
    .map(toDeadJob)
    .filter((job) => isDeadBy(job, filter) && !isOlder(job, filter) && isChosen(job))
    .sort(byNewest);
}

/** The items that a filter names one by one, of these types. Undefined: it names none, so the lists say which there are. */
export function namedIds({ key, keys, jobs }: DeadFilter, types: readonly string[]): string[] | undefined {
  const given = [key === undefined ? undefined : [key], keys, jobs?.map((job) => job.key)];
  const [first, ...others] = given.filter((named) => named !== undefined).map((named) => new Set(named));
  if (first === undefined) return undefined;
  const common = [...first].filter((one) => others.every((other) => other.has(one)));
  return types.flatMap((type) => common.map((one) => itemId(type, one)));
}

/** Whether a run is one of those that were chosen. Without a choice each is. */
export function makeIsChosen(jobs: readonly KeyRun[] | undefined): (job: KeyRun) => boolean {
  if (jobs === undefined) return () => true;
  const chosen = new Set(jobs.map(nameOfRun));
  return (job) => chosen.has(nameOfRun(job));
}

export const nameOfRun = ({ key, run }: KeyRun): string => `${run}#${key}`;

/** Whether a reason and an error match a filter; its keys and age are not checked here. */
export function isDeadBy(
  { reason, error }: { readonly reason: string | undefined; readonly error: JobError | undefined },
  filter: DeadFilter,
): boolean {
  if (filter.reason !== undefined && reason !== filter.reason) return false;
  if (filter.error === undefined) return true;
  return error !== undefined && `${error.name}: ${error.message}`.toLowerCase().includes(filter.error.toLowerCase());
}

const isOlder = ({ failedAt = '' }: DeadJob, { sinceMs }: DeadFilter): boolean =>
  sinceMs !== undefined && Date.parse(failedAt) < sinceMs;

/** Those that died at one time stand by their ids, in any read alike. */
export function byNewest(a: DeadJob, b: DeadJob): number {
  const [one = '', other = ''] = [a.failedAt, b.failedAt];
  if (one !== other) return one < other ? 1 : -1;
  return itemId(a.type, a.key) < itemId(b.type, b.key) ? -1 : 1;
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
  group: item.error === undefined ? '—' : normalisedError(item.error),
});

/** Groups of dead jobs, which grow as more come. */
export interface GrowingGroups {
  add(jobs: readonly DeadJob[]): void;
  /** The largest first. */
  all(): DeadGroup[];
}

export function makeGroups(): GrowingGroups {
  const groups = new Map<string, DeadGroup>();
  return {
    add(jobs) {
      for (const { type, reason, group: error, failedAt: at = '' } of jobs) {
        const name = [type, reason, error].join('\n');
        const before = groups.get(name) ?? { jobs: 0, first: at, last: at };
        const [first = at, , last = at] = [before.first, before.last, at].sort();
        groups.set(name, { type, reason, error, jobs: before.jobs + 1, first, last });
      }
    },
    all: () => [...groups.values()].sort((a, b) => b.jobs - a.jobs),
  };
}
