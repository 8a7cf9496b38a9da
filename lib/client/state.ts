import type { JobError } from '../contract/errors.ts';
import type { DeadLetterReason } from '../contract/job.ts';
import { optional } from '../contract/names.ts';
import { isExpired } from '../contract/protocol/expiration.ts';
import { isFinished } from '../contract/protocol/job-item.ts';
import type { StateItem } from '../contract/protocol/state-attributes.ts';
import { iso } from '../contract/protocol/timing.ts';

/** The jobs table knows nothing of the job: it has not begun, was never sent, runs with `begin: 'optimistic'`, or its retention is over. */
export interface UnknownJob {
  readonly status: 'unknown';
  readonly progress?: never;
}

/** Of every job that has begun, or waits in the table. Times are ISO 8601. */
interface KnownJob {
  readonly jobId: string;
  /** 1, and one more after each redrive. */
  readonly run: number;
  /** Attempts started in this run. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly createdAt: string;
  /** Start of the latest attempt. */
  readonly processedAt?: string;
  /** The latest that the handler reported. */
  readonly progress?: unknown;
}

export interface UnfinishedJob extends KnownJob {
  readonly status: 'SCHEDULED' | 'INPROGRESS' | 'RETRYING';
  /** When its next attempt starts, of one that waits. */
  readonly dueAt?: string;
  /** Why the last attempt failed. */
  readonly error?: JobError;
  /** Whether somebody asked to cancel it. */
  readonly cancelRequested: boolean;
}

export interface CompletedJob extends KnownJob {
  readonly status: 'COMPLETED';
  readonly completedAt: string;
  /** What the handler returned. */
  readonly result: unknown;
  /** Of a job that staged a batch: the batch's callback, to be waited for in its turn. */
  readonly callback?: { readonly type: string; readonly key: string };
}

export interface DeadJob extends KnownJob {
  readonly status: 'DEAD';
  readonly failedAt: string;
  readonly reason: DeadLetterReason;
  readonly error: JobError;
}

export interface CancelledJob extends KnownJob {
  readonly status: 'CANCELLED';
}

/** It did not begin in time, or its attempts did not. */
export interface ExpiredJob extends KnownJob {
  readonly status: 'EXPIRED';
  readonly expiredAt: string;
  /** Which time it missed. */
  readonly error: JobError;
}

/** A job that has ended; a dead one may begin its next run, by a redrive. */
export type EndedJob = CompletedJob | DeadJob | CancelledJob | ExpiredJob;
/** How a job stands, by its `status`. */
export type JobState = UnknownJob | UnfinishedJob | EndedJob;

export const UNKNOWN: UnknownJob = { status: 'unknown' };

export const isEnded = (state: JobState): state is EndedJob => state.status !== 'unknown' && isFinished(state);

/** How a job stands. One whose retention is over counts as absent, as for its consumer: a message of that name would run again. */
export function stateOf(item: StateItem | undefined, nowMs: number): JobState {
  if (item === undefined || isOver(item, nowMs)) return UNKNOWN;
  const { status } = item;
  switch (status) {
    case 'SCHEDULED':
    case 'INPROGRESS':
    case 'RETRYING':
      return { ...known(item), status, ...unfinished(item) };
    case 'COMPLETED':
      return { ...known(item), status, ...completion(item) };
    case 'DEAD':
      return { ...known(item), status, ...death(item) };
    case 'CANCELLED':
      return { ...known(item), status };
    case 'EXPIRED':
      return { ...known(item), status, ...expiry(item) };
  }
}

const isOver = (item: StateItem, nowMs: number): boolean =>
  isFinished(item) && isExpired(item, nowMs) && !item.undelivered && !item.owed;

const known = (item: StateItem): KnownJob => ({
  ...{ jobId: item.jobId, run: item.runNo, attempts: item.attempts, maxAttempts: item.maxAttempts },
  createdAt: item.createdAt,
  ...optional('processedAt', item.processedAt),
  ...optional('progress', item.progress),
});

const unfinished = ({ dueAt, error, cancelRequested }: StateItem) => ({
  ...optional('dueAt', dueAt === undefined ? undefined : iso(dueAt)),
  ...optional('error', error),
  cancelRequested: cancelRequested === true,
});

/** Whatever writes the status writes these with it. */
type Completion = Pick<CompletedJob, 'completedAt'>;
type Death = Pick<DeadJob, 'failedAt' | 'reason' | 'error'>;

function completion(item: StateItem): Completion & Pick<CompletedJob, 'result' | 'callback'> {
  const { completedAt, result, passedOn } = item as StateItem & Completion;
  // Neither has a "#" in it.
  const [type = '', key = ''] = passedOn?.split('#') ?? [];
  return { completedAt, result, ...(passedOn !== undefined && { callback: { type, key } }) };
}
const expiry = (item: StateItem): Pick<ExpiredJob, 'expiredAt' | 'error'> => {
  const { failedAt: expiredAt, error } = death(item);
  return { expiredAt, error };
};
const death = (item: StateItem): Death => {
  const { failedAt, reason, error } = item as StateItem & Death;
  return { failedAt, reason, error };
};
