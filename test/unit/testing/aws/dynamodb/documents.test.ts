import { QueryCommand as ItemQueryCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { makeMemoryDynamoDb, makeVirtualClock, throttled } from '../../../../../lib/testing/index.ts';

function setUp() {
  const clock = makeVirtualClock();
  const memory = makeMemoryDynamoDb({ clock, tables: { t: ['id'], pairs: ['pk', 'sk'] } });
  return { clock, memory, documents: memory.documents };
}

const TableName = 't';
const Key = { id: 'a' };

test('items go in and come out in plain values', async () => {
  const { documents } = setUp();
  const Item = { ...Key, list: [1, { deep: true }], blank: null };
  await documents.send(new PutCommand({ TableName, Item }));
  expect(await documents.send(new GetCommand({ TableName, Key }))).toEqual({ Item });
  const update = new UpdateCommand({
    ...{ TableName, Key, ReturnValues: 'UPDATED_NEW' },
    UpdateExpression: 'SET #list = :list REMOVE blank',
    ExpressionAttributeNames: { '#list': 'list' },
    ExpressionAttributeValues: { ':list': [2] },
  });
  expect(await documents.send(update)).toEqual({ Attributes: { list: [2] } });
  const removal = new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' });
  expect(await documents.send(removal)).toEqual({ Attributes: { ...Key, list: [2] } });
  expect(await documents.send(new GetCommand({ TableName, Key }))).toEqual({});
});

test('an attribute may be called as a member of a request', async () => {
  const { documents } = setUp();
  const Item = { id: 'a', Item: { Key: 'x' }, Keys: ['y'], Items: [{ id: 'z' }] };
  await documents.send(new PutCommand({ TableName, Item }));
  expect(await documents.send(new GetCommand({ TableName, Key }))).toEqual({ Item });
  const read = new BatchGetCommand({ RequestItems: { t: { Keys: [Key] } } });
  expect(await documents.send(read)).toEqual({ Responses: { t: [Item] }, UnprocessedKeys: {} });
});

test('a query of a table with a sort key is in its order, with its range and filter', async () => {
  const { documents } = setUp();
  for (const sk of [10, 9, 1])
    await documents.send(new PutCommand({ TableName: 'pairs', Item: { pk: 'p', sk, odd: sk % 2 } }));
  await documents.send(new PutCommand({ TableName: 'pairs', Item: { pk: 'other', sk: 5, odd: 1 } }));
  const query = (more: object = {}) =>
    documents.send(
      new QueryCommand({
        TableName: 'pairs',
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': 'p' },
        ...more,
      }),
    );
  expect((await query()).Items?.map(({ sk }) => sk)).toEqual([1, 9, 10]);
  const odd = { FilterExpression: 'odd = :one', ExpressionAttributeValues: { ':p': 'p', ':one': 1 } };
  expect(await query({ ...odd, Limit: 2, ScanIndexForward: false })).toEqual({
    Items: [{ pk: 'p', sk: 9, odd: 1 }],
    Count: 1,
    ScannedCount: 2,
    LastEvaluatedKey: { pk: 'p', sk: 9 },
  });
  expect(await query({ ...odd, ExclusiveStartKey: { pk: 'p', sk: 1 }, Select: 'COUNT' })).toEqual({
    Count: 1,
    ScannedCount: 2,
  });
});

test('a page ends at 1 MB', async () => {
  const { documents } = setUp();
  for (const id of ['a', 'b', 'c', 'd']) {
    await documents.send(new PutCommand({ TableName, Item: { id, pad: 'x'.repeat(300_000) } }));
  }
  const first = await documents.send(new ScanCommand({ TableName, ProjectionExpression: 'id' }));
  expect(first).toMatchObject({
    Count: 3,
    Items: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    LastEvaluatedKey: { id: 'c' },
  });
  const more = new ScanCommand({ TableName, ProjectionExpression: 'id', ExclusiveStartKey: first.LastEvaluatedKey });
  expect(await documents.send(more)).toEqual({ Items: [{ id: 'd' }], Count: 1, ScannedCount: 1 });
});

test('an index shows a write as late as it lags, a query of the table at once', async () => {
  const { clock, memory } = setUp();
  memory.indexLagMs = 3000;
  await memory.client.send(
    new PutItemCommand({ TableName, Item: { id: { S: 'a' }, listKey: { S: 'l' }, listAt: { N: '1' } } }),
  );
  const count = async (input: object) =>
    (
      await memory.client.send(
        new ItemQueryCommand({ TableName, ExpressionAttributeValues: { ':v': { S: 'l' } }, ...input }),
      )
    ).Count;
  const index = { IndexName: 'lists', KeyConditionExpression: 'listKey = :v' };
  expect(await count(index)).toBe(0);
  expect(await count({ KeyConditionExpression: 'id = :v', ExpressionAttributeValues: { ':v': { S: 'a' } } })).toBe(1);
  await clock.advance(3000);
  expect(await count(index)).toBe(1);
  // Changes of one item show in their order, however late each is: an older one never undoes a newer one.
  memory.put(TableName, { id: 'a' });
  memory.indexLagMs = 1000;
  memory.put(TableName, { id: 'a', listKey: 'l', listAt: 2 });
  await clock.advance(1000);
  expect(await count(index)).toBe(1);
  await clock.advance(5000);
  expect(await count(index)).toBe(1);
});

test('faults hit the call by the name of its command', async () => {
  const { memory, documents } = setUp();
  memory.faults.plan('Update', { kind: 'lostReply' });
  memory.faults.plan('Get', { kind: 'fails', error: throttled() });
  const values = { UpdateExpression: 'ADD n :one', ExpressionAttributeValues: { ':one': 1 } };
  await expect(documents.send(new UpdateCommand({ TableName, Key, ...values }))).rejects.toThrow('socket hang up');
  await expect(documents.send(new GetCommand({ TableName, Key }))).rejects.toThrow('Rate exceeded');
  expect(await documents.send(new GetCommand({ TableName, Key }))).toEqual({ Item: { id: 'a', n: 1 } });
  expect(memory.calls.map(({ name }) => name)).toEqual(['Update', 'Get', 'Get']);
});

test('a transaction that meets another is cancelled for the conflict', async () => {
  const { memory, documents } = setUp();
  memory.faults.plan('TransactWrite', { kind: 'partly', indexes: [0], code: 'TransactionConflict' });
  const write = new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item: Key } }] });
  await expect(documents.send(write)).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    CancellationReasons: [{ Code: 'TransactionConflict' }],
  });
  expect(memory.item('t', 'a')).toBeUndefined();
});

test('an unknown command is refused', async () => {
  const { documents } = setUp();
  class ExecuteStatementCommand {
    readonly input = {};
  }
  const sending = documents.send(new ExecuteStatementCommand() as never);
  await expect(sending).rejects.toThrow('document client does not know ExecuteStatement');
});
