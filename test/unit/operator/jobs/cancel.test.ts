import { describe, expect, test } from 'vitest';
import type { JobTable } from '../../../../lib/operator/job-table.ts';
import { cancel, retryNow } from '../../../../lib/operator/jobs/cancel-and-retry.ts';
import { awsError } from '../../../../lib/testing/index.ts';
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

describe('a cancellation', () => {
  test('refusedAhead: of an unknown job makes its later message run nothing', async () => {
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

  test('refusedAhead: of a job whose retention is over makes its later message run nothing', async () => {
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

  test('cancelledWaiting: of a parked job ends it at once; the dispatcher releases nothing', async () => {
    const world = await parked();
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({
      row: 'cancelledWaiting',
      item: { status: 'CANCELLED' },
    });
    // It is on no list, and holds no body any more.
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(world.job('a')).not.toHaveProperty(gone);
    await world.clock.advance(2 * 3600 * 1000);
    expect(await world.tick()).toMatchObject({ released: 0 });
    await world.drain(3600);
    expect(world.starts).toEqual([]);
  });

  test('cancelledWaiting: of a job that waits in the queue acknowledges its message when it comes', async () => {
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

  test('cancelRequested: of a running job ends it CANCELLED instead of a retry', async () => {
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

  test('of a job that begins in between is decided again', async () => {
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

  test('holds after its reply was lost', async () => {
    const world = await parked();
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'repeated' });
    expect((await cancel(tableOf(world), world.definition, 'a')).item?.status).toBe('CANCELLED');
  });

  test('fails on a job that changes each time it is read', async () => {
    const world = await parked();
    const happens = () => world.alter('a', { dueAt: (world.job('a')?.dueAt ?? 0) + 1000 });
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens }, 5);
    const cancelling = cancel(tableOf(world), world.definition, 'a');
    await expect(cancelling).rejects.toThrow(/^probe a changed 5 times meanwhile; try again$/);
    await expect(cancelling).rejects.toMatchObject({ name: 'JobChangedError' });
  });

  test('leaves a job alone that a newer version of Sluice wrote', async () => {
    const world = await parked();
    world.alter('a', { schema: 2 });
    const item = world.job('a');
    await expect(cancel(tableOf(world), world.definition, 'a')).rejects.toThrow(
      "probe a was written by a newer version of Sluice (schema 2, this one knows 1): use that version's command",
    );
    expect(world.job('a')).toEqual(item);
  });

  test.each([
    ['of this one', 1],
    ['of a time without numbers', undefined],
  ])('leaves a job alone that a newer version begins after it was read as one %s', async (_, schema) => {
    const world = makeWorld();
    const running = { id: 'probe#a', type: 'probe', jobId: 'a', status: 'INPROGRESS', runNo: 1 };
    world.dynamoDb.put(JOBS_TABLE, { ...running, ...(schema && { schema }), owner: 'of this version' });
    const begins = () => world.dynamoDb.put(JOBS_TABLE, { ...running, schema: 2, owner: 'of the next version' });
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'meanwhile', happens: begins });
    await expect(cancel(tableOf(world), world.definition, 'a')).rejects.toThrow('a newer version of Sluice');
    expect(world.job('a')).not.toHaveProperty('cancelRequested');
  });

  test('whose write is refused fails as DynamoDB said, and is not tried again', async () => {
    const world = await parked();
    const error = awsError('AccessDeniedException', 'no', 400);
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'fails', error });
    await expect(cancel(tableOf(world), world.definition, 'a')).rejects.toBe(error);
    expect(world.job('a')?.status).toBe('SCHEDULED');
  });

  test('of a job that begins before it is written is decided again: it does not write over it', async () => {
    const world = makeWorld();
    const happens = () =>
      world.dynamoDb.put(JOBS_TABLE, { id: 'probe#a', type: 'probe', jobId: 'a', status: 'INPROGRESS', runNo: 1 });
    world.dynamoDb.faults.plan('PutItem', { kind: 'meanwhile', happens });
    expect(await cancel(tableOf(world), world.definition, 'a')).toMatchObject({ row: 'cancelRequested' });
    const reads = world.dynamoDb.calls.filter(({ name }) => name === 'GetItem').map(({ input }) => input);
    expect(reads[0]).toMatchObject({ TableName: JOBS_TABLE, Key: { id: { S: 'probe#a' } }, ConsistentRead: true });
  });
});

describe('a retry', () => {
  test('dueNow: of a parked job starts it at the next tick', async () => {
    const world = await parked();
    expect(await retryNow(tableOf(world), job)).toMatchObject({ row: 'dueNow' });
    expect(await world.tick()).toMatchObject({ released: 1 });
    await world.drain();
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')?.status).toBe('COMPLETED');
  });

  test('dueNow: of a job whose message was released runs it once', async () => {
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

  test('changes no job that waits in the queue, and none that does not exist', async () => {
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
