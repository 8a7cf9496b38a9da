import { errorName, isThrottle, isTransient, statusOf } from '../aws/errors.ts';
import { isUnsent } from '../aws/one-request.ts';

const MISSING = /QueueDoesNotExist|NonExistentQueue/;
/** What the SDK says when it has nothing to sign with. */
const NO_CREDENTIALS = /Credentials|TokenProvider/;

export const isQueueMissing = (error: unknown): boolean => MISSING.test(errorName(error));

/** What a failed call says of its messages. */
export interface CallFailure {
  readonly code: string;
  /** The same call may succeed later. */
  readonly isTransient: boolean;
  /** The messages may have been taken: the server failed, or no answer came. */
  readonly maybeSent: boolean;
  /** Every other call to this queue will fail, too: no right, no credentials, no queue. */
  readonly hopeless: boolean;
}

export function callFailure(error: unknown): CallFailure {
  const code = errorName(error);
  const status = statusOf(error);
  const known = { code, isTransient: false, maybeSent: false, hopeless: false };
  if (isThrottle(code) || isClockCorrected(error)) return { ...known, isTransient: true };
  if (NO_CREDENTIALS.test(code)) return { ...known, hopeless: true };
  if (status !== undefined && status < 500) return { ...known, hopeless: status === 403 || isQueueMissing(error) };
  if (isUnreachable(error)) return { ...known, isTransient: true };
  // Its input, the configuration or the caller's signal: it will fail again, and nothing has left.
  if (isUnsent(error) || !isTransient(error)) return known;
  return { ...known, isTransient: true, maybeSent: true };
}

/** No connection was made, so nothing was sent. */
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/;

const isUnreachable = (error: unknown): boolean => UNREACHABLE.test((error as { code?: string } | null)?.code ?? '');

/** The SDK has set its clock by the refusal: signed again, the call may be taken. */
const isClockCorrected = (error: unknown): boolean =>
  (error as { $metadata?: { clockSkewCorrected?: boolean } } | null)?.$metadata?.clockSkewCorrected === true;
