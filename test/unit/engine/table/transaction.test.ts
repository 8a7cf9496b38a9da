import { describe, expect, test } from 'vitest';
import {
  JobCancelledError,
  LeaseLostError,
  SnoozeError,
  WriteConditionError,
} from '../../../../lib/contract/errors.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { effectsOf, SIDE_TABLE, sideEffect } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const effects = (world: World, id: string) => effectsOf(world.dynamoDb, id);
const impossible = {
  ConditionCheck: { TableName: SIDE_TABLE, Key: { id: 'x' }, ConditionExpression: 'attribute_exists(id)' },
};

describe('committed: completion with the writes it staged', () => {
  test('both happen in one transaction', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'commit', result: 'r' } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', result: 'r' });
    expect(effects(world, 'a')).toBe(1);
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['BatchExecuteStatement', 'TransactWrite']);
  });

  test.each(['lostReply', 'repeated'] as const)('%s: they happen once all the same', async (kind) => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind });
    world.send({ id: 'a', payload: { do: 'commit' } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(effects(world, 'a')).toBe(1);
  });

  test('a conflict passes', async () => {
    const world = makeWorld();
    const conflict = { kind: 'partly', indexes: [1], code: 'TransactionConflict' } as const;
    world.dynamoDb.faults.plan('TransactWrite', conflict, 3);
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    expect(world.job('a')?.status).toBe('COMPLETED');
    expect(effects(world, 'a')).toBe(1);
  });

  test('an attempt that lost its lease writes none of it', async () => {
    const world = makeWorld();
    const happens = () => world.alter('a', { owner: 'thief' });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'meanwhile', happens });
    world.send({ id: 'a', payload: { do: 'commit' } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(effects(world, 'a')).toBeUndefined();
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', owner: 'thief' });
  });

  test('a write whose own condition fails fails the attempt', async () => {
    const world = makeWorld({ perform: (_, context) => context.commit([sideEffect(context), impossible]) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'WriteConditionError' } });
    expect(effects(world, 'a')).toBeUndefined();
  });

  test('what DynamoDB refuses fails the attempt', async () => {
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

describe('checkpointed: a checkpoint', () => {
  test('the next attempt goes on from it, and each step takes effect once', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'checkpoint', times: 4 } });
    await world.deliver();
    const half = { status: 'RETRYING', checkpoint: { done: 2 }, checkpointNo: 2 };
    expect(world.job('a')).toMatchObject(half);
    await world.drain(5);
    const all = { status: 'COMPLETED', checkpoint: { done: 4 }, checkpointNo: 4, result: { done: 4 } };
    expect(world.job('a')).toMatchObject(all);
    expect(effects(world, 'a')).toBe(4);
  });

  test('ends a row of snoozes', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        if (world.starts.length === 2) await context.checkpoint([], 'state');
        throw new SnoozeError(1);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ snoozes: 1, snoozesInRow: 1 });
    await world.clock.advance(1000);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ snoozes: 2, snoozesInRow: 1, checkpoint: 'state' });
  });

  test.each(['lostReply', 'repeated'] as const)('%s: it counts once', async (kind) => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind }, 4);
    world.send({ id: 'a', payload: { do: 'checkpoint', times: 4 } });
    await world.drain(5);
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpointNo: 4 });
    expect(effects(world, 'a')).toBe(4);
  });

  const failing = async (change: Parameters<World['alter']>[1]) => {
    let thrown: unknown;
    const world = makeWorld({
      perform: async (_, context) => {
        await checkpointOf(context).catch((error) => {
          thrown = error;
        });
      },
    });
    const happens = () => world.alter('a', change);
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'meanwhile', happens });
    world.send({ id: 'a' });
    await world.deliver();
    expect(effects(world, 'a')).toBeUndefined();
    return thrown;
  };
  const checkpointOf = (context: JobContext) => context.checkpoint([sideEffect(context)], { done: 1 });

  test('of a cancelled job writes nothing', async () => {
    expect(await failing({ cancelRequested: true })).toBeInstanceOf(JobCancelledError);
  });

  test('of an attempt that lost its lease writes nothing', async () => {
    expect(await failing({ owner: 'thief' })).toBeInstanceOf(LeaseLostError);
  });

  test('carries one token over its tries, and another than the next', async () => {
    const world = makeWorld();
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'lostReply' });
    world.send({ id: 'a', payload: { do: 'checkpoint', times: 4 } });
    await world.deliver();
    const tokens = world.dynamoDb.calls
      .filter(({ name }) => name === 'TransactWrite')
      .map(({ input }) => (input as { ClientRequestToken?: string }).ClientRequestToken);
    expect(tokens).toHaveLength(3);
    expect(tokens[1]).toBe(tokens[0]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  test('that stands already is not written again', async () => {
    const world = makeWorld({ perform: (_, context) => checkpointOf(context) });
    const happens = () => world.alter('a', { checkpoint: { done: 1 }, checkpointNo: 1 });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'meanwhile', happens });
    world.send({ id: 'a' });
    await world.deliver();
    expect(effects(world, 'a')).toBeUndefined();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpointNo: 1 });
  });

  test('a refused write is named, and a smaller checkpoint may follow', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        const write = sideEffect(context);
        const refusal = await context.checkpoint([write, impossible], 1).catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(WriteConditionError);
        expect((refusal as WriteConditionError).indexes).toEqual([1]);
        await context.checkpoint([write], 2);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpoint: 2, checkpointNo: 1 });
    expect(effects(world, 'a')).toBe(1);
  });

  test('keeps at most 32 KB', async () => {
    const world = makeWorld({ perform: (_, context) => context.checkpoint([], 'x'.repeat(32 * 1024)) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JsonError' }, checkpointNo: 0 });
  });
});
