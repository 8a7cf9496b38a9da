import { describe, expect, test } from 'vitest';
import { awsError } from '../../../../lib/testing/index.ts';
import { effectsOf, IMPOSSIBLE, SIDE_TABLE, sideEffect } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const effects = (world: World, id: string) => effectsOf(world.dynamoDb, id);

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
