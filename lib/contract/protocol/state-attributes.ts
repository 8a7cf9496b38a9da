import type { JobItem } from './job-item.ts';

/**
 * The attributes of an item by which `sluice/client` tells how a job stands. `grantRead` gives the right to these alone: no payload, and
 * nothing that the engine keeps for itself.
 */
export const STATE_ATTRIBUTES = [
  ...['id', 'jobId', 'status', 'schema', 'runNo', 'attempts', 'maxAttempts', 'createdAt', 'processedAt', 'completedAt'],
  ...['failedAt', 'dueAt', 'reason', 'error', 'result', 'progress', 'cancelRequested'],
  ...['expiration', 'undelivered', 'owed', 'passedOn'],
] as const satisfies readonly (keyof JobItem)[];

/** What these say of a job. */
export type StateItem = Pick<JobItem, (typeof STATE_ATTRIBUTES)[number]>;
