import { errorName, isThrottle, statusOf } from '../aws/errors.ts';

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
  if (isThrottle(code)) return { code, isTransient: true, maybeSent: false, hopeless: false };
  if (NO_CREDENTIALS.test(code)) return { code, isTransient: false, maybeSent: false, hopeless: true };
  if (status === undefined || status >= 500) return { code, isTransient: true, maybeSent: true, hopeless: false };
  return { code, isTransient: false, maybeSent: false, hopeless: status === 403 || isQueueMissing(error) };
}
