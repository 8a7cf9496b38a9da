import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ClientConfig } from '../../../localstack/emulator.ts';
import type { Aws, AwsWithDynamoDb, AwsWithSqs, StandIn } from './aws.ts';
import type { Opened } from './contract.ts';

/** Real time, and names that no other run has. */
function real(name: StandIn): Aws {
  const prefix = `contract-${Date.now().toString(36)}`;
  let names = 0;
  return {
    name,
    nowMs: Date.now,
    wait: (seconds) => sleep(seconds * 1000),
    newName: (what) => `${prefix}-${what}-${++names}`,
  };
}

/** SQS of an emulator. */
export const openSqs = (name: StandIn, config: ClientConfig): AwsWithSqs => ({
  ...real(name),
  sqs: new SQSClient(config),
});

/** DynamoDB of an emulator, with its tables made. */
export async function openDynamoDb(name: StandIn, config: ClientConfig): Promise<AwsWithDynamoDb> {
  const aws = real(name);
  const dynamoDb = new DynamoDBClient(config);
  const [table, ownTable] = [aws.newName('table'), aws.newName('table')];
  for (const TableName of [table, ownTable]) await dynamoDb.send(tableOf(TableName));
  return { ...aws, dynamoDb, table, ownTable };
}

const tableOf = (TableName: string) =>
  new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'listKey', AttributeType: 'S' },
      { AttributeName: 'listAt', AttributeType: 'N' },
      { AttributeName: 'type', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'lists',
        KeySchema: [
          { AttributeName: 'listKey', KeyType: 'HASH' },
          { AttributeName: 'listAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'typeLists',
        KeySchema: [
          { AttributeName: 'type', KeyType: 'HASH' },
          { AttributeName: 'listKey', KeyType: 'HASH' },
          { AttributeName: 'listAt', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  });

export const inRealTime = <A extends Aws>(aws: A): Opened<A> => ({ aws, run: (work) => work });
