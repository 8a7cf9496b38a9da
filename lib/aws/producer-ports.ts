/** Apart from the other ports: a sender installs the clients that these name, and no others. */
import type { GetItemCommandInput, GetItemCommandOutput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
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

/** By what a producer looks for a job, and wakes one: a `DynamoDB` of @aws-sdk/client-dynamodb, or what stands in for one. */
export interface ProducerDynamoDb {
  getItem(input: GetItemCommandInput, options?: CallOptions): Promise<Pick<GetItemCommandOutput, 'Item'>>;
  /** Of `wake` alone. */
  updateItem?(input: UpdateItemCommandInput, options?: CallOptions): Promise<object>;
}

/** The call to S3 by which a producer puts a large payload: an `S3` of @aws-sdk/client-s3, or what stands in for one. */
export interface ProducerS3 {
  putObject(input: PutPayload, options?: CallOptions): Promise<object>;
}

/** A payload as it is put. S3 refuses it if its SHA-256 is another. */
interface PutPayload {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: Uint8Array;
  readonly ContentType: string;
  /** Base64. */
  readonly ChecksumSHA256: string;
}
