import { describe, expect, test } from 'vitest';
import type { JobTable } from '../../../../lib/operator/job-table.ts';
import { cancel } from '../../../../lib/operator/jobs/cancel-and-retry.ts';
import { retryNow } from '../../../../lib/operator/retry-now.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const tableOf = ({ dynamoDb, clock }: World): JobTable => ({
  dynamoDb: dynamoDb.client,
  table: JOBS_TABLE,
  now: clock.now,
});
const job = { type: 'probe', key: 'a' };
const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

async function parked(seconds = 3600): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'a', runAt: later(world, seconds) });
  await world.deliver();
  expect(world.job('a')).toMatchObject({ status: 'SCHEDULED' });
  return world;
}

describe('cancel', () => {
  test('refusedAhead: the message that comes later is acknowledged and runs nothing', async () => {
    const world = makeWorld();
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({
      row: 'refusedAhead',
      item: { status: 'CANCELLED' },
    });
    world.send({ id: 'a' });
    await world.drain(3600);
    expect(world.starts).toEqual([]);
    expect(world.queue.messages()).toEqual([]);
    expect(world.job('a')?.status).toBe('CANCELLED');
  });

  test('refusedAhead: over an item whose retention is over', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    await world.clock.advance(9 * 24 * 3600 * 1000);
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({
      row: 'refusedAhead',
      item: { runNo: 2 },
    });
    world.send({ id: 'a' });
    await world.drain(3600);
    expect(world.starts).toEqual(['a/1']);
  });

  test('cancelledWaiting: a parked job ends at once and never comes back', async () => {
    const world = await parked();
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({
      row: 'cancelledWaiting',
      item: { status: 'CANCELLED' },
    });
    await world.clock.advance(2 * 3600 * 1000);
    expect(await world.tick()).toMatchObject({ released: 0 });
    await world.drain(3600);
    expect(world.starts).toEqual([]);
  });

  test('cancelledWaiting: one that waits in place ends when its message comes', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    expect(world.job('a')?.status).toBe('RETRYING');
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({ row: 'cancelledWaiting' });
    await world.drain(3600);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')?.status).toBe('CANCELLED');
    expect(world.queue.messages()).toEqual([]);
  });

  test('cancelRequested: one that runs ends CANCELLED instead of being tried again', async () => {
    const world = makeWorld({
      async perform() {
        expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({ row: 'cancelRequested' });
        throw new Error('interrupted');
      },
    });
    world.send({ id: 'a' });
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'CANCELLED', attempts: 1 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('of a job that begins in between decides anew', async () => {
    const world = await parked(600);
    const begins = () =>
      world.alter('a', {
        ...{ status: 'INPROGRESS', attempts: 1, owner: 'x', leaseUntil: world.clock.now() + 1000 },
        ...{ dueAt: undefined, listKey: undefined, listAt: undefined, envelope: undefined },
      });
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens: begins });
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({ row: 'cancelRequested' });
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', cancelRequested: true });
  });

  test('of a finished job writes nothing', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    const before = world.job('a');
    expect(await cancel(tableOf(world), world.definition, 'a')).toEqual({ row: 'none', item: before });
    expect(world.job('a')).toEqual(before);
  });

  test('whose reply was lost stands', async () => {
    const world = await parked();
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'repeated' });
    expect((await cancel(tableOf(world), world.definition, 'a')).item?.status).toBe('CANCELLED');
  });

  test('gives up on a job that changes each time it is looked at', async () => {
    const world = await parked();
    const happens = () => world.alter('a', { dueAt: (world.job('a')?.dueAt ?? 0) + 1000 });
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens }, 5);
    await expect(cancel(tableOf(world), world.definition, 'a')).rejects.toThrow(/probe a changed 5 times/);
  });
});

describe('retry now', () => {
  test('dueNow: a parked job runs at the next tick', async () => {
    const world = await parked();
    expect(await retryNow(tableOf(world), job)).toMatchObject({ row: 'dueNow' });
    expect(await world.tick()).toMatchObject({ released: 1 });
    await world.drain();
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')?.status).toBe('COMPLETED');
  });

  test('dueNow: after its message was released, the job still runs once', async () => {
    const world = await parked(120);
    await world.clock.advance(60_000);
    await world.tick();
    expect(world.queue.messages()).toHaveLength(1);
    expect(await retryNow(tableOf(world), job)).toMatchObject({ row: 'dueNow' });
    await world.tick();
    await world.drain(300);
    expect(world.starts).toEqual(['a/1']);
    expect(world.queue.messages()).toEqual([]);
  });

  test('leaves one that waits in place, and one that does not exist', async () => {
    const world = makeWorld();
    expect(await retryNow(tableOf(world), job)).toEqual({ row: 'none', item: undefined });
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.deliver();
    const before = world.job('a');
    expect(await retryNow(tableOf(world), job)).toEqual({ row: 'none', item: before });
    await world.drain(60);
    expect(world.job('a')?.status).toBe('COMPLETED');
  });
});
