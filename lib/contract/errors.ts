import { brand } from './brand.ts';
import { cut, isError, quietly, readError, reasonsOf, tagOf } from './thrown.ts';

/** A job definition that cannot be deployed or run: the message names the option, the range and the value given. */
export class JobDefinitionError extends Error {
  override readonly name = 'JobDefinitionError';
}

/** A message body that is not an envelope: nothing of it was run. */
export class InvalidMessageError extends Error {
  override readonly name: string = 'InvalidMessageError';
}

/** A payload that its job type's schema refuses: nothing of it was run. */
export class InvalidPayloadError extends Error {
  override readonly name = 'InvalidPayloadError';
}

/**
 * Thrown by a handler whose job can never succeed (a declined card, a malformed address): no further attempt is made,
 * the job goes to the dead-letter queue with the reason `PermanentError`.
 *
 * @example throw new PermanentError('the image is gone', { cause });
 */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** Longest delay that a handler may ask for: 7 days, half of SQS's longest retention. */
export const MAX_REQUESTED_DELAY_SECONDS = 7 * 24 * 3600;

function requestedDelay(errorName: string, delaySeconds: number): number {
  if (!Number.isFinite(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_REQUESTED_DELAY_SECONDS) {
    throw new RangeError(
      `${errorName}: delaySeconds must be 0 to ${MAX_REQUESTED_DELAY_SECONDS} (7 days), got ${delaySeconds}`,
    );
  }
  return delaySeconds;
}

/**
 * Thrown by a handler that knows when to come back (HTTP 429 or 503 with `Retry-After`). The attempt counts; the
 * delay overrides the retry policy's.
 *
 * @param delaySeconds seconds from now, 0 to 604,800 (7 days)
 * @throws RangeError if the delay is out of range
 */
export class RetryAfterError extends Error {
  override readonly name = 'RetryAfterError';
  readonly delaySeconds: number;
  constructor(delaySeconds: number, message?: string, options?: ErrorOptions) {
    super(message ?? `retry after ${delaySeconds} s`, options);
    this.delaySeconds = requestedDelay(this.name, delaySeconds);
  }
}

/**
 * Thrown by a handler whose job is not ready yet, or that goes on in another invocation. The attempt does not count;
 * after 100 snoozes in a row the next one is a death (reason `AttemptsExhausted`).
 *
 * @param delaySeconds seconds from now, 0 to 604,800 (7 days)
 * @throws RangeError if the delay is out of range
 */
export class SnoozeError extends Error {
  override readonly name = 'SnoozeError';
  readonly delaySeconds: number;
  constructor(delaySeconds: number, message?: string, options?: ErrorOptions) {
    super(message ?? `snoozed for ${delaySeconds} s`, options);
    this.delaySeconds = requestedDelay(this.name, delaySeconds);
  }
}

/** An attempt that ran past its job's timeout or its function's end. Its signal was aborted; it is retried by policy. */
export class JobTimeoutError extends Error {
  override readonly name = 'JobTimeoutError';
}

/** An attempt that ended because its process was told to shut down (SIGTERM). It does not count: the job is put back. */
export class ShutdownError extends Error {
  override readonly name = 'ShutdownError';
}

/** A handler's result that cannot be stored: not JSON, or beyond 100 KB. */
export class JobResultError extends Error {
  override readonly name = 'JobResultError';
}

/** Writes handed to `commit` or `checkpoint` whose own conditions failed: nothing of the transaction was written. */
export class WriteConditionError extends Error {
  override readonly name = 'WriteConditionError';
  /** Indexes of the refused writes in the array that was handed over; at least one. */
  readonly indexes: readonly number[];
  constructor(indexes: readonly number[], options?: ErrorOptions) {
    super(`the condition of write ${indexes.join(', ')} failed; nothing was written`, options);
    this.indexes = indexes;
  }
}

/** A transaction of `commit` or `checkpoint` that DynamoDB refused for another reason: nothing of it was written. */
export class WriteRefusedError extends Error {
  override readonly name = 'WriteRefusedError';
}

/** The attempt no longer holds its job's lease: another attempt may be running, nothing was written. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** `cancel` was asked for while the job ran: the signal is aborted, the job ends CANCELLED unless it completes. */
export class JobCancelledError extends Error {
  override readonly name = 'JobCancelledError';
}

brand({
  ...{ InvalidMessageError, InvalidPayloadError, JobCancelledError, JobDefinitionError, JobResultError },
  ...{ JobTimeoutError, LeaseLostError, PermanentError, RetryAfterError, ShutdownError, SnoozeError },
  ...{ WriteConditionError, WriteRefusedError },
});

/** Name and message of a failure as kept in the item and on the dead letter. */
export interface JobError {
  readonly name: string;
  /** At most 512 characters; with the first reasons, as `fetch failed: connect ECONNREFUSED 127.0.0.1:9`. */
  readonly message: string;
}

/** What is kept of anything thrown, an `Error` or not. Never throws, whatever its name or message do when looked at. */
export function toJobError(thrown: unknown): JobError {
  if (!isError(thrown)) return { name: 'NonError', message: cut(describe(thrown)) };
  const error = readError(thrown);
  // A refusal says all by itself; what caused it may quote the payload.
  const isRefusal = thrown instanceof InvalidMessageError || thrown instanceof InvalidPayloadError;
  return { name: error.name, message: isRefusal ? error.message : withReasons(reasonsOf(error)) };
}

/** Many errors repeat what caused them: a reason that is there already is not said again. */
const withReasons = (reasons: readonly string[]): string =>
  cut(
    reasons.reduce(
      (said, reason) => (said === reason || said.includes(`: ${reason}`) ? said : `${said}: ${reason}`),
      reasons[0] ?? '',
    ),
  );

function describe(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown;
  return quietly(() => JSON.stringify(thrown) ?? String(thrown)) ?? tagOf(thrown);
}
