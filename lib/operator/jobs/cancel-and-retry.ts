import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { cancelJob, retryJobNow } from '../../contract/protocol/operate.ts';
import { type JobName, type JobTable, type Operated, operate } from '../job-table.ts';

/** The part of a definition that a cancellation needs: it decides how long the item is kept. */
export type Cancellable = Pick<JobDefinition, 'type' | 'retry' | 'retention' | 'queueRetention' | 'handsOn'>;

/**
 * Cancels a job. A job that waits ends at once; if a batch waits for it, it ends with its next message, which reports that to the
 * batch. A job that runs learns of it at its next progress, and ends CANCELLED unless it completes. A job that never came is
 * refused when it comes. A finished job stays as it is (`none`).
 *
 * @throws JobChangedError if the job changed each time it was read
 */
export function cancel(deps: JobTable, definition: Cancellable, key: string): Promise<Operated> {
  const { type, retention, queueRetention } = definition;
  const inFlows = definition.handsOn !== undefined;
  const settings = { type, key, retention, queueRetention, inFlows, maxAttempts: definition.retry.maxAttempts };
  return operate(deps, { type, key }, (item, nowMs) => cancelJob({ ...settings, item, nowMs }));
}

/**
 * Makes a parked job due now (row `dueNow`). The dispatcher sends it at its next tick, within a minute. Any other job stays as it
 * is (`none`).
 *
 * @throws JobChangedError if the job changed each time it was read
 */
export const retryNow = (deps: JobTable, job: JobName): Promise<Operated> => operate(deps, job, retryJobNow);
