import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  type BatchStatementRequest,
  type BatchStatementResponse,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from './aws.ts';

export type Item = Record<string, AttributeValue>;

/** The shared table, and what is done with it. */
export function useTable({ dynamoDb, table: TableName }: AwsWithDynamoDb) {
  return {
    TableName,
    put: (Item: Item) => dynamoDb.send(new PutItemCommand({ TableName, Item })),
    async get(id: string): Promise<Item | undefined> {
      const Key = { id: { S: id } };
      return (await dynamoDb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item;
    },
    update: (id: string, input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>) =>
      dynamoDb.send(new UpdateItemCommand({ TableName, Key: { id: { S: id } }, ...input })),
    /** Statements about `T`, which stands for the table. */
    async execute(...statements: BatchStatementRequest[]): Promise<BatchStatementResponse[]> {
      const Statements = statements.map(({ Statement = '', ...more }) => ({
        Statement: Statement.replace('"T"', `"${TableName}"`),
        ...more,
      }));
      const { Responses = [] } = await dynamoDb.send(new BatchExecuteStatementCommand({ Statements }));
      return Responses;
    },
    transact: (TransactItems: TransactWriteItemsCommandInput['TransactItems'], ClientRequestToken?: string) =>
      dynamoDb.send(
        new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }),
      ),
  };
}

export type Table = ReturnType<typeof useTable>;

/** An item of its own, `n` being 1, and how updates of it end. */
export async function withItem(aws: AwsWithDynamoDb): Promise<{ table: Table; id: string; item: Item }> {
  const table = useTable(aws);
  const id = aws.newName('item');
  const item = { id: { S: id }, n: { N: '1' }, word: { S: 'old' } };
  await table.put(item);
  return { table, id, item };
}
