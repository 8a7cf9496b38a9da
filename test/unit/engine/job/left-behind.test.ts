import { AsyncResource } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../../lib/contract/names.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { throttled } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const MATES = Array.from({ length: 9 }, (_, i) => `m${i}`);

/** A job `bad` that leaves something behind after some time, and nine mates that work for two seconds. */
function makeBatch(leave: (world: World) => void, afterMs: number): World {
  const world = makeWorld({
    perform: async (_, { job }, clock) => {
      // A timer keeps the job that set it, which the virtual clock's do not by themselves.
      if (job.id === 'bad')
        clock.after(
          afterMs,
          AsyncResource.bind(() => leave(world)),
        );
      await sleep(clock, 2000);
      return 'done';
    },
  });
  for (const id of ['bad', ...MATES]) world.send({ id, maxAttempts: 2 });
  return world;
}

const line = ({ output }: World, event: string) => output.logs().find(({ message }) => message === event);

describe('a promise that is left to reject', () => {
  test('fails the attempt that left it, and its nine batch mates complete', async () => {
    const world = makeBatch(({ reject }) => reject(new TypeError('left behind')), 500);
    const { outcome, kept } = await world.deliver();
    expect({ outcome, kept }).toEqual({ outcome: 'answered', kept: ['sent-1'] });
    for (const id of MATES) expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    const error = { name: 'TypeError', message: 'left behind' };
    expect(world.job('bad')).toMatchObject({ status: 'RETRYING', attempts: 1, error });
    const logged = { level: 'ERROR', jobId: 'bad', attempt: 1, jobType: 'probe', errorName: 'TypeError' };
    expect(line(world, 'job.unhandled-rejection')).toMatchObject(logged);
    expect(total(world.output, METRICS.unhandledRejection)).toBe(1);
  });

  test('is only reported if its job has completed, also inside of the next invocation', async () => {
    const world = makeBatch(({ reject }) => reject(new Error('late')), 2500);
    await world.deliver();
    world.send({ id: 'next' });
    await world.deliver();
    for (const id of ['bad', 'next', ...MATES])
      expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(line(world, 'job.unhandled-rejection')).toMatchObject({ jobId: 'bad', errorMessage: 'late' });
  });

  test('of no known job fails nobody', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 1 } });
    world.clock.after(500, () => world.reject('text'));
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    const reported = line(world, 'job.unhandled-rejection');
    expect(reported).toMatchObject({ jobType: 'probe', errorName: 'NonError', errorMessage: 'text' });
    expect(reported).not.toHaveProperty('jobId');
  });

  test('without a reason is an error all the same', async () => {
    const world = makeBatch(({ reject }) => reject(undefined), 500);
    await world.deliver();
    const message = 'a promise was rejected with undefined, and nothing handled it';
    expect(world.job('bad')?.error).toEqual({ name: 'Error', message });
  });
});

describe('an exception that nothing catches', () => {
  const crashing = (afterMs = 500) => makeBatch(({ crash }) => crash(new RangeError('boom')), afterMs);

  test('ends the process; the batch mates are put back without an attempt, and complete', async () => {
    const world = crashing();
    const { outcome } = await world.deliver();
    expect(outcome).toBe('crashed');
    for (const id of MATES) expect(world.job(id)).toMatchObject({ status: 'RETRYING', attempts: 0, putBacksInRow: 1 });
    expect(world.job('bad')).toMatchObject({ status: 'INPROGRESS', attempts: 1, crash: { name: 'RangeError' } });
    const logged = { level: 'ERROR', jobId: 'bad', errorName: 'RangeError', errorMessage: 'boom' };
    expect(line(world, 'job.uncaught-exception')).toMatchObject(logged);
    const crashedAtMs = world.clock.now();
    world.restart();
    await world.clock.advance(3000);
    await world.deliver();
    expect(world.clock.now()).toBeLessThan(crashedAtMs + 6000);
    for (const id of MATES) expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  test('is quoted by the death of its job, once its attempts are used up', async () => {
    const world = crashing();
    for (let i = 0; i < 3; i++) {
      world.restart();
      await world.deliver();
      await world.clock.advance(world.queue.settings.visibilityTimeoutSeconds * 1000);
    }
    const message = 'the process of attempt 2 of 2 died: RangeError: boom';
    expect(world.job('bad')).toMatchObject({ status: 'DEAD', reason: 'Crashed', error: { name: 'Crashed', message } });
    expect(line(world, 'job.stalled')).toMatchObject({ jobId: 'bad', errorMessage: 'boom' });
  });

  test('is not quoted if a later attempt ended without a note', async () => {
    const world = makeWorld({
      perform: (_, { job }, clock) => {
        if (job.attempts === 1) world.crash(new Error('boom'));
        else world.kill();
        return sleep(clock, 2000);
      },
    });
    world.send({ id: 'a', maxAttempts: 2 });
    await world.deliver();
    world.restart();
    await world.drain(3600);
    const error = { name: 'Crashed', message: 'the process of attempt 2 of 2 died' };
    expect(world.job('a')).toMatchObject({ status: 'DEAD', error });
  });

  test('of a job that has completed spends no attempt of the others', async () => {
    const world = makeWorld({
      perform: async (_, { job }, clock) => {
        if (job.id !== 'bad') return sleep(clock, 2000);
        clock.after(
          500,
          AsyncResource.bind(() => world.crash(new Error('late'))),
        );
      },
    });
    for (const id of ['bad', 'mate']) world.send({ id });
    await world.deliver();
    expect(world.job('bad')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(world.job('mate')).toMatchObject({ status: 'RETRYING', attempts: 0 });
    expect(line(world, 'job.uncaught-exception')).toMatchObject({ jobId: 'bad' });
  });

  test('of nobody knows whose stalls all that run, so that none is put back for ever', async () => {
    const world = makeWorld();
    for (const id of ['a', 'b']) world.send({ id, payload: { do: 'work', seconds: 2 } });
    world.clock.after(500, () => world.crash(new Error('whose?')));
    const { outcome } = await world.deliver();
    expect(outcome).toBe('crashed');
    for (const id of ['a', 'b']) expect(world.job(id)).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
    expect(line(world, 'job.uncaught-exception')).not.toHaveProperty('jobId');
  });

  test('is blamed on the one job that runs', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 2 } });
    world.clock.after(500, () => world.crash(new Error('its own')));
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', crash: { message: 'its own' } });
  });

  test('ends the process after half a second, whatever the table does', async () => {
    const world = crashing();
    const startMs = world.clock.now();
    world.clock.after(400, () => {
      world.dynamoDb.faults.plan('BatchExecuteStatement', { kind: 'fails', error: throttled() }, 1000);
    });
    const { outcome } = await world.deliver();
    expect(outcome).toBe('crashed');
    expect(world.clock.now()).toBe(startMs + 1000);
    expect(world.job('m0')).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
    expect(world.job('bad')).not.toHaveProperty('crash');
  });

  test('settles no attempt of the job to blame, though its handler returns', async () => {
    const world = makeWorld({
      perform: (_, { job }) => {
        if (job.id === 'bad') world.crash(new Error('boom'));
        return 'done';
      },
    });
    world.send({ id: 'bad' });
    await world.deliver();
    expect(world.job('bad')).toMatchObject({ status: 'INPROGRESS', crash: { message: 'boom' } });
  });
});

test('stalled jobs run fewest attempts first: a poison job harms none of them', async () => {
  const world = makeWorld();
  for (const id of ['three', 'one', 'two']) world.send({ id });
  await world.deliver({ crash: { call: 1, moment: 'after' } });
  world.alter('three', { attempts: 3 });
  world.alter('two', { attempts: 2 });
  await world.clock.advance(world.queue.settings.visibilityTimeoutSeconds * 1000);
  await world.deliver();
  expect(world.starts).toEqual(['one/2', 'two/3', 'three/4']);
});
