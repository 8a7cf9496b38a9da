import { describe, expect, test } from 'vitest';
import { JobCancelledError, LeaseLostError } from '../../../../lib/contract/errors.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeWorld } from '../../../support/world.ts';

const progressWrites = (calls: readonly { input: unknown }[]) =>
  calls.filter(({ input }) => JSON.stringify(input).includes('SET \\"progress\\"'));

describe('progress', () => {
  test('writes 21 values of 2 s in four writes, one a second, and the latest wins', async () => {
    const world = makeWorld({
      perform: async (_, context, clock) => {
        for (let i = 0; i <= 20; i++) {
          await context.progress({ done: i });
          await sleep(clock, 100);
        }
        await sleep(clock, 1000);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: { done: 20 } });
    expect(progressWrites(world.dynamoDb.calls)).toHaveLength(4);
  });

  test('writes nothing once the attempt has ended', async () => {
    let kept: JobContext | undefined;
    const world = makeWorld({
      perform: async (_, context) => {
        kept = context;
        await context.progress(1);
        await context.progress(2);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    await world.clock.advance(5000);
    expect(world.job('a')?.progress).toBe(1);
    await expect(kept?.progress(3)).rejects.toBeInstanceOf(LeaseLostError);
    await expect(kept?.checkpoint([], 3)).rejects.toBeInstanceOf(LeaseLostError);
    expect(() => kept?.commit([])).toThrow(LeaseLostError);
    expect(world.job('a')).toMatchObject({ progress: 1, checkpointNo: 0 });
  });

  const progressAfter = async (change: Partial<JobItem>) => {
    let reason: unknown;
    const world = makeWorld({
      perform: async (_, context) => {
        world.alter('a', change);
        await context.progress('half');
        reason = context.signal.reason;
        context.signal.throwIfAborted();
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    return { world, reason };
  };

  test('aborts a running job that was cancelled', async () => {
    const { world, reason } = await progressAfter({ cancelRequested: true });
    expect(reason).toBeInstanceOf(JobCancelledError);
    expect(world.job('a')?.status).toBe('CANCELLED');
  });

  test('aborts a running job that lost its lease', async () => {
    const { world, reason } = await progressAfter({ owner: 'thief' });
    expect(reason).toBeInstanceOf(LeaseLostError);
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', owner: 'thief' });
    expect(world.job('a')).not.toHaveProperty('progress');
  });

  test('refuses a value beyond 4 KB', async () => {
    const world = makeWorld({ perform: (_, context) => context.progress('x'.repeat(4095)) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JsonError' } });
  });

  test('goes on after a lost reply', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        await context.progress('half');
        context.signal.throwIfAborted();
      },
    });
    world.dynamoDb.faults.plan(({ input }) => JSON.stringify(input).includes('progress'), { kind: 'lostReply' });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: 'half' });
  });

  test('of undefined is written as null', async () => {
    const world = makeWorld({ perform: (_, context) => context.progress(undefined) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: null });
  });
});
