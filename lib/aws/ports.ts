import type {
  BatchExecuteStatementCommand,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommand,
  BatchGetItemCommandOutput,
  QueryCommand,
  QueryCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { PutEventsCommand, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import type {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityBatchCommandOutput,
  ChangeMessageVisibilityCommand,
  ChangeMessageVisibilityCommandOutput,
  GetQueueUrlCommand,
  GetQueueUrlCommandOutput,
  SendMessageBatchCommand,
  SendMessageBatchCommandOutput,
  SendMessageCommand,
  SendMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import type { TransactWriteCommand, TransactWriteCommandOutput } from '@aws-sdk/lib-dynamodb';

/** The calls to DynamoDB that the engine makes: a `DynamoDBClient`, or what stands in for one. */
export interface DynamoDb {
  send(command: BatchExecuteStatementCommand): Promise<BatchExecuteStatementCommandOutput>;
  send(command: BatchGetItemCommand): Promise<BatchGetItemCommandOutput>;
  send(command: QueryCommand): Promise<QueryCommandOutput>;
}

/** The transactions of `commit` and `checkpoint`: a `DynamoDBDocumentClient`, or what stands in for one. */
export interface DynamoDbDocuments {
  send(command: TransactWriteCommand): Promise<TransactWriteCommandOutput>;
}

/** The calls to SQS that the engine makes: an `SQSClient`, or what stands in for one. */
export interface Sqs {
  send(command: SendMessageCommand): Promise<SendMessageCommandOutput>;
  send(command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput>;
  send(command: ChangeMessageVisibilityCommand): Promise<ChangeMessageVisibilityCommandOutput>;
  send(command: ChangeMessageVisibilityBatchCommand): Promise<ChangeMessageVisibilityBatchCommandOutput>;
  send(command: GetQueueUrlCommand): Promise<GetQueueUrlCommandOutput>;
}

/** The one call to EventBridge that the engine makes: an `EventBridgeClient`, or what stands in for one. */
export interface EventBridge {
  send(command: PutEventsCommand): Promise<PutEventsCommandOutput>;
}

interface AwsError {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

const THROTTLED = /Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded|TooManyRequests|SlowDown/;

/**
 * Whether the same call may succeed later: throttled, a server's fault, or no answer at all. A refusal (4xx) will be
 * refused again, and so will a call that could not even be made of its input.
 */
export function mayPass(error: unknown): boolean {
  const { name, $metadata, $retryable } = (error ?? {}) as AwsError;
  if ($retryable !== undefined || (typeof name === 'string' && THROTTLED.test(name))) return true;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500;
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError);
}
