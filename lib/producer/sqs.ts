import type {
  GetQueueUrlCommand,
  GetQueueUrlCommandOutput,
  SendMessageBatchCommand,
  SendMessageBatchCommandOutput,
  SendMessageCommand,
  SendMessageCommandOutput,
} from '@aws-sdk/client-sqs';

/** The calls to SQS that a producer makes: an `SQSClient`, or what stands in for one. */
export interface ProducerSqs {
  send(command: SendMessageCommand): Promise<SendMessageCommandOutput>;
  send(command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput>;
  send(command: GetQueueUrlCommand): Promise<GetQueueUrlCommandOutput>;
}

interface AwsError {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: unknown;
}

const THROTTLED = /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/;
const MISSING = /QueueDoesNotExist|NonExistentQueue/;
/** What the SDK says when it has nothing to sign with. */
const NO_CREDENTIALS = /Credentials|TokenProvider/;

export const errorName = (error: unknown): string =>
  String((error as AwsError | null | undefined)?.name ?? 'UnknownError');

export const isQueueMissing = (error: unknown): boolean => MISSING.test(errorName(error));

export const isThrottle = (code: string): boolean => THROTTLED.test(code);

/** What a failed call tells of its messages. */
export interface CallFailure {
  readonly code: string;
  /** The same call may succeed later. */
  readonly mayPass: boolean;
  /** The messages may have been taken: a server's fault, or no answer. */
  readonly maybeSent: boolean;
  /** So will every other call to this queue: no right, no credentials, no queue. */
  readonly hopeless: boolean;
}

export function callFailure(error: unknown): CallFailure {
  const code = errorName(error);
  const status = (error as AwsError | null | undefined)?.$metadata?.httpStatusCode;
  if (isThrottle(code)) return { code, mayPass: true, maybeSent: false, hopeless: false };
  if (NO_CREDENTIALS.test(code)) return { code, mayPass: false, maybeSent: false, hopeless: true };
  if (status === undefined || status >= 500) return { code, mayPass: true, maybeSent: true, hopeless: false };
  return { code, mayPass: false, maybeSent: false, hopeless: status === 403 || isQueueMissing(error) };
}
