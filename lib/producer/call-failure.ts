import { type CallFault, errorName, faultOf, isMissingQueue, statusOf } from '../aws/errors.ts';
import { isSent, isUnsent } from '../aws/one-request.ts';

/** What the SDK says when it has nothing to sign with. */
const NO_CREDENTIALS = /Credentials|TokenProvider/;

export const isQueueMissing = (error: unknown): boolean => isMissingQueue(errorName(error));

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
  const { isTransient, maybeDone } = sendFault(error);
  const hopeless = NO_CREDENTIALS.test(code) || (!isTransient && (statusOf(error) === 403 || isQueueMissing(error)));
  return { code, isTransient, maybeSent: maybeDone, hopeless };
}

/** What the producer's own requests know more: whether they left. */
function sendFault(error: unknown): CallFault {
  const fault = faultOf(error);
  if (isUnsent(error)) return { ...fault, maybeDone: false };
  // An answer that was read and refused, as one whose MD5 is wrong; or an error that nobody has met yet.
  const isOpen = statusOf(error) === undefined && !fault.isTransient && isSent(error);
  return isOpen ? { isTransient: true, maybeDone: true } : fault;
}
