import { setTimeout } from 'node:timers/promises';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type {
  DescribeTableCommand,
  DescribeTableCommandOutput,
  GetItemCommand,
  GetItemCommandOutput,
  PutItemCommand,
  PutItemCommandOutput,
  ScanCommand,
  ScanCommandOutput,
  UpdateItemCommand,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityBatchCommandOutput,
  DeleteMessageBatchCommand,
  DeleteMessageBatchCommandOutput,
  GetQueueAttributesCommand,
  GetQueueAttributesCommandOutput,
  GetQueueUrlCommand,
  GetQueueUrlCommandOutput,
  ListQueuesCommand,
  ListQueuesCommandOutput,
  ReceiveMessageCommand,
  ReceiveMessageCommandOutput,
  SendMessageBatchCommand,
  SendMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import type { OperatorS3 } from '../aws/payloads.ts';
import type { DynamoDbReads } from '../aws/ports.ts';
import type { SchedulerCalls } from '../aws/scheduler.ts';

/** The calls to DynamoDB that the operator's verbs make: a `DynamoDBClient`, or a replacement in tests. */
export type DynamoDb = DynamoDbReads & {
  send(command: GetItemCommand): Promise<GetItemCommandOutput>;
  send(command: PutItemCommand): Promise<PutItemCommandOutput>;
  send(command: UpdateItemCommand): Promise<UpdateItemCommandOutput>;
  send(command: ScanCommand): Promise<ScanCommandOutput>;
  send(command: DescribeTableCommand): Promise<DescribeTableCommandOutput>;
};

/** The calls to SQS that move messages: an `SQSClient`, or a replacement in tests. */
export interface SqsMessages {
  send(command: ReceiveMessageCommand): Promise<ReceiveMessageCommandOutput>;
  send(command: SendMessageBatchCommand): Promise<SendMessageBatchCommandOutput>;
  send(command: DeleteMessageBatchCommand): Promise<DeleteMessageBatchCommandOutput>;
  send(command: ChangeMessageVisibilityBatchCommand): Promise<ChangeMessageVisibilityBatchCommandOutput>;
}

/** The calls to SQS that find queues and look at them. */
export interface SqsQueues {
  send(command: GetQueueUrlCommand): Promise<GetQueueUrlCommandOutput>;
  send(command: GetQueueAttributesCommand): Promise<GetQueueAttributesCommandOutput>;
  send(command: ListQueuesCommand): Promise<ListQueuesCommandOutput>;
}

/** The clients of the services; a verb uses those that it needs. */
export interface Aws {
  readonly dynamoDb: DynamoDb;
  readonly sqs: SqsMessages & SqsQueues;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly eventBridge: Pick<EventBridgeClient, 'send'>;
  /** @default large payloads are neither fetched nor put */
  readonly s3?: OperatorS3;
  /** @default there are no schedules that were made at run time */
  readonly scheduler?: SchedulerCalls;
}

/** A stage as the verbs see it. */
export interface Stage {
  readonly name: string;
  readonly aws: Aws;
  /** Where AWS answers, if that was set. */
  readonly endpoint?: string | undefined;
  /** What names it on a command line, for advice: ` --stage prod --region eu-west-1`. @default its name */
  readonly flags?: string | undefined;
  /** Epoch ms. @default Date.now */
  readonly now?: () => number;
  /** Waits for so many ms, or until the signal is aborted. @default a timer */
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Of functions that make more than one call and may be called again and again. */
export interface FeedOptions {
  /** Ends it before its next call, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export { isEmulator } from '../aws/emulator.ts';

/** What the commands that advice names end with, so that they look where this one looked. */
export const flagsOf = ({ name, flags }: Pick<Stage, 'name' | 'flags'>): string => flags ?? ` --stage ${name}`;

export const nowOf = ({ now }: Pick<Stage, 'now'>): number => (now ?? Date.now)();

/** Waits by the stage's clock. An abort ends the wait, and is no error. */
export const pause = ({ sleep = timer }: Pick<Stage, 'sleep'>, ms: number, signal?: AbortSignal): Promise<void> =>
  sleep(ms, signal);

const timer = (ms: number, signal?: AbortSignal) =>
  setTimeout(ms, undefined, signal && { signal }).catch(() => undefined);
