import type { Logger } from '@aws-lambda-powertools/logger';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { HandsOn, JobDefinition, Payload } from '../contract/definition/job-definition.ts';
import type { Job } from '../contract/job.ts';
import type { PayloadInput } from '../contract/payload.ts';
import type { PlannedOptions } from '../contract/planned-job.ts';
import type { Batch, Flow, PreviousJob } from './flow-types.ts';

/**
 * One DynamoDB write of a transaction, in the document client's form: plain JavaScript values, e.g.
 * `{ Put: { TableName, Item: { id: 'a' }, ConditionExpression: 'attribute_not_exists(id)' } }`.
 */
export type TransactWrite = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What a handler gets beside its payload. */
export interface JobContext<P = unknown, Next extends string = string> {
  readonly job: Job<P>;
  /** Aborted at the job's timeout, a second before the function's end, on SIGTERM, and when the job is cancelled. */
  readonly signal: AbortSignal;
  /** Carries job id, type and attempt. Never log a payload. */
  readonly log: Logger;
  /** Milliseconds until the signal is aborted for time. */
  remainingMs(): number;
  /**
   * To hand on to third parties (Stripe's `Idempotency-Key` and the like): the same in every attempt and run of the
   * job.
   */
  readonly idempotencyKey: string;
  /**
   * Keeps a value in the job's item for people to look at (JSON, at most 4 KB). At most one a second is written, the
   * latest wins; the last one is written with the attempt's end. It is also how a running job learns that it was
   * cancelled: its signal is then aborted.
   */
  progress(value: unknown): Promise<void>;
  /**
   * Stages DynamoDB writes for one transaction with the job's completion, so that they happen exactly once.
   *
   * @param writes at most 99 over all calls of an attempt; none may touch the job's own item
   * @throws RangeError if there are too many, or one is for the job's own item
   * @throws TypeError if one holds a value that DynamoDB cannot keep (a Date, NaN, an empty Set), naming where
   */
  commit(writes: readonly TransactWrite[]): void;
  /**
   * Writes at once, in one transaction with the job's new `checkpoint`, which the next attempt finds in
   * `job.checkpoint` (also after a redrive).
   *
   * @param writes at most 99
   * @param state  JSON, at most 32 KB
   * @throws RangeError, TypeError as `commit` does; nothing was written
   * @throws WriteConditionError if a write's own condition failed; nothing was written
   * @throws LeaseLostError if the job is no longer this attempt's; JobCancelledError if it was cancelled
   */
  checkpoint(writes: readonly TransactWrite[], state: unknown): Promise<void>;
  /**
   * Stages a job: it is sent if, and only if, this one completes. Its type must be in `handsOn` of this one's definition.
   *
   * @throws InvalidMessageError, InvalidPayloadError, RangeError saying what is wrong; nothing is staged
   * @throws LeaseLostError after the attempt's end
   */
  enqueue<D extends JobDefinition<Next>>(definition: D, payload: PayloadInput<D>, options?: PlannedOptions): void;
  /**
   * Stages many jobs and the one that runs after all of them: sent if, and only if, this job completes. One batch an attempt.
   *
   * @throws as `enqueue` does
   */
  batch(batch: Batch<Next>): void;
  /** Of a batch's callback: what became of its children. */
  readonly flow?: Flow;
  /** Of a chain's later steps and of callbacks: the job that this one came after. */
  readonly previous?: PreviousJob;
}

/**
 * A handler: the user's work. What it returns is the job's result (JSON, at most 100 KB); what it throws decides how
 * the job goes on (see `PermanentError`, `RetryAfterError`, `SnoozeError`; anything else is retried by policy).
 */
export type Perform<D extends JobDefinition> = (
  payload: Payload<D>,
  context: JobContext<Payload<D>, HandsOn<D>>,
) => Promise<unknown> | unknown;
