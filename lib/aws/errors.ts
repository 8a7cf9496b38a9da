/** What an error of the SDK says of itself; anything else that is thrown has none of it. */
interface AwsError {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: unknown;
}

const THROTTLED = /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown|OverLimit/;

/** Whether a service's error code, or the name of the SDK's error, means that there were too many calls. */
export const isThrottle = (code: string): boolean => THROTTLED.test(code);

/** The name of the SDK's error, which is the service's code. @default UnknownError */
export const errorName = (error: unknown): string => String(fields(error).name ?? 'UnknownError');

/** The HTTP status of the service's answer; undefined if there was none. */
export const statusOf = (error: unknown): number | undefined => fields(error).$metadata?.httpStatusCode;

/**
 * Whether the same call may succeed later: it was throttled, the server failed, or no answer came. A refusal (4xx) will
 * be refused again. So will a call that could not even be made of its input.
 */
export function isTransient(error: unknown): boolean {
  if (fields(error).$retryable !== undefined || isThrottle(errorName(error))) return true;
  const status = statusOf(error);
  if (status !== undefined) return status >= 500;
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
}

const fields = (error: unknown): AwsError => (error ?? {}) as AwsError;
