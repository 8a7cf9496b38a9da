import type { JobItem } from './job-item.ts';

/** Whoever adds an attribute to an item says here that it holds no payload, or leaves it out of the type. */
const NO_PAYLOAD: Readonly<Record<Exclude<keyof JobItem, 'envelope' | 'outbox'>, true>> = {
  id: true,
  jobId: true,
  type: true,
  status: true,
  schema: true,
  attempts: true,
  maxAttempts: true,
  createdAt: true,
  processedAt: true,
  completedAt: true,
  failedAt: true,
  reason: true,
  error: true,
  crash: true,
  result: true,
  progress: true,
  checkpoint: true,
  checkpointNo: true,
  runNo: true,
  bodyHash: true,
  payloadHash: true,
  diedOf: true,
  owner: true,
  leaseUntil: true,
  dueAt: true,
  startBefore: true,
  endBefore: true,
  turn: true,
  listKey: true,
  listAt: true,
  undelivered: true,
  cancelRequested: true,
  snoozes: true,
  snoozesInRow: true,
  putBacksInRow: true,
  flow: true,
  owed: true,
  passedOn: true,
  open: true,
  dead: true,
  total: true,
  children: true,
  mode: true,
  deadlineAt: true,
  expiration: true,
};

/**
 * The attributes of an item that hold no payload: all but a parked job's message and what a job staged. A handler's own `result`, `progress` and
 * `checkpoint` are among them.
 */
export const NO_PAYLOAD_ATTRIBUTES: readonly string[] = Object.keys(NO_PAYLOAD);
