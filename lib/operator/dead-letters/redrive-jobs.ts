import { itemId, type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
import { readItems } from '../jobs/read-items.ts';
import type { KeyRun } from './dead-jobs.ts';
import { type RedriveOptions, type RedriveReport, redrive } from './redrive.ts';

/** A job that was chosen, and is as it was. */
export interface UnchangedJob extends KeyRun {
  /**
   * `ended`: it is not dead any more: it was redriven, cancelled or its retention is over; `diedAgain`: another run of it is dead;
   * `undelivered`: its dead letter is still pending; `unseen`: it is dead, and its dead letter was not found: it was purged, or
   * somebody else holds it; `notReached`: the redrive ended before all were looked at.
   */
  readonly why: 'ended' | 'diedAgain' | 'undelivered' | 'unseen' | 'notReached';
}

export interface RedriveJobsReport extends Omit<RedriveReport, 'missing'> {
  /** Every chosen job that is in none of `sent`, `refused` and `left`. */
  readonly unchanged: readonly UnchangedJob[];
}

/**
 * Sends back the dead letters of exactly these runs, whatever else has arrived or died since they were chosen. It ends as soon as
 * all were found, and says of the others why they were not.
 *
 * @throws as `redrive` does
 */
export async function redriveJobs(
  stage: Stage,
  type: string,
  jobs: readonly KeyRun[],
  options: Omit<RedriveOptions, 'filter' | 'limit'> = {},
): Promise<RedriveJobsReport> {
  const { missing, ...report } = await redrive(stage, type, { ...options, filter: { jobs } });
  const { interrupted, atQuota, failure } = report.received;
  const isWhole = !interrupted && atQuota !== true && failure === undefined;
  const unchanged = isWhole
    ? await whyNot(stage, type, missing)
    : missing.map((job): UnchangedJob => ({ ...job, why: 'notReached' }));
  return { ...report, unchanged };
}

async function whyNot(stage: Stage, type: string, jobs: readonly KeyRun[]): Promise<UnchangedJob[]> {
  const ids = [...new Set(jobs.map(({ key }) => itemId(type, key)))];
  const items = await readItems(stage, ids, ['id', 'type', 'status', 'runNo', 'undelivered']);
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  return jobs.map((job) => ({ ...job, why: whyIs(byKey.get(job.key), job.run) }));
}

function whyIs(item: JobItem | undefined, run: number): UnchangedJob['why'] {
  if (item?.status !== 'DEAD') return 'ended';
  if (item.runNo !== run) return 'diedAgain';
  return item.undelivered === true ? 'undelivered' : 'unseen';
}
