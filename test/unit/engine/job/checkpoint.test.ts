import { describe, expect, test } from 'vitest';
import {
  JobCancelledError,
  LeaseLostError,
  SnoozeError,
  WriteConditionError,
} from '../../../../lib/contract/errors.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { effectsOf, IMPOSSIBLE, sideEffect } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const effects = (world: World, id: string) => effectsOf(world.dynamoDb, id);

describe('a checkpoint', () => {
  test('is where the next attempt goes on, and each step takes effect once', async () => {
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

  test.each(['lostReply', 'repeated'] as const)('counts once after a reply that is %s', async (kind) => {
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

  test('writes nothing if the job was cancelled', async () => {
    expect(await failing({ cancelRequested: true })).toBeInstanceOf(JobCancelledError);
  });

  test('writes nothing if the attempt lost its lease', async () => {
    expect(await failing({ owner: 'thief' })).toBeInstanceOf(LeaseLostError);
  });

  test('has one token for all its tries, and another than the next checkpoint', async () => {
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

  test('is not written again if it is in the table already', async () => {
    const world = makeWorld({ perform: (_, context) => checkpointOf(context) });
    const happens = () => world.alter('a', { checkpoint: { done: 1 }, checkpointNo: 1 });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'meanwhile', happens });
    world.send({ id: 'a' });
    await world.deliver();
    expect(effects(world, 'a')).toBeUndefined();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpointNo: 1 });
  });

  test('names the write that was refused, and a smaller one may follow', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        const write = sideEffect(context);
        const refusal = await context.checkpoint([write, IMPOSSIBLE], 1).catch((error: unknown) => error);
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

  test('refuses a state beyond 32 KB', async () => {
    const world = makeWorld({ perform: (_, context) => context.checkpoint([], 'x'.repeat(32 * 1024)) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JsonError' }, checkpointNo: 0 });
  });

  test('takes effect after the one before it, though both were called at once', async () => {
    const world = makeWorld({
      perform: (_, context) =>
        Promise.all([
          context.checkpoint([sideEffect(context)], { slice: 1 }),
          context.checkpoint([sideEffect(context)], { slice: 2 }),
        ]).then(() => 'done'),
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(effectsOf(world.dynamoDb, 'a')).toBe(2);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpoint: { slice: 2 }, checkpointNo: 2 });
  });

  test('is not taken for the one before it, whose reply was lost', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        await context.checkpoint([sideEffect(context)], { slice: 1 }).catch(() => undefined);
        await context.checkpoint([sideEffect(context)], { slice: 2 });
      },
    });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'lostReply' }, 10);
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(effectsOf(world.dynamoDb, 'a')).toBe(1);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', checkpoint: { slice: 1 } });
  });

  test.each([2 ** 60, -(2 ** 60), 1e21])('gives the next attempt the number %d as it was kept', async (cursor) => {
    const seen: unknown[] = [];
    const world = makeWorld({
      perform: async (_, context) => {
        seen.push(context.job.checkpoint);
        if (context.job.attempts > 1) return;
        await context.checkpoint([], { cursor });
        throw new Error('failed after it');
      },
    });
    world.send({ id: 'a' });
    await world.drain(5);
    expect(seen).toEqual([undefined, { cursor }]);
  });
});
