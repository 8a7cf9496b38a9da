import { describe, expect, test } from 'vitest';
import { iso } from '../../../lib/contract/protocol/timing.ts';
import { awsError } from '../../../lib/testing/index.ts';
import { effectsOf, sideEffect } from '../../support/probe.ts';
import { makeWorld } from '../../support/world.ts';

describe('checkpointed: two checkpoints of one attempt', () => {
  test('side by side both take effect, one after the other', async () => {
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

  test('the second is not taken for the first one whose reply was lost', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        await context.checkpoint([sideEffect(context)], { slice: 1 }).catch(() => undefined);
        await context.checkpoint([sideEffect(context)], { slice: 2 });
      },
    });
    world.dynamoDb.faults.plan('TransactWrite', { kind: 'lostReply' }, 8);
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(effectsOf(world.dynamoDb, 'a')).toBe(1);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', checkpoint: { slice: 1 } });
  });
});

describe('progressed: progress of nothing', () => {
  test('is written as null, and learns of a cancellation as any other', async () => {
    const world = makeWorld({ perform: (_, context) => context.progress(undefined) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: null });
  });
});

describe('released: a shard that cannot be read', () => {
  test('keeps no other from being released within the tick', async () => {
    const world = makeWorld();
    const runAt = iso(world.clock.now() + 120_000);
    for (let i = 0; i < 40; i++) world.send({ id: `j${i}`, runAt });
    await world.drain();
    await world.clock.advance(60_000);
    const error = awsError('ProvisionedThroughputExceededException', 'Rate exceeded');
    world.dynamoDb.faults.plan('Query', { kind: 'fails', error });
    // The other shards take a little longer: Lambda freezes the process as soon as the tick has ended.
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error }, 7);
    await expect(world.tick()).rejects.toThrow('Rate exceeded');
    expect(world.queue.messages().length).toBeGreaterThan(20);
  });
});

describe('checkpointed: a number beyond 2^53 in a checkpoint', () => {
  test.each([2 ** 60, -(2 ** 60), 1e21])('%d: the next attempt gets the number that was kept', async (cursor) => {
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
