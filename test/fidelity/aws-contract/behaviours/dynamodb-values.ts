import { BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { useTable, withItem } from '../table.ts';

export const VALUES: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'item-empty-text',
    what: 'an empty text is an attribute, but no key',
    source: { recorded: 'ddb-empty-string-attribute' },
    async observe(aws) {
      const { table, item } = await withItem(aws);
      const empty = { S: '' };
      return [await outcome(table.put({ ...item, word: empty })), await outcome(table.put({ ...item, id: empty }))];
    },
    onAws: ['accepted', 'ValidationException'],
  },
  {
    id: 'item-key-required',
    what: 'an item without its key, and a read by another attribute, are refused',
    source: { recorded: 'test_batch_write_not_matching_schema' },
    async observe(aws) {
      const table = useTable(aws);
      const read = new GetItemCommand({ TableName: aws.table, Key: { n: { N: '1' } } });
      return [await outcome(table.put({ n: { N: '1' } })), await outcome(aws.dynamoDb.send(read))];
    },
    onAws: ['ValidationException', 'ValidationException'],
  },
  {
    id: 'item-400-kb',
    what: 'an item has at most 409,600 bytes, names and values',
    source: { page: 'DynamoDB Developer Guide, "Quotas in Amazon DynamoDB"' },
    async observe(aws) {
      const table = useTable(aws);
      const id = aws.newName('large');
      const bytesLeft = 400 * 1024 - 'id'.length - id.length - 'pad'.length;
      const put = (bytes: number) => outcome(table.put({ id: { S: id }, pad: { S: 'x'.repeat(bytes) } }));
      return [await put(bytesLeft), await put(bytesLeft + 1)];
    },
    onAws: ['accepted', 'ValidationException'],
  },
  {
    id: 'item-numbers',
    what: 'a number is the same however it is written, and comes back short',
    source: { page: 'DynamoDB Developer Guide, "Data types" (numbers)' },
    async observe(aws) {
      const { table, id, item } = await withItem(aws);
      await table.put({ ...item, n: { N: '1.50' } });
      const update = { UpdateExpression: 'ADD n :half', ExpressionAttributeValues: { ':half': { N: '0.5' } } };
      return [(await table.get(id))?.n, (await table.update(id, { ...update, ReturnValues: 'ALL_NEW' })).Attributes?.n];
    },
    onAws: [{ N: '1.5' }, { N: '2' }],
  },
  {
    id: 'item-table-missing',
    what: 'a table that does not exist is refused',
    source: { recorded: 'ddb-no-such-table' },
    async observe({ dynamoDb }) {
      return refusal(dynamoDb.send(new GetItemCommand({ TableName: 'never-created', Key: { id: { S: 'a' } } })));
    },
    onAws: { name: 'ResourceNotFoundException', message: 'Requested resource not found', status: 400 },
  },
  {
    id: 'item-batch-get',
    what: 'a batch read of nothing answers an empty list; a key twice is refused',
    source: { recorded: 'ddb-batch-get-nothing' },
    async observe(aws) {
      const read = (...ids: string[]) =>
        aws.dynamoDb.send(
          new BatchGetItemCommand({ RequestItems: { [aws.table]: { Keys: ids.map((S) => ({ id: { S } })) } } }),
        );
      const { Responses, UnprocessedKeys } = await read(aws.newName('never'));
      return [Responses?.[aws.table], UnprocessedKeys, await outcome(read('a', 'a'))];
    },
    onAws: [[], {}, 'ValidationException'],
  },
  {
    id: 'item-expired',
    what: 'an item whose time to live has passed is still read, until TTL comes round to it',
    source: { page: 'DynamoDB Developer Guide, "Using time to live (TTL)"' },
    async observe(aws) {
      const { table, id, item } = await withItem(aws);
      await table.put({ ...item, expiration: { N: '1' } });
      return (await table.get(id))?.n;
    },
    onAws: { N: '1' },
  },
];
