import {
  type AttributeValue,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { type Item, useTable } from '../table.ts';

const QUERY = 'DynamoDB API Reference, Query';

/** A list of its own with entries at 1, 2 and 3, put in another order. */
async function withList(aws: AwsWithDynamoDb) {
  const table = useTable(aws);
  const list = aws.newName('list');
  const ids = new Map<string, string>();
  for (const listAt of ['2', '3', '1']) {
    const id = aws.newName('listed');
    ids.set(listAt, id);
    await table.put({ id: { S: id }, listKey: { S: list }, listAt: { N: listAt }, pad: { S: 'x' } });
  }
  const read = (input: Partial<QueryCommandInput> = {}) =>
    aws.dynamoDb.send(
      new QueryCommand({
        TableName: aws.table,
        IndexName: 'lists',
        KeyConditionExpression: 'listKey = :list',
        ExpressionAttributeValues: { ':list': { S: list } },
        ...input,
      }),
    );
  return { table, list, read, ids };
}

const times = ({ Items = [] }: QueryCommandOutput) => Items.map(({ listAt }) => listAt?.N);

export const QUERIES: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'query-sorted',
    what: 'a query of an index is sorted by its sort key, either way, and ends without LastEvaluatedKey',
    source: { recorded: 'ddb-query-end' },
    async observe(aws) {
      const { read } = await withList(aws);
      const whole = await read();
      const { Count, ScannedCount, LastEvaluatedKey } = whole;
      return [times(whole), times(await read({ ScanIndexForward: false })), Count, ScannedCount, LastEvaluatedKey];
    },
    onAws: [['1', '2', '3'], ['3', '2', '1'], 3, 3, undefined],
  },
  {
    id: 'query-keys-only',
    what: 'an index of keys alone answers those of table and index',
    source: { page: 'DynamoDB Developer Guide, "Attribute projections"' },
    async observe(aws) {
      const { read } = await withList(aws);
      return Object.keys((await read()).Items?.[0] ?? {}).sort();
    },
    onAws: ['id', 'listAt', 'listKey'],
  },
  {
    id: 'query-range',
    what: 'a key condition limits the sort key',
    source: { page: QUERY },
    async observe(aws) {
      const { read, list } = await withList(aws);
      const until = (condition: string) => ({
        KeyConditionExpression: `listKey = :list AND listAt ${condition}`,
        ExpressionAttributeValues: { ':list': { S: list }, ':two': { N: '2' } },
      });
      return [times(await read(until('<= :two'))), times(await read(until('BETWEEN :two AND :two')))];
    },
    onAws: [['1', '2'], ['2']],
  },
  {
    id: 'query-pages',
    what: 'a query goes on from where its page ended; a page that is exactly full does not know whether it was the last',
    source: { page: 'DynamoDB Developer Guide, "Paginating table query results"' },
    async observe(aws) {
      const { read } = await withList(aws);
      const pages: unknown[] = [];
      let ExclusiveStartKey: Record<string, AttributeValue> | undefined;
      do {
        const page = await read({ Limit: 1, ...(ExclusiveStartKey && { ExclusiveStartKey }) });
        ExclusiveStartKey = page.LastEvaluatedKey;
        pages.push(times(page));
      } while (ExclusiveStartKey !== undefined && pages.length < 9);
      return pages;
    },
    onAws: [['1'], ['2'], ['3'], []],
  },
  {
    id: 'query-sparse',
    what: 'an item without the index’s keys is not in the index',
    source: { page: 'DynamoDB Developer Guide, "Take advantage of sparse indexes"' },
    async observe(aws) {
      const { table, read, ids } = await withList(aws);
      await table.update(ids.get('2') ?? '', { UpdateExpression: 'REMOVE listKey, listAt' });
      return times(await read());
    },
    onAws: ['1', '3'],
  },
  {
    id: 'query-two-partition-keys',
    what: 'an index may have a partition key of two attributes: both are asked for, and an item without one is not in it',
    source: { page: 'DynamoDB Developer Guide, "Multi-attribute keys pattern"' },
    async observe(aws) {
      const { table, list, read } = await withList(aws);
      const typed = async (id: string, type: string, listAt: string) =>
        table.put({ id: { S: aws.newName(id) }, type: { S: type }, listKey: { S: list }, listAt: { N: listAt } });
      for (const [type, listAt] of [
        ['a', '5'],
        ['b', '4'],
        ['a', '3'],
      ] as const)
        await typed(type, type, listAt);
      const of = (type: string, more: Partial<QueryCommandInput> = {}) =>
        read({
          IndexName: 'typeLists',
          KeyConditionExpression: 'listKey = :list AND #type = :type AND listAt BETWEEN :since AND :until',
          ExpressionAttributeNames: { '#type': 'type' },
          ExpressionAttributeValues: {
            ...{ ':list': { S: list }, ':type': { S: type } },
            ...{ ':since': { N: '0' }, ':until': { N: String(Number.MAX_SAFE_INTEGER) } },
          },
          ...more,
        });
      const first = await of('a', { Limit: 1, ScanIndexForward: false });
      const rest = await of('a', { ScanIndexForward: false, ExclusiveStartKey: first.LastEvaluatedKey });
      const keys = Object.keys(first.Items?.[0] ?? {}).sort();
      return [times(await of('a')), times(await of('b')), times(await of('c')), times(first), times(rest), keys];
    },
    onAws: [['3', '5'], ['4'], [], ['5'], ['3'], ['id', 'listAt', 'listKey', 'type']],
  },
  {
    id: 'query-consistent',
    what: 'an index is not read consistently',
    source: { page: QUERY },
    observe: async (aws) => outcome((await withList(aws)).read({ ConsistentRead: true })),
    onAws: 'ValidationException',
  },
  {
    id: 'query-by-key',
    what: 'a query of the table finds an item by its key',
    source: { page: QUERY },
    async observe(aws) {
      const { ids } = await withList(aws);
      const { Items = [] } = await aws.dynamoDb.send(
        new QueryCommand({
          TableName: aws.table,
          KeyConditionExpression: 'id = :id',
          ExpressionAttributeValues: { ':id': { S: ids.get('3') ?? '' } },
          ProjectionExpression: 'listAt',
        }),
      );
      return Items;
    },
    onAws: [{ listAt: { N: '3' } }],
  },
  {
    id: 'scan-pages',
    what: 'a scan in pages tells each item once; its limit counts before the filter',
    source: { page: 'DynamoDB API Reference, Scan' },
    async observe(aws) {
      for (let n = 0; n < 5; n++) {
        const Item = { id: { S: `item-${n}` }, n: { N: String(n) } };
        await aws.dynamoDb.send(new PutItemCommand({ TableName: aws.ownTable, Item }));
      }
      const input: ScanCommandInput = {
        TableName: aws.ownTable,
        Limit: 2,
        FilterExpression: 'n >= :two',
        ExpressionAttributeValues: { ':two': { N: '2' } },
      };
      const found: Item[] = [];
      const scanned: (number | undefined)[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const page = await aws.dynamoDb.send(
          new ScanCommand({ ...input, ...(ExclusiveStartKey && { ExclusiveStartKey }) }),
        );
        found.push(...(page.Items ?? []));
        scanned.push(page.ScannedCount);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey !== undefined && scanned.length < 9);
      return [found.map(({ n }) => n?.N).sort(), scanned];
    },
    onAws: [
      ['2', '3', '4'],
      [2, 2, 1],
    ],
  },
];
