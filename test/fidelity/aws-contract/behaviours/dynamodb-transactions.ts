import type { CancellationReason, TransactWriteItem } from '@aws-sdk/client-dynamodb';
import type { AwsWithDynamoDb } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { useTable } from '../table.ts';

const TRANSACT = 'DynamoDB API Reference, TransactWriteItems';

/** The table, an item in it whose `n` is 1, and an id that has none. */
async function withItem(aws: AwsWithDynamoDb) {
  const table = useTable(aws);
  const [id, other] = [aws.newName('item'), aws.newName('item')];
  await table.put({ id: { S: id }, n: { N: '1' } });
  return { table, id, other };
}

const at = (aws: AwsWithDynamoDb, id: string) => ({ TableName: aws.table, Key: { id: { S: id } } });

const put = (aws: AwsWithDynamoDb, id: string, n = '1'): TransactWriteItem => ({
  Put: { TableName: aws.table, Item: { n: { N: n }, id: { S: id } } },
});

const addOne = (aws: AwsWithDynamoDb, id: string): TransactWriteItem => ({
  Update: { ...at(aws, id), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': { N: '1' } } },
});

const absent = (aws: AwsWithDynamoDb, id: string): TransactWriteItem => ({
  ConditionCheck: {
    ...at(aws, id),
    ConditionExpression: 'attribute_not_exists(id)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});

interface Cancelled extends Error {
  readonly CancellationReasons?: readonly CancellationReason[];
}

const cancellation = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    ({ name, message, CancellationReasons = [] }: Cancelled) => ({
      name,
      message,
      reasons: CancellationReasons.map(({ Code, Item }) => [Code, Item?.n?.N]),
    }),
  );

export const TRANSACTIONS: readonly Behaviour<AwsWithDynamoDb>[] = [
  {
    id: 'transaction-mixed',
    what: 'a transaction mixes checks, puts, updates and deletes, of what is not there too',
    source: { recorded: 'ddb-transact-mix' },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const never = aws.newName('never');
      await table.transact([
        absent(aws, aws.newName('never')),
        put(aws, other),
        addOne(aws, id),
        { Delete: at(aws, never) },
      ]);
      return [(await table.get(id))?.n?.N, (await table.get(other))?.n?.N];
    },
    onAws: ['2', '1'],
  },
  {
    id: 'transaction-cancelled',
    what: 'one condition that fails cancels all; the reasons are in the writes’ order, with the item if asked to',
    source: { recorded: 'ddb-transaction-cancelled' },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const cancelled = await cancellation(table.transact([absent(aws, id), put(aws, other)]));
      return [cancelled, (await table.get(other)) === undefined];
    },
    onAws: [
      {
        name: 'TransactionCanceledException',
        message:
          'Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]',
        reasons: [
          ['ConditionalCheckFailed', '1'],
          ['None', undefined],
        ],
      },
      true,
    ],
  },
  {
    id: 'transaction-token-repeated',
    what: 'a repeat under one ClientRequestToken succeeds and happens once, whatever the order of attributes',
    source: { recorded: 'ddb-client-request-token' },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const token = aws.newName('token');
      const reordered = { Put: { TableName: aws.table, Item: { id: { S: other }, n: { N: '1' } } } };
      await table.transact([addOne(aws, id), put(aws, other)], token);
      await table.transact([addOne(aws, id), reordered], token);
      return (await table.get(id))?.n?.N;
    },
    onAws: '2',
  },
  {
    id: 'transaction-token-reused',
    what: 'a token used for something else is refused',
    source: { page: TRANSACT },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      const token = aws.newName('token');
      await table.transact([put(aws, id, '5')], token);
      return [await outcome(table.transact([put(aws, id, '6')], token)), (await table.get(id))?.n?.N];
    },
    onAws: ['IdempotentParameterMismatchException', '5'],
  },
  {
    id: 'transaction-one-item-twice',
    what: 'no two writes of a transaction are of one item',
    source: { page: TRANSACT },
    async observe(aws) {
      const { table, id } = await withItem(aws);
      return [await outcome(table.transact([put(aws, id, '5'), addOne(aws, id)])), (await table.get(id))?.n?.N];
    },
    onAws: ['ValidationException', '1'],
  },
  {
    id: 'transaction-count',
    what: 'a transaction has 1 to 100 writes',
    source: { page: TRANSACT },
    async observe(aws) {
      const table = useTable(aws);
      const many = (count: number) => Array.from({ length: count }, () => put(aws, aws.newName('item')));
      return [await outcome(table.transact(many(100))), await outcome(table.transact(many(101)))];
    },
    onAws: ['accepted', 'ValidationException'],
  },
  {
    id: 'transaction-too-large',
    what: 'a write that would make an item too large ends the transaction, and nothing of it happens',
    source: { page: TRANSACT },
    async observe(aws) {
      const { table, id, other } = await withItem(aws);
      const large = { Put: { TableName: aws.table, Item: { id: { S: other }, pad: { S: 'x'.repeat(410_000) } } } };
      const ended = await outcome(table.transact([addOne(aws, id), large]));
      return [ended !== 'accepted', (await table.get(id))?.n?.N];
    },
    onAws: [true, '1'],
  },
];
