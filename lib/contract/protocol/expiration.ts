import type { JobItem } from './job-item.ts';

const DAY_SECONDS = 24 * 3600;
/** The DLQ keeps messages for 14 days, SQS's longest retention. */
export const DEAD_LETTER_RETENTION_DAYS = 14;

interface Retention {
  /** Days. */
  readonly retention: number;
  readonly queueRetention: number;
}

/** Seconds that a completed or cancelled job's item is kept. */
export const finishedRetentionSeconds = ({ retention }: Retention): number => retention * DAY_SECONDS;

/** Seconds that a dead job's item is kept: it outlives its dead letter and every copy of its message. */
export function deadRetentionSeconds({ retention, queueRetention }: Retention): number {
  return Math.max(retention, DEAD_LETTER_RETENTION_DAYS + queueRetention + 1) * DAY_SECONDS;
}

/** `expiration` of an item that waits or runs: such an item must never expire before its end. */
export function unfinishedExpiration(retention: Retention, untilMs: number): number {
  return Math.ceil(untilMs / 1000) + deadRetentionSeconds(retention);
}

export const finishedExpiration = (retention: Retention, nowMs: number): number =>
  Math.ceil(nowMs / 1000) + finishedRetentionSeconds(retention);

export const deadExpiration = (retention: Retention, nowMs: number): number =>
  Math.ceil(nowMs / 1000) + deadRetentionSeconds(retention);

/** Of a job that completed or was cancelled. One of a flow is kept as long as a dead one: copies and redrives come as late. */
export const endExpiration = (retention: Retention, nowMs: number, isOfFlow: boolean): number =>
  isOfFlow ? deadExpiration(retention, nowMs) : finishedExpiration(retention, nowMs);

export const isExpired = (item: Pick<JobItem, 'expiration'>, nowMs: number): boolean => item.expiration * 1000 <= nowMs;
