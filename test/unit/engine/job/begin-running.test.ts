import { describe, expect, test } from 'vitest';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** A world with job `a` held by a process that died in its first attempt. */
async function crashed(payload: object = { do: 'complete' }): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'a', payload });
  const { outcome } = await world.deliver({ crash: { call: 1, moment: 'after' } });
  expect(outcome).toBe('crashed');
  expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
  return world;
}

describe('a job under a valid lease', () => {
  test('makes another copy of its message wait until a second after the lease', async () => {
    const world = await crashed();
    const { leaseUntil = 0 } = world.job('a') ?? {};
    await world.clock.advance(1000);
    world.send({ id: 'a', payload: { do: 'complete' } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual([]);
    const copy = world.queue.messages().find(({ messageId }) => messageId === kept[0]);
    expect(copy?.visibleAtMs).toBe(leaseUntil + 1000);
  });

  test('runs once if one batch holds two copies: the second waits', async () => {
    const world = makeWorld();
    const fields = { id: 'a', payload: { do: 'work', seconds: 2 } };
    world.send(fields);
    world.send(fields);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual(['a/1']);
    await world.drain(60);
    expect(world.starts).toEqual(['a/1']);
    expect(world.queue.messages()).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });
});

describe('a cancelled job whose attempt crashed', () => {
  test('ends CANCELLED without another attempt', async () => {
    const world = await crashed();
    world.alter('a', { cancelRequested: true });
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'CANCELLED', attempts: 1 });
    expect(world.starts).toEqual([]);
    expect(world.deadLetters.messages()).toEqual([]);
  });
});

describe('a stalled job', () => {
  test('begins its next attempt once the lease has run out', async () => {
    const world = await crashed();
    await world.drain(3600);
    expect(world.starts).toEqual(['a/2']);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(total(world.output, 'JobsStalled')).toBe(1);
    expect(world.output.events()).toContain('job.stalled');
  });

  test('runs alone, after the rest of the batch is settled and its metrics are flushed', async () => {
    const world = makeWorld({
      perform: (_, { job }) => {
        if (job.id !== 'poison') return;
        const mates = ['m1', 'm2', 'm3'].map((id) => world.job(id)?.status);
        expect(mates).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED']);
        expect(total(world.output, 'JobsCompleted')).toBe(3);
      },
    });
    world.send({ id: 'poison' });
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    await world.clock.advance(3600_000);
    for (const id of ['m1', 'm2', 'm3']) world.send({ id });
    const { records } = await world.deliver();
    expect(records).toHaveLength(4);
    expect(world.starts.at(-1)).toBe('poison/2');
    expect(world.job('poison')?.status).toBe('COMPLETED');
  });

  test('runs after another stalled job, not beside it', async () => {
    const running = new Set<string>();
    let most = 0;
    const world = makeWorld({
      perform: async (_, { job }, clock) => {
        running.add(job.id);
        most = Math.max(most, running.size);
        await new Promise<void>((resolve) => void clock.after(1000, resolve));
        running.delete(job.id);
      },
    });
    world.send({ id: 'a' });
    world.send({ id: 'b' });
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    await world.drain(3600);
    expect(most).toBe(1);
    expect(world.starts).toEqual(['a/2', 'b/2']);
    expect([world.job('a')?.status, world.job('b')?.status]).toEqual(['COMPLETED', 'COMPLETED']);
  });

  test('spends no attempts but its own if it kills its process', async () => {
    const world = makeWorld({
      perform: (_, { job }, clock) => {
        if (job.id === 'poison') clock.after(500, world.kill);
        return new Promise<void>((resolve) => void clock.after(1000, resolve));
      },
    });
    for (const id of ['m1', 'm2', 'poison', 'm3']) world.send({ id });
    await world.drain(24 * 3600);
    expect(world.job('poison')).toMatchObject({ status: 'DEAD', reason: 'Crashed', attempts: 5 });
    expect(world.starts.filter((start) => start.startsWith('poison'))).toHaveLength(5);
    for (const id of ['m1', 'm2', 'm3']) expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(world.deadLetters.messages()).toHaveLength(1);
  });
});

describe('a job whose last attempt crashed', () => {
  test('dies with the attempts it has', async () => {
    const world = await crashed();
    world.alter('a', { attempts: 5 });
    await world.drain(3600);
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'Crashed', attempts: 5 });
    expect(world.deadLetters.messages()).toMatchObject([{ attributes: { reason: { StringValue: 'Crashed' } } }]);
    expect(total(world.output, 'JobsDeadLettered')).toBe(1);
  });
});
