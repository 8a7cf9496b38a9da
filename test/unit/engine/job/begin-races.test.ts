import { describe, expect, test } from 'vitest';
import { itemId, type JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Call } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const isWrite = ({ name }: Call) => name === 'BatchExecuteStatement';

/** What another process, which got hold of the job in between, leaves. */
const taken = (world: World) =>
  ({ status: 'INPROGRESS', owner: 'other', attempts: 2, leaseUntil: world.clock.now() + 30_000 }) as const;

async function waiting(): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
  await world.deliver();
  await world.clock.advance(1000);
  return world;
}

async function stalled(change: Partial<JobItem> = {}): Promise<World> {
  const world = makeWorld();
  world.send({ id: 'a' });
  await world.deliver({ crash: { call: 1, moment: 'after' } });
  world.alter('a', change);
  await world.clock.advance(3600_000);
  return world;
}

describe('a begin whose item changes before its write', () => {
  test.each([
    ['due', waiting],
    ['stalled', stalled],
    ['cancelled', () => stalled({ cancelRequested: true })],
    ['crashed', () => stalled({ attempts: 5 })],
  ])('(%s) waits if another process took the job', async (_, lead) => {
    const world = await lead();
    const before = world.starts.length;
    const theirs = taken(world);
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens: () => world.alter('a', theirs) });
    const { kept } = await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(kept).toHaveLength(1);
    expect(world.starts).toHaveLength(before);
    expect(world.job('a')).toMatchObject(theirs);
    expect(world.queue.nextVisibleAtMs()).toBe(theirs.leaseUntil + 1000);
    expect(world.deadLetters.messages()).toEqual([]);
  });

  test('waits if a stalled item has the same counters under another owner', async () => {
    const world = await stalled();
    const theirs = { ...taken(world), attempts: 1 };
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens: () => world.alter('a', theirs) });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toMatchObject(theirs);
  });

  test('waits if another process inserted the item', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    const donor = makeWorld();
    donor.send({ id: 'a' });
    await donor.deliver({ crash: { call: 1, moment: 'after' } });
    const theirs = { ...donor.job('a'), ...taken(world) };
    const happens = () => world.dynamoDb.put(JOBS_TABLE, theirs);
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toEqual(theirs);
  });

  test('deletes its message if another body was first', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    const donor = makeWorld();
    donor.send({ id: 'a', payload: { do: 'complete', result: 'other' } });
    await donor.deliver();
    const happens = () => world.dynamoDb.put(JOBS_TABLE, { ...donor.job('a') });
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual([]);
    expect(world.job('a')?.result).toBe('other');
  });

  test('starts attempt 1 if the item is gone', async () => {
    const world = await waiting();
    const happens = () => world.dynamoDb.table(JOBS_TABLE).delete({ id: { S: itemId('probe', 'a') } });
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens });
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/1']);
  });

  test('keeps its message if the item changes again and again', async () => {
    const world = await waiting();
    let snoozes = 0;
    const happens = () => world.alter('a', { snoozes: ++snoozes });
    world.dynamoDb.faults.plan(isWrite, { kind: 'meanwhile', happens }, 100);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.starts).toEqual(['a/1']);
    expect(world.output.events()).toContain('job.not-settled');
  });
});
