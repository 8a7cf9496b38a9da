import type {
  BatchExecuteStatementCommand,
  BatchExecuteStatementCommandOutput,
  BatchGetItemCommand,
  BatchGetItemCommandOutput,
  QueryCommand,
  QueryCommandOutput,
  UpdateItemCommand,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { PutEventsCommand, PutEventsCommandOutput } from '@aws-sdk/client-eventbridge';
import type {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityBatchCommandOutput,
  ChangeMessageVisibilityCommand,
  ChangeMessageVisibilityCommandOutput,
} from '@aws-sdk/client-sqs';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { ProducerSqs } from './producer-ports.ts';

/** The calls to DynamoDB by which the engine and the operator read jobs. */
export interface DynamoDbReads {
  send(command: BatchGetItemCommand): Promise<BatchGetItemCommandOutput>;
  send(command: QueryCommand): Promise<QueryCommandOutput>;
}

/** The calls to DynamoDB that the engine makes: a `DynamoDBClient`, or what stands in for one. */
export type DynamoDb = DynamoDbReads & {
  send(command: BatchExecuteStatementCommand): Promise<BatchExecuteStatementCommandOutput>;
  /** Of flows: PartiQL cannot change a set and answer the item. */
  send(command: UpdateItemCommand): Promise<UpdateItemCommandOutput>;
};

/** The transactions of `commit` and `checkpoint`, in plain values. */
export interface DynamoDbDocuments {
  send(command: { readonly input: TransactWriteCommandInput }): Promise<object>;
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
