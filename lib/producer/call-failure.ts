import { errorName, faultOf, statusOf } from '../aws/errors.ts';
import { isSent, isUnsent } from '../aws/one-request.ts';

const MISSING = /QueueDoesNotExist|NonExistentQueue/;
/** What the SDK says when it has nothing to sign with. */
const NO_CREDENTIALS = /Credentials|TokenProvider/;

export const isQueueMissing = (error: unknown): boolean => MISSING.test(errorName(error));

/** What a failed call says of its messages. */
export interface CallFailure {
  readonly code: string;
  /** The same call may succeed later. */
  readonly isTransient: boolean;
  /** The messages may have been taken: the server failed, or the network did. What was never sent was not. */
  readonly maybeSent: boolean;
  /** Every other call to this queue will fail, too: no right, no credentials, no queue. */
  readonly hopeless: boolean;
}

export function callFailure(error: unknown): CallFailure {
  const code = errorName(error);
  if (NO_CREDENTIALS.test(code)) return { code, isTransient: false, maybeSent: false, hopeless: true };
  // Its input, the configuration or the caller's signal: it will fail again, and nothing has left.
  if (isUnsent(error)) return { code, isTransient: false, maybeSent: false, hopeless: false };
  const { isTransient, maybeDone } = faultOf(error);
  const hopeless = !isTransient && (statusOf(error) === 403 || isQueueMissing(error));
  // An answer that was read and refused, as one whose MD5 is wrong, says nothing of the message: it may be sent again.
  const isUnclear = !isTransient && !maybeDone && statusOf(error) === undefined && isSent(error);
  return { code, isTransient: isTransient || isUnclear, maybeSent: maybeDone || isUnclear, hopeless };
}
