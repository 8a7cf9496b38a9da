import { expect, test } from 'vitest';
import { SnoozeError } from '../../../../lib/contract/errors.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { isShutDown, testJob } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld } from '../../../support/world.ts';

const payload = { do: 'complete' } as const;

test('a job with one attempt that is shut down is put back at once if its handler ends, and completes', async () => {
  let starts = 0;
  const handler = (_: unknown, { signal }: { signal: AbortSignal }) => (++starts > 1 ? 'done' : waitFor(signal));
  const run = await testJob(defineProbe(), handler, { payload, maxAttempts: 1, faults: [isShutDown()] });
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, startsMs: [0, 0] });
});

test('a job that is shut down while its handler ignores its signal is put back in three seconds', async () => {
  const world = makeWorld({ definition: defineProbe() });
  world.send({ id: 'a', maxAttempts: 1, payload: { do: 'work', seconds: 8 } });
  world.clock.after(2000, () => world.shutdown.abort());
  const { kept } = await world.deliver();
  expect(kept).toHaveLength(1);
  const dueAt = world.clock.now() + 3000;
  expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, snoozesInRow: 0, putBacksInRow: 1, dueAt });
  expect(world.queue.nextVisibleAtMs()).toBe(dueAt);
  expect(world.output.events()).toEqual(['job.started', 'job.put-back']);
  expect(total(world.output, METRICS.failed)).toBe(0);
});

test('a shutdown while a job begins puts it back at once, and its handler does not start', async () => {
  const world = makeWorld();
  world.send({ id: 'a', maxAttempts: 1 });
  world.dynamoDb.faults.plan(
    () => {
      world.shutdown.abort();
      return false;
    },
    { kind: 'lostReply' },
  );
  await world.deliver();
  expect(world.starts).toEqual([]);
  expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, dueAt: world.clock.now() });
});

test('the 101st shutdown in a row spends an attempt', async () => {
  const run = await testJob(defineProbe(), () => 'done', { payload, maxAttempts: 2, faults: [isShutDown(101)] });
  expect(run).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  const dead = await testJob(defineProbe(), () => 'done', { payload, maxAttempts: 1, faults: [isShutDown(101)] });
  expect(dead).toMatchObject({ status: 'DEAD', reason: 'AttemptsExhausted', error: { name: 'ShutdownError' } });
});

test.each(['checkpoint', 'failure', 'snooze'] as const)('a %s ends a row of shutdowns', async (what) => {
  const world = makeWorld({
    perform: async (_, { checkpoint, job, signal }, clock) => {
      if (world.starts.length === 1) return waitFor(signal);
      expect(world.job('a')?.putBacksInRow).toBe(1);
      if (what === 'snooze') throw new SnoozeError(5);
      if (what === 'failure') throw new Error(`attempt ${job.attempts}`);
      await checkpoint([], 'state');
      return sleep(clock, 1000);
    },
  });
  world.send({ id: 'a' });
  world.clock.after(1000, () => world.shutdown.abort());
  await world.deliver();
  world.restart();
  await world.deliver();
  expect(world.job('a')?.putBacksInRow).toBe(0);
});

const waitFor = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('a cancelled job that is shut down is cancelled', async () => {
  const world = makeWorld();
  world.send({ id: 'a', payload: { do: 'work', seconds: 8 } });
  world.clock.after(2000, () => {
    world.alter('a', { cancelRequested: true });
    world.shutdown.abort();
  });
  await world.deliver();
  expect(world.job('a')).toMatchObject({ status: 'CANCELLED' });
});
