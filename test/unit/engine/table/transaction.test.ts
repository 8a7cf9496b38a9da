import { describe, expect, test } from 'vitest';
import { awsError, timeout } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { effectsOf, IMPOSSIBLE, SIDE_TABLE, sideEffect } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const effects = (world: World, id: string) => effectsOf(world.dynamoDb, id);

/** Values that no transaction can hold, and how they are named. */
const UNFIT: [string, unknown, RegExp][] = [
  ['a Date', new Date(), /Put\.Item\.at is a Date/],
  ['an empty Set', new Set(), /Put\.Item\.at is an empty Set/],
  ['a mixed Set', new Set([1, 'a']), /Put\.Item\.at is a Set of other things/],
  ['an instance of a class', new (class Money {})(), /Put\.Item\.at is a Money/],
  ['NaN', Number.NaN, /Put\.Item\.at is NaN/],
  ['Infinity', Number.POSITIVE_INFINITY, /Put\.Item\.at is Infinity/],
  ['a symbol', Symbol('s'), /Put\.Item\.at is a symbol/],
  ['bytes that the SDK cannot send', new Float64Array(1), /Put\.Item\.at is a Float64Array/],
  ['a nested one', { list: [1, { when: new Date() }] }, /Put\.Item\.at\.list\[1\]\.when is a Date/],
  ['one in a Map', new Map([['when', new Date()]]), /Put\.Item\.at\.when is a Date/],
  ['one too deep', JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`), /nested more than 32 levels/],
];

describe('a write that cannot be marshalled', () => {
  const puts = (at: unknown) => [{ Put: { TableName: SIDE_TABLE, Item: { id: 'b', at } } }];

  test.each(UNFIT)('(%s) is refused by commit, in the handler’s own stack', async (_what, at, message) => {
    let thrown: unknown;
    const world = makeWorld({
      perform(_, context) {
        try {
          context.commit(puts(at));
        } catch (error) {
          thrown = error;
          throw error;
        }
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toMatchObject({ message: expect.stringMatching(message), stack: expect.stringMatching(/perform/) });
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 1, error: { name: 'TypeError' } });
    expect(total(world.output, 'JobsFailed')).toBe(1);
    expect(world.dynamoDb.calls.map(({ name }) => name)).not.toContain('TransactWrite');
  });

  test.each(UNFIT)('(%s) is refused by checkpoint, and the next checkpoint is written', async (_what, at, message) => {
    let thrown: unknown;
    const world = makeWorld({
      async perform(_, context) {
        await context.checkpoint(puts(at), 'bad').catch((error) => {
          thrown = error;
        });
        await context.checkpoint([sideEffect(context)], 'good');
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toHaveProperty('message', expect.stringMatching(message));
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpoint: 'good', checkpointNo: 1 });
  });

  test.each([
    ['a key', { Delete: { TableName: SIDE_TABLE, Key: { id: Number.NaN } } }, /write 0: Delete\.Key\.id is NaN/],
    [
      'a value of an expression',
      {
        Update: {
          ...{ TableName: SIDE_TABLE, Key: { id: 'b' }, UpdateExpression: 'SET a = :a' },
          ExpressionAttributeValues: { ':a': new Date() },
        },
      },
      /write 0: Update\.ExpressionAttributeValues\.:a is a Date/,
    ],
    ['no item', { Put: { TableName: SIDE_TABLE } }, /write 0: Put has no Item/],
    ['no kind', {}, /write 0 must be one of Put, Update, Delete, ConditionCheck/],
  ])('is named by its place: %s', async (_what, write, message) => {
    const world = makeWorld({ perform: (_, context) => context.commit([write as never]) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { message: expect.stringMatching(message) } });
  });

  test('is none that DynamoDB keeps: values of every kind, and those that are left out', async () => {
    const Item = {
      ...{ id: 'b', text: 't', n: 2 ** 60, big: 10n, yes: true, none: null, gone: undefined, bytes: Buffer.from('x') },
      ...{ list: [1, undefined, 'a'], map: new Map([['k', 1]]), set: new Set(['a']), numbers: new Set([1, 2]) },
      bare: Object.assign(Object.create(null), { a: 1 }),
    };
    const world = makeWorld({ perform: (_, context) => context.commit([{ Put: { TableName: SIDE_TABLE, Item } }]) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(world.dynamoDb.item(SIDE_TABLE, 'b')).toMatchObject({ list: [1, 'a'], map: { k: 1 }, bare: { a: 1 } });
  });
});

describe('a transaction that fails on this side of the wire', () => {
  const unsent: [string, Error][] = [
    ['its input', new Error('Unsupported type passed')],
    ['the endpoint', Object.assign(new Error('Invalid Configuration'), { name: 'EndpointError' })],
    ['the region', new Error('Region is missing')],
    ['credentials', Object.assign(new Error('expired'), { name: 'CredentialsProviderError' })],
  ];
  test.each(unsent)('(%s) is tried once, and the attempt fails with the cause', async (_what, error) => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'fails', error }, 9);
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    const { name, message } = world.job('a')?.error ?? {};
    expect([name, message]).toEqual(['WriteRefusedError', expect.stringContaining(error.message)]);
    expect(total(world.output, 'JobsFailed')).toBe(1);
    expect(world.dynamoDb.calls.filter(({ name }) => name === 'TransactWrite')).toHaveLength(1);
  });

  test('(credentials, at the begin) is asked once a statement, and the line names the job', async () => {
    const world = makeWorld();
    const error = Object.assign(new Error('no keys'), { name: 'CredentialsProviderError' });
    world.dynamoDb.faults.plan('BatchExecuteStatement', { kind: 'fails', error }, 9);
    world.send({ id: 'a', key: 'k' });
    await world.deliver();
    expect(world.dynamoDb.calls).toHaveLength(1);
    expect(world.output.logs()).toContainEqual(
      expect.objectContaining({ message: 'job.not-settled', jobId: 'a', key: 'k', jobType: 'probe' }),
    );
  });
});

describe('a transaction whose first try had no answer', () => {
  test.each([
    ['and that is then refused', awsError('AccessDeniedException', 'no')],
    ['and whose next tries are throttled', awsError('ThrottlingException', 'slow')],
  ])('%s may have been written: the attempt is not settled', async (_what, error) => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'fails', error: timeout() });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'fails', error }, 99);
    world.send({ id: 'a', payload: { do: 'commit' } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')?.status).toBe('INPROGRESS');
  });

  test('is tried again while DynamoDB says that it is still in progress', async () => {
    const world = makeWorld();
    const error = awsError('TransactionInProgressException', 'in progress');
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'fails', error }, 2);
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(effects(world, 'a')).toBe(1);
  });
});

describe('a completion with staged writes', () => {
  test('writes both in one transaction', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'commit', result: 'r' } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', result: 'r' });
    expect(effects(world, 'a')).toBe(1);
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['BatchExecuteStatement', 'TransactWrite']);
  });

  test.each(['lostReply', 'repeated'] as const)('writes both once after a reply that is %s', async (kind) => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind });
    world.send({ id: 'a', payload: { do: 'commit' } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(effects(world, 'a')).toBe(1);
  });

  test('is tried again after a conflict', async () => {
    const world = makeWorld();
    const conflict = { kind: 'partly', indexes: [1], code: 'TransactionConflict' } as const;
    world.dynamoDb.faults.plan('TransactWrite', conflict, 3);
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(effects(world, 'a')).toBe(1);
  });

  test('writes nothing if the attempt lost its lease', async () => {
    const world = makeWorld();
    const happens = () => world.alter('a', { owner: 'thief' });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'meanwhile', happens });
    world.send({ id: 'a', payload: { do: 'commit' } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(effects(world, 'a')).toBeUndefined();
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', owner: 'thief' });
  });

  test('fails the attempt if the condition of a staged write fails', async () => {
    const world = makeWorld({ perform: (_, context) => context.commit([sideEffect(context), IMPOSSIBLE]) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'WriteConditionError' } });
    expect(effects(world, 'a')).toBeUndefined();
  });

  test('fails the attempt if DynamoDB refuses it', async () => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'fails', error: awsError('ValidationException', 'too long') });
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'WriteRefusedError' } });
  });

  test('refuses 100 writes, and any for the job’s own item', async () => {
    const errors: unknown[] = [];
    const refused = (stage: () => void) => {
      try {
        stage();
      } catch (error) {
        errors.push(error);
      }
    };
    const world = makeWorld({
      perform(_, context) {
        const write = sideEffect(context);
        context.commit(
          Array.from({ length: 99 }, (_, i) => ({ Delete: { TableName: SIDE_TABLE, Key: { id: `${i}` } } })),
        );
        refused(() => context.commit([write]));
        refused(() => context.commit([{ Delete: { TableName: JOBS_TABLE, Key: { id: context.idempotencyKey } } }]));
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(error).toBeInstanceOf(RangeError);
    expect(world.job('a')?.status).toBe('COMPLETED');
  });
});
