import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { cancelJob } from '../../contract/protocol/operate.ts';
import { type JobTable, type Operated, operate } from '../job-table.ts';

/** A definition's share in a cancellation: how long the item is kept. */
export type Cancellable = Pick<JobDefinition, 'type' | 'retry' | 'retention' | 'queueRetention'>;

/**
 * Cancels a job: one that waits ends at once, one that runs is told so and ends unless it completes,
 * one that never came is refused when it comes. A finished job stays as it ended (`none`).
 *
 * @throws JobChangedError if the job changed each time it was looked at
 */
export function cancel(deps: JobTable, definition: Cancellable, key: string): Promise<Operated> {
  const { type, retention, queueRetention } = definition;
  const settings = { type, key, retention, queueRetention, maxAttempts: definition.retry.maxAttempts };
  return operate(deps, { type, key }, (item, nowMs) => cancelJob({ ...settings, item, nowMs }));
}
