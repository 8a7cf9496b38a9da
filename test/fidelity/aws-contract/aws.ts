import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';

/** What stands in for AWS, by the names that the differences use. */
export type StandIn = 'memory' | 'MiniStack' | 'LocalStack';

/** AWS, or what stands in for it, as the behaviours see it. */
export interface Aws {
  readonly name: StandIn;
  /** Its time, epoch ms. */
  nowMs(): number;
  /** Lets so much of it pass. */
  wait(seconds: number): Promise<void>;
  /** A name that nothing else has. */
  newName(what: string): string;
}

export interface AwsWithSqs extends Aws {
  readonly sqs: Pick<SQSClient, 'send'>;
}

export interface AwsWithDynamoDb extends Aws {
  readonly dynamoDb: Pick<DynamoDBClient, 'send'>;
  /** A table with key `id` and index `lists`, which others use too. */
  readonly table: string;
  /** The same, for one behaviour alone. */
  readonly ownTable: string;
}

export interface MappingOptions {
  /** @default 10 */
  readonly batchSize?: number;
  /** @default 0 */
  readonly batchWindowSeconds?: number;
}

/** SQS and a function that does as the messages say (see `function.ts`). */
export interface AwsWithLambda extends AwsWithSqs {
  /** Lets the function consume a queue, with ReportBatchItemFailures. */
  consume(queueUrl: string, options?: MappingOptions): Promise<void>;
  /** Takes the function's queue from it again. */
  stopConsuming(queueUrl: string): Promise<void>;
}
