import {
  DeleteItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { type Item, useTable, withItem } from '../table.ts';

const EXPRESSIONS = 'DynamoDB Developer Guide, "Expressions in DynamoDB"';

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
];
