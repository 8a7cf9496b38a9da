import { BatchExecuteStatementCommand, BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { makeCallTime } from '../../../../../lib/engine/calls/call-time.ts';
import { readItems } from '../../../../../lib/engine/calls/reads.ts';
import { toStatement } from '../../../../../lib/engine/table/statements.ts';
import { makeMemoryDynamoDb, makeVirtualClock } from '../../../../../lib/testing/index.ts';

function setUp() {
  const clock = makeVirtualClock();
  const memory = makeMemoryDynamoDb({ clock, tables: { t: ['id'], pairs: ['pk', 'sk'] } });
  const execute = (...statements: { text: string; values: unknown[] }[]) =>
    memory.client.send(
      new BatchExecuteStatementCommand({
        Statements: statements.map(({ text, values }) => ({
          Statement: text,
          Parameters: values.map((v) => marshall({ v }).v ?? { NULL: true }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        })),
      }),
    );
  const transact = (input: TransactWriteCommandInput) => memory.documents.send(new TransactWriteCommand(input));
  return { clock, memory, execute, transact };
}

const insert = (id: string) => ({ text: `INSERT INTO "t" VALUE {'id': ?, 'n': ?}`, values: [id, 1] });
const update = (id: string, n: number) => ({
  text: 'UPDATE "t" SET "n" = ? WHERE "id" = ? AND "n" = ?',
  values: [n + 1, id, n],
});

describe('BatchExecuteStatement', () => {
  test('each statement ends by itself', async () => {
    const { memory, execute } = setUp();
    memory.put('t', { id: 'a', n: 1 });
    memory.put('t', { id: 'b', n: 1 });
    const { Responses } = await execute(insert('a'), update('b', 7), update('c', 1), insert('d'));
    expect(Responses).toEqual([
      { Error: { Code: 'DuplicateItem', Message: expect.any(String) } },
      { Error: { Code: 'ConditionalCheckFailed', Message: expect.any(String), Item: marshall({ id: 'b', n: 1 }) } },
      { Error: { Code: 'ConditionalCheckFailed', Message: expect.any(String) } },
      { TableName: 't' },
    ]);
    expect(memory.table('t').items()).toHaveLength(3);
  });

  test('two statements for one item, or 26, are refused as a whole', async () => {
    const { memory, execute } = setUp();
    await expect(execute(insert('a'), update('a', 1))).rejects.toMatchObject({ name: 'ValidationException' });
    const many = Array.from({ length: 26 }, (_, i) => insert(`i${i}`));
    await expect(execute(...many)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(memory.table('t').items()).toEqual([]);
  });

  test('sets count towards the size of an item, a number by its digits', async () => {
    const memory = makeMemoryDynamoDb({ clock: makeVirtualClock(), tables: { t: ['id'] }, maxItemBytes: 40 });
    const put = (numbers: number[]) => () => memory.put('t', { id: 'a', open: new Set(numbers) });
    // 2 + 1 for the key, 4 for the name, 3 for the set, 2 for each number of one or two digits.
    expect(put(Array.from({ length: 15 }, (_, i) => i))).not.toThrow();
    expect(put(Array.from({ length: 16 }, (_, i) => i))).toThrow('Item size');
  });

  test('an item beyond 400 KB is refused by its statement', async () => {
    const { memory, execute } = setUp();
    const { Responses } = await execute({
      text: `INSERT INTO "t" VALUE {'id': ?, 'x': ?}`,
      values: ['a', 'x'.repeat(410_000)],
    });
    expect(Responses?.[0]?.Error).toEqual({
      Code: 'ValidationError',
      Message: 'Item size has exceeded the maximum allowed size',
    });
    expect(memory.table('t').items()).toEqual([]);
  });

  test.each([
    'SELECT * FROM "t" WHERE "id" = ?',
    'UPDATE "t" SET "n" = 1 WHERE "id" = ?',
    'UPDATE "t" SET "n" = ? WHERE "id" = ? OR "n" = ?',
    'UPDATE "t" SET n = ? WHERE "id" = ?',
    'DELETE FROM "t" WHERE "id" = ?',
  ])('reads nothing that the engine does not write: %s', async (text) => {
    const { execute } = setUp();
    await expect(execute({ text, values: ['a'] })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('reads what the engine writes, with removals and absent attributes', async () => {
    const { memory } = setUp();
    memory.put('t', { id: 'a', status: 'DEAD', error: 'x' });
    const fence = { status: 'DEAD' } as const;
    const change = {
      kind: 'update',
      id: 'a',
      set: { attempts: 2 },
      remove: ['error'],
      fence,
      absent: ['owner'],
    } as const;
    const run = async () => {
      const { text, parameters } = toStatement('t', change);
      const Statements = [{ Statement: text, Parameters: parameters }];
      return memory.client.send(new BatchExecuteStatementCommand({ Statements }));
    };
    expect((await run()).Responses).toEqual([{ TableName: 't' }]);
    expect(memory.item('t', 'a')).toEqual({ id: 'a', status: 'DEAD', attempts: 2 });
    memory.put('t', { id: 'a', status: 'DEAD', owner: 'me' });
    expect((await run()).Responses?.[0]?.Error?.Code).toBe('ConditionalCheckFailed');
  });
});

describe('reads', () => {
  test('BatchGetItem projects, leaves out what is missing, and refuses a key twice', async () => {
    const { memory } = setUp();
    memory.put('t', { id: 'a', n: 1, m: 2 });
    const get = (...ids: string[]) => {
      const request = { Keys: ids.map((S) => ({ id: { S } })), ProjectionExpression: '#id, #n' };
      const RequestItems = { t: { ...request, ExpressionAttributeNames: { '#id': 'id', '#n': 'n' } } };
      return memory.client.send(new BatchGetItemCommand({ RequestItems }));
    };
    expect(await get('a', 'b')).toEqual({ Responses: { t: [marshall({ id: 'a', n: 1 })] }, UnprocessedKeys: {} });
    await expect(get('a', 'a')).rejects.toThrow('duplicates');
  });

  test('a reply carries 16 MB, and the engine’s reader asks for the rest', async () => {
    const { clock, memory } = setUp();
    const ids = Array.from({ length: 60 }, (_, i) => `i${i}`);
    for (const id of ids) memory.put('t', { id, result: 'x'.repeat(390 * 1024) });
    const deps = { dynamoDb: memory.client, callTime: makeCallTime({ clock, random: () => 0 }) };
    const found = await clock.run(readItems({ table: 't', names: ['id', 'result'] }, ids, deps));
    expect([...found.keys()].sort()).toEqual([...ids].sort());
    expect(memory.calls).toHaveLength(2);
  });

  test('Query of the index: in order, in pages, and as late as it lags', async () => {
    const { clock, memory } = setUp();
    for (const n of [5, 3, 4, 1, 2]) memory.put('t', { id: `i${n}`, listKey: 'due#0', listAt: n });
    memory.put('t', { id: 'other', listKey: 'due#1', listAt: 1 });
    memory.put('t', { id: 'unlisted' });
    const query = (from?: Record<string, { S: string } | { N: string }>) =>
      memory.client.send(
        new QueryCommand({
          TableName: 't',
          IndexName: 'lists',
          KeyConditionExpression: '#k = :k AND #at <= :at',
          ExpressionAttributeNames: { '#k': 'listKey', '#at': 'listAt' },
          ExpressionAttributeValues: { ':k': { S: 'due#0' }, ':at': { N: '4' } },
          Limit: 3,
          ...(from !== undefined && { ExclusiveStartKey: from }),
        }),
      );
    const first = await query();
    expect(first.Items?.map(({ id }) => id?.S)).toEqual(['i1', 'i2', 'i3']);
    const second = await query(first.LastEvaluatedKey as Parameters<typeof query>[0]);
    expect(second.Items?.map(({ id }) => id?.S)).toEqual(['i4']);
    expect(second.LastEvaluatedKey).toBeUndefined();
    memory.indexLagMs = 2000;
    memory.put('t', { id: 'i1' });
    expect((await query()).Items?.[0]?.id?.S).toBe('i1');
    await clock.advance(2000);
    expect((await query()).Items?.[0]?.id?.S).toBe('i2');
  });
});

describe('TransactWrite', () => {
  const add = {
    Update: {
      TableName: 't',
      Key: { id: 'a' },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    },
  };

  test('all or nothing, with reasons and the old item in attribute values', async () => {
    const { memory, transact } = setUp();
    memory.put('t', { id: 'b', n: 1 });
    const condition = {
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    const refused = transact({ TransactItems: [add, { Put: { TableName: 't', Item: { id: 'b' }, ...condition } }] });
    await expect(refused).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed', Item: marshall({ id: 'b', n: 1 }) }],
    });
    expect(memory.item('t', 'a')).toBeUndefined();
  });

  test('a token makes a repeat harmless for ten minutes, and another content an error', async () => {
    const { clock, memory, transact } = setUp();
    const input = { ClientRequestToken: 'token', TransactItems: [add] };
    await transact(input);
    await transact(input);
    expect(memory.item('t', 'a')).toEqual({ id: 'a', n: 1 });
    const other = transact({ ...input, TransactItems: [{ Delete: { TableName: 't', Key: { id: 'a' } } }] });
    await expect(other).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    await clock.advance(10 * 60_000);
    await transact(input);
    expect(memory.item('t', 'a')).toEqual({ id: 'a', n: 2 });
  });

  test('mixes puts, updates, deletions and checks over tables with other keys', async () => {
    const { memory, transact } = setUp();
    memory.put('t', { id: 'gone' });
    await transact({
      TransactItems: [
        { Put: { TableName: 'pairs', Item: { pk: 'p', sk: 's', at: 1 } } },
        add,
        { Delete: { TableName: 't', Key: { id: 'gone' } } },
        { ConditionCheck: { TableName: 't', Key: { id: 'never' }, ConditionExpression: 'attribute_not_exists(id)' } },
      ],
    });
    expect(memory.table('pairs').items()).toEqual([marshall({ pk: 'p', sk: 's', at: 1 })]);
    expect(memory.table('t').items()).toEqual([marshall({ id: 'a', n: 1 })]);
  });

  test('refuses two writes of one item, and 101', async () => {
    const { memory, transact } = setUp();
    await expect(transact({ TransactItems: [add, add] })).rejects.toMatchObject({ name: 'ValidationException' });
    const many = Array.from({ length: 101 }, (_, i) => ({ Put: { TableName: 't', Item: { id: `${i}` } } }));
    await expect(transact({ TransactItems: many })).rejects.toMatchObject({ name: 'ValidationException' });
    expect(memory.table('t').items()).toEqual([]);
  });
});

describe('faults', () => {
  test('a lost reply: written all the same', async () => {
    const { memory, execute } = setUp();
    memory.faults.plan('BatchExecuteStatement', { kind: 'lostReply' });
    await expect(execute(insert('a'))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(memory.item('t', 'a')).toEqual({ id: 'a', n: 1 });
  });

  test('a throttled statement: the others are written', async () => {
    const { memory, execute } = setUp();
    memory.faults.plan('BatchExecuteStatement', { kind: 'partly', indexes: [0], code: 'ThrottlingError' });
    const { Responses } = await execute(insert('a'), insert('b'));
    expect(Responses?.map(({ Error: error }) => error?.Code)).toEqual(['ThrottlingError', undefined]);
    expect(memory.table('t').items()).toHaveLength(1);
    expect(memory.faults.pending).toBe(0);
  });
});

describe('numbers', () => {
  test.each([
    ['1.50', '1.5'],
    ['007', '7'],
    ['-0.0', '0'],
    ['1e21', '1000000000000000000000'],
    ['1.25e-3', '0.00125'],
    ['+12.', '12'],
    ['-1.5e1', '-15'],
    ['.5', '0.5'],
    ['12345678901234567890', '12345678901234567890'],
  ])('%s is kept as %s', (given, kept) => {
    const { memory } = setUp();
    memory.table('t').put({ id: { S: 'a' }, n: { N: given }, deep: { M: { l: { L: [{ N: given }] } } } });
    expect(memory.table('t').get({ id: { S: 'a' } })).toEqual({
      id: { S: 'a' },
      n: { N: kept },
      deep: { M: { l: { L: [{ N: kept }] } } },
    });
  });

  test.each(['1'.repeat(39), 'x', '', '1.2.3'])('%s is refused', (N) => {
    const { memory } = setUp();
    expect(() => memory.table('t').put({ id: { S: 'a' }, n: { N } })).toThrow(/digits|converted/);
  });
});
