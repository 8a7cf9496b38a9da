/** What an error of the SDK, or of the network below it, says of itself; anything else that is thrown has none of it. */
interface AwsError {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly clockSkewCorrected?: boolean };
  readonly $response?: unknown;
  readonly $retryable?: { readonly throttling?: boolean };
}

const THROTTLED =
  /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown|OverLimit|^LimitExceeded|BandwidthLimitExceeded|PriorRequestNotComplete/;
/** The same transaction is on its way: its first request may yet succeed. */
const IN_PROGRESS = /TransactionInProgress/;
const REQUEST_TIMEOUT = /^RequestTimeout(Exception)?$/;
/** What the SDK says when it has nothing to sign with: it asked whoever gives credentials, not the service. */
const NO_CREDENTIALS = /Credentials|TokenProvider/;
/** A call that was given up by its own side. */
const GIVEN_UP = /^(AbortError|OutOfTimeError)$/;
/** Node's codes of a service that was never reached, and of a connection that broke: the request may have arrived. */
const UNREACHED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/;
const BROKEN =
  /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EPROTO|HPE_\w+|ERR_SSL_\w+|ERR_STREAM_PREMATURE_CLOSE|ERR_SOCKET_\w+)$/;

/** Whether a service's error code, or the name of the SDK's error, means that there were too many calls. */
export const isThrottle = (code: string): boolean => THROTTLED.test(code);

const MISSING_QUEUE = /QueueDoesNotExist|NonExistentQueue/;

/** Whether SQS's code, or the name of the SDK's error, means that there is no such queue. */
export const isMissingQueue = (code: string): boolean => MISSING_QUEUE.test(code);

/** The name of the SDK's error, which is the service's code. @default UnknownError */
export const errorName = (error: unknown): string => String(fields(error).name ?? 'UnknownError');

/** The HTTP status of the service's answer; undefined if there was none. */
export const statusOf = (error: unknown): number | undefined => fields(error).$metadata?.httpStatusCode;

/** What a failed call says of what it was to do. */
export interface CallFault {
  /** The same call may succeed later: it was throttled, the service failed, or the network did. */
  readonly isTransient: boolean;
  /** It may have been done all the same: no answer came, or one that does not say. */
  readonly maybeDone: boolean;
}

const REFUSED: CallFault = { isTransient: false, maybeDone: false };
const TURNED_AWAY: CallFault = { isTransient: true, maybeDone: false };
const UNANSWERED: CallFault = { isTransient: true, maybeDone: true };
const ABANDONED: CallFault = { isTransient: false, maybeDone: true };

/**
 * Judges a failed call. What the service refuses (4xx), it will refuse again. What fails on this side of the wire was never
 * sent and will fail again, too: an input that cannot be serialized, an endpoint, a region, credentials. So only what is
 * known to come from the service or the network is transient. A call that was given up is not.
 */
export function faultOf(error: unknown): CallFault {
  const name = errorName(error);
  const status = statusOf(error);
  const { $retryable, $response } = fields(error);
  if (GIVEN_UP.test(name)) return ABANDONED;
  if (IN_PROGRESS.test(name)) return UNANSWERED;
  if (isThrottle(name) || status === 429 || $retryable?.throttling === true) return TURNED_AWAY;
  if (status !== undefined && status >= 400 && status < 500) return isPassing(error) ? TURNED_AWAY : REFUSED;
  // Also an answer that the SDK could not read: what was asked for is done, or a proxy answered.
  if (status !== undefined || $retryable !== undefined || $response !== undefined) return UNANSWERED;
  return NO_CREDENTIALS.test(name) ? REFUSED : networkFault(error);
}

/** Whether the same call may succeed later (see {@link faultOf}). */
export const isTransient = (error: unknown): boolean => faultOf(error).isTransient;

/** Refusals that say nothing of the call itself. The SDK signs again by the service's clock, once it knows it. */
function isPassing(error: unknown): boolean {
  const { $metadata, $retryable, message } = fields(error);
  if ($retryable !== undefined || $metadata?.clockSkewCorrected === true) return true;
  const name = errorName(error);
  return REQUEST_TIMEOUT.test(name) || (name === 'InvalidSignatureException' && /expired/i.test(String(message)));
}

/** Causes that are looked at: a wrapper or two stand around an error of the network. */
const MAX_CAUSES = 5;

function networkFault(error: unknown, causes = MAX_CAUSES): CallFault {
  const { code, name, cause } = fields(error);
  if (UNREACHED.test(String(code))) return TURNED_AWAY;
  if (name === 'TimeoutError' || BROKEN.test(String(code))) return UNANSWERED;
  return cause === undefined || causes === 0 ? REFUSED : networkFault(cause, causes - 1);
}

const fields = (error: unknown): AwsError => (error ?? {}) as AwsError;
