import { type Cancellable, cancelSettings } from '../../client/cancel-job.ts';
import { isFinished, type JobItem } from '../../contract/protocol/job-item.ts';
import { cancelJob, retryJobNow } from '../../contract/protocol/operate.ts';
import { type JobName, type JobTable, type Operated, operate } from '../job-table.ts';

export { type Cancellable, cancel } from '../../client/cancel-job.ts';

/**
 * Makes a parked job due now (row `dueNow`). The dispatcher sends it at its next tick, within a minute. Any other job stays as it
 * is (`none`).
 *
 * @throws JobChangedError if the job changed each time it was read
 */
export const retryNow = (deps: JobTable, job: JobName): Promise<Operated> => operate(deps, job, retryJobNow);

/** Whether a job is still the one that was chosen. */
export type IsMeant = (item: JobItem, nowMs: number) => boolean;

/** Cancels a job that was chosen, if it is meant and has not ended. One that is gone is not refused beforehand. */
export function cancelIf(
  deps: JobTable,
  definition: Cancellable,
  { key, isMeant }: { readonly key: string; readonly isMeant: IsMeant },
): Promise<Operated> {
  const settings = cancelSettings(definition, key);
  return operate(deps, settings, (item, nowMs) =>
    item !== undefined && !isFinished(item) && isMeant(item, nowMs)
      ? cancelJob({ ...settings, item, nowMs })
      : { row: 'none', item },
  );
}

/** Makes a parked job that was chosen due now, if it is meant. */
export const retryIf = (deps: JobTable, job: JobName, isMeant: IsMeant): Promise<Operated> =>
  operate(deps, job, (item, nowMs) =>
    item !== undefined && isMeant(item, nowMs) ? retryJobNow(item, nowMs) : { row: 'none', item },
  );
