/** Apart from the other ports: a sender installs the clients that these name, and no others. */
import type { GetItemCommandInput, GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type {
  GetQueueUrlCommand,
  GetQueueUrlCommandOutput,
  SendMessageBatchCommand,
  SendMessageBatchCommandOutput,
  SendMessageCommand,
  SendMessageCommandOutput,
} from '@aws-sdk/client-sqs';

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
