import type {
  BatchExecuteStatementCommand,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommand,
  BatchGetItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
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
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';

/** The calls to DynamoDB by which the engine and the operator read jobs. */
export interface DynamoDbReads {
  send(command: BatchGetItemCommand): Promise<BatchGetItemCommandOutput>;
  send(command: QueryCommand): Promise<QueryCommandOutput>;
}

/** The calls to DynamoDB that the engine makes: a `DynamoDBClient`, or what stands in for one. */
export type DynamoDb = DynamoDbReads & {
  send(command: BatchExecuteStatementCommand): Promise<BatchExecuteStatementCommandOutput>;
};

/** The transactions of `commit` and `checkpoint`, in plain values. */
export interface DynamoDbDocuments {
  send(command: { readonly input: TransactWriteCommandInput }): Promise<object>;
}

/** What a call takes beside its command. */
interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** The calls to SQS that a producer makes: an `SQSClient`, or what stands in for one. */
export interface ProducerSqs {
  send(command: SendMessageCommand, options?: CallOptions): Promise<SendMessageCommandOutput>;
  send(command: SendMessageBatchCommand, options?: CallOptions): Promise<SendMessageBatchCommandOutput>;
  send(command: GetQueueUrlCommand, options?: CallOptions): Promise<GetQueueUrlCommandOutput>;
}

/** The read by which a producer looks for a job: a `DynamoDB` of @aws-sdk/client-dynamodb, or what stands in for one. */
export interface ProducerDynamoDb {
  getItem(input: GetItemCommandInput, options?: CallOptions): Promise<Pick<GetItemCommandOutput, 'Item'>>;
}

/** The calls to SQS that the engine makes: an `SQSClient`, or what stands in for one. */
export type Sqs = ProducerSqs & {
  send(command: ChangeMessageVisibilityCommand): Promise<ChangeMessageVisibilityCommandOutput>;
  send(command: ChangeMessageVisibilityBatchCommand): Promise<ChangeMessageVisibilityBatchCommandOutput>;
};

/** The one call to EventBridge that the engine makes: an `EventBridgeClient`, or what stands in for one. */
export interface EventBridge {
  send(command: PutEventsCommand): Promise<PutEventsCommandOutput>;
}
