import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { cancelJob } from '../contract/protocol/operate.ts';
import { type ChangedTable, type Operated, operate } from './change-job.ts';

/** The part of a definition that a cancellation needs: it decides how long the item is kept. */
export type Cancellable = Pick<JobDefinition, 'type' | 'retry' | 'retention' | 'queueRetention' | 'handsOn'>;

/**
 * Cancels a job. A job that waits ends at once; if a batch waits for it, it ends with its next message, which reports that to the
 * batch. A job that runs learns of it at its next progress, and ends CANCELLED unless it completes. A job that never came is
 * refused when it comes. A finished job stays as it is (`none`).
 *
 * @throws JobChangedError if the job changed each time it was read; NewerJobError if a newer version of Sluice wrote it
 */
export function cancel(deps: ChangedTable, definition: Cancellable, key: string): Promise<Operated> {
  const settings = cancelSettings(definition, key);
  return operate(deps, settings, (item, nowMs) => cancelJob({ ...settings, item, nowMs }));
}

/** What a cancellation is decided on, beside the job's item and the time. */
export function cancelSettings({ type, retry, retention, queueRetention, handsOn }: Cancellable, key: string) {
  return { type, key, retention, queueRetention, inFlows: handsOn !== undefined, maxAttempts: retry.maxAttempts };
}
