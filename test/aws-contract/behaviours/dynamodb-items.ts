import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { type Item, type Table, useTable } from '../table.ts';

const EXPRESSIONS = 'DynamoDB Developer Guide, "Expressions in DynamoDB"';

/** An item of its own, `n` being 1, and how updates of it end. */
async function withItem(aws: AwsWithDynamoDb): Promise<{ table: Table; id: string; item: Item }> {
  const table = useTable(aws);
  const id = aws.newName('item');
  const item = { id: { S: id }, n: { N: '1' }, word: { S: 'old' } };
  await table.put(item);
  return { table, id, item };
}

const updating =
  (...inputs: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>[]) =>
  async (aws: AwsWithDynamoDb): Promise<string[]> => {
    const { table, id } = await withItem(aws);
    const outcomes: string[] = [];
    for (const input of inputs) outcomes.push(await outcome(table.update(id, input)));
    return outcomes;
  };

const ONE = { ':one': { N: '1' } };

export const ITEMS: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'item-missing',
    what: 'a read of no item answers without one',
    source: { page: 'DynamoDB API Reference, GetItem' },
    observe: async (aws) => (await useTable(aws).get(aws.newName('never'))) ?? 'no Item',
    onAws: 'no Item',
  },
  {
    id: 'item-old-values',
    what: 'a put answers the old item if asked to, nothing for a new one',
    source: { recorded: 'test_return_values_in_put_item' },
    async observe(aws) {
      const TableName = aws.table;
      const Item = { id: { S: aws.newName('item') }, n: { N: '1' } };
      const input: PutItemCommandInput = { TableName, Item, ReturnValues: 'ALL_OLD' };
      const replies = [
        await aws.dynamoDb.send(new PutItemCommand(input)),
        await aws.dynamoDb.send(new PutItemCommand({ ...input, Item: { ...Item, n: { N: '2' } } })),
        await aws.dynamoDb.send(new PutItemCommand({ ...input, ReturnValues: 'NONE' })),
      ];
      return replies.map(({ Attributes }) => Attributes?.n?.N);
    },
    onAws: [undefined, '1', undefined],
  },
  {
    id: 'item-condition-failed',
    what: 'a condition that fails carries the item as it stands, if asked to, in attribute-value form',
    source: { recorded: 'ddb-condition-failed-all-old' },
    async observe(aws) {
      const { item } = await withItem(aws);
      const input: PutItemCommandInput = {
        TableName: aws.table,
        Item: item,
        ConditionExpression: 'attribute_not_exists(id)',
      };
      const failing = (more: Partial<PutItemCommandInput>) =>
        aws.dynamoDb.send(new PutItemCommand({ ...input, ...more })).then(
          () => 'accepted',
          ({ name, message, Item }: Error & { Item?: Item }) => ({ name, message, n: Item?.n?.N }),
        );
      return [await failing({ ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }), await failing({})];
    },
    onAws: ['1', undefined].map((n) => ({
      name: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      n,
    })),
  },
  {
    id: 'item-update',
    what: 'an update sets, adds and removes, reads the values from before, and makes an item that is not there',
    source: { page: 'DynamoDB API Reference, UpdateItem' },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      const change = {
        UpdateExpression: 'SET m = n, k = if_not_exists(k, :one) REMOVE word ADD n :one',
        ExpressionAttributeValues: ONE,
        ReturnValues: 'ALL_NEW' as const,
      };
      const { Attributes: { id: _, ...first } = {} } = await table.update(id, change);
      const made = await table.update(aws.newName('item'), { ...change, UpdateExpression: 'ADD n :one' });
      return [first, made.Attributes?.n];
    },
    onAws: [{ m: { N: '1' }, k: { N: '1' }, n: { N: '2' } }, { N: '1' }],
  },
  {
    id: 'item-update-conditions',
    what: 'conditions of an update: comparison, BETWEEN, IN, contains, begins_with, NOT',
    source: { page: EXPRESSIONS },
    observe: updating(
      ...[
        'n < :one',
        'n <= :one AND NOT n > :one',
        'n BETWEEN :one AND :one',
        'n IN (:one)',
        'attribute_not_exists(never) OR n = never',
        'n <> never',
        'n = never',
      ].map((ConditionExpression) => ({
        ...{ ConditionExpression, UpdateExpression: 'SET m = :one' },
        ExpressionAttributeValues: ONE,
      })),
    ),
    onAws: ['ConditionalCheckFailedException', ...Array<string>(5).fill('accepted'), 'ConditionalCheckFailedException'],
  },
  {
    id: 'item-reserved-words',
    what: 'an expression names a reserved word, as status, only by a placeholder',
    source: { page: 'DynamoDB Developer Guide, "Reserved words in DynamoDB"' },
    observe: updating(
      { UpdateExpression: 'SET status = :one', ExpressionAttributeValues: ONE },
      {
        UpdateExpression: 'SET #status = :one',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: ONE,
      },
    ),
    onAws: ['ValidationException', 'accepted'],
  },
  {
    id: 'item-unused-placeholders',
    what: 'a placeholder that no expression uses is refused',
    source: { page: EXPRESSIONS },
    observe: updating(
      { UpdateExpression: 'SET m = :one', ExpressionAttributeValues: { ...ONE, ':two': { N: '2' } } },
      {
        UpdateExpression: 'SET m = :one',
        ExpressionAttributeNames: { '#n': 'n' },
        ExpressionAttributeValues: ONE,
      },
      { UpdateExpression: 'REMOVE m', ExpressionAttributeValues: {} },
    ),
    onAws: Array<string>(3).fill('ValidationException'),
  },
  {
    id: 'item-update-refused',
    what: 'an update of the key, of one path twice, or of what is no number is refused',
    source: { page: 'DynamoDB API Reference, UpdateItem' },
    observe: updating(
      { UpdateExpression: 'SET id = :one', ExpressionAttributeValues: ONE },
      { UpdateExpression: 'SET n = :one REMOVE n', ExpressionAttributeValues: ONE },
      { UpdateExpression: 'ADD word :one', ExpressionAttributeValues: ONE },
      { UpdateExpression: 'SET m = never', ExpressionAttributeNames: undefined },
    ),
    onAws: Array<string>(4).fill('ValidationException'),
  },
  {
    id: 'item-delete-missing',
    what: 'a deletion of no item succeeds',
    source: { page: 'DynamoDB API Reference, DeleteItem' },
    async observe(aws) {
      const Key = { id: { S: aws.newName('never') } };
      return outcome(aws.dynamoDb.send(new DeleteItemCommand({ TableName: aws.table, Key })));
    },
    onAws: 'accepted',
  },
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
