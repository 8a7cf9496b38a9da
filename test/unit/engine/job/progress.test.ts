import { describe, expect, test, vi } from 'vitest';
import {
  JobCancelledError,
  LeaseLostError,
  PermanentError,
  RetryAfterError,
  SnoozeError,
} from '../../../../lib/contract/errors.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { sideEffect } from '../../../support/probe.ts';
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
    expect(progressWrites(world.dynamoDb.calls)).toHaveLength(5);
  });

  test('of an older value is not written after a newer one, though its timer was late', async () => {
    let kept: unknown;
    const world = makeWorld({
      perform: async (_, { progress }, clock) => {
        const start = clock.now();
        await progress(10);
        await progress(20);
        // 1.2 s of CPU: no timer fires meanwhile.
        const spent = vi.spyOn(clock, 'now').mockReturnValue(start + 1200);
        await progress(30);
        spent.mockRestore();
        await sleep(clock, 5000);
        kept = world.job('a')?.progress;
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(kept).toBe(30);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: 30 });
    expect(progressWrites(world.dynamoDb.calls)).toHaveLength(3);
  });

  test('of an older value is not written after a newer one, though its call was throttled', async () => {
    let kept: unknown;
    const world = makeWorld({
      perform: async (_, { progress }, clock) => {
        for (const done of ['first', 'second']) {
          void progress(done);
          await sleep(clock, 1000);
        }
        await sleep(clock, 5000);
        kept = world.job('a')?.progress;
      },
    });
    const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    world.dynamoDb.faults.plan(({ input }) => JSON.stringify(input).includes('first'), { kind: 'fails', error }, 5);
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(kept).toBe('second');
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: 'second' });
  });

  const ENDS = {
    completed: ['COMPLETED', () => 'done'],
    committed: ['COMPLETED', (context: JobContext) => context.commit([sideEffect(context)])],
    retryInPlace: ['RETRYING', () => Promise.reject(new Error('no'))],
    parked: ['RETRYING', () => Promise.reject(new RetryAfterError(100))],
    snoozed: ['RETRYING', () => Promise.reject(new SnoozeError(5))],
    dead: ['DEAD', () => Promise.reject(new PermanentError('no'))],
    cancelledAtEnd: ['CANCELLED', () => Promise.reject(new Error('no'))],
    'timed out': ['RETRYING', () => new Promise(() => undefined)],
  } as const;

  test.each(Object.entries(ENDS))('is in the attempt’s own last write: %s', async (end, [status, work]) => {
    const world = makeWorld({
      perform: async (_, context, clock) => {
        if (end === 'timed out') await sleep(clock, 9500);
        for (const done of [0, 50, 100]) await context.progress(done);
        if (end === 'cancelledAtEnd') world.alter('a', { cancelRequested: true });
        return work(context);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status, progress: 100 });
    await world.clock.advance(4000);
    expect(progressWrites(world.dynamoDb.calls)).toHaveLength(
      end === 'cancelledAtEnd' ? 3 : end === 'committed' ? 1 : 2,
    );
  });

  test('that was on its way when the attempt ended is in its last write, too', async () => {
    const world = makeWorld({
      perform: async (_, context) => {
        void context.progress('half').catch(() => undefined);
      },
    });
    const error = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    world.dynamoDb.faults.plan(({ input }) => JSON.stringify(input).includes('half'), { kind: 'fails', error });
    world.send({ id: 'a' });
    await world.deliver();
    await world.clock.advance(10_000);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: 'half' });
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
    expect(world.job('a')?.progress).toBe(2);
    await expect(kept?.progress(3)).rejects.toBeInstanceOf(LeaseLostError);
    await expect(kept?.checkpoint([], 3)).rejects.toBeInstanceOf(LeaseLostError);
    expect(() => kept?.commit([])).toThrow(LeaseLostError);
    expect(world.job('a')).toMatchObject({ progress: 2, checkpointNo: 0 });
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
