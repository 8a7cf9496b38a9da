import type { JobError } from './errors.ts';

export type JobStatus = 'SCHEDULED' | 'INPROGRESS' | 'RETRYING' | 'COMPLETED' | 'DEAD' | 'CANCELLED' | 'EXPIRED';

/**
 * Why a job died. `Crashed`: the process of its last attempt died. `NotAccepted`: the definition's `accept` made no job of a
 * message that is not Sluice's. `Expired`: no attempt might start any more, and its type has such jobs dead-lettered; also of a
 * job that ended EXPIRED.
 */
export type DeadLetterReason =
  | 'PermanentError'
  | 'AttemptsExhausted'
  | 'InvalidMessage'
  | 'InvalidPayload'
  | 'Crashed'
  | 'NotAccepted'
  | 'Expired';

/** A job as its handler sees it. Times are ISO 8601. */
export interface Job<P = unknown> {
  readonly id: string;
  readonly type: string;
  /** Idempotency key: within the retention, jobs of one type with one key run once. */
  readonly key: string;
  readonly payload: P;
  /** Attempts started, this one included. */
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly createdAt: string;
  /** Message attributes that its sender set, a `traceparent` say: their text, or base64 where they are binary. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The SQS message group that it came with: whose job it is, for fair queues. */
  readonly tenant?: string;
  /** Start of this attempt. */
  readonly processedAt: string;
  /** Only on a dead job. */
  readonly failedAt?: string;
  /** The last attempt's error. */
  readonly error?: JobError;
  /** 1, and one more after each redrive. */
  readonly run: number;
  /** The state of the last `checkpoint`, also of an earlier attempt or run. */
  readonly checkpoint?: unknown;
}
