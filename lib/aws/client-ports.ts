/** Apart from the other ports: who awaits jobs installs the client that these name, and no other. */
import type {
  BatchGetItemCommand,
  BatchGetItemCommandOutput,
  GetItemCommand,
  GetItemCommandOutput,
  PutItemCommand,
  PutItemCommandOutput,
  UpdateItemCommand,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** The calls to DynamoDB that look at jobs: a `DynamoDBClient`, or what stands in for one. */
export interface LookingDynamoDb {
  send(command: BatchGetItemCommand): Promise<BatchGetItemCommandOutput>;
}

/** The calls to DynamoDB that change one job's item. */
export interface ChangingDynamoDb {
  send(command: GetItemCommand): Promise<GetItemCommandOutput>;
  send(command: PutItemCommand): Promise<PutItemCommandOutput>;
  send(command: UpdateItemCommand): Promise<UpdateItemCommandOutput>;
}
