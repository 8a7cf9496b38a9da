import { describe, expect, test } from 'vitest';
import { RetryAfterError, SnoozeError } from '../../../../lib/contract/errors.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { envelope } from '../../../support/factories.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const DAY_S = 24 * 3600;
const BIG = 'x'.repeat(330 * 1024);

describe('a retry within a minute', () => {
  test('waits in its queue for as long as the policy says', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail' } });
    const { kept } = await world.deliver();
    const dueAt = world.clock.now() + 1000;
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', dueAt, error: { message: 'attempt 1 failed' } });
    expect(world.job('a')).not.toHaveProperty('listKey');
    expect(world.queue.nextVisibleAtMs()).toBe(dueAt);
    expect([total(world.output, 'JobsFailed'), total(world.output, 'JobsRetried')]).toEqual([1, 1]);
  });

  test('waits in its queue for up to 60 s, and is parked for a millisecond more', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 60 } });
    world.send({ id: 'b', payload: { do: 'retryAfter', seconds: 60.001 } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).not.toHaveProperty('listKey');
    expect(world.job('b')?.listKey).toMatch(/^due#/);
  });

  test('waits in its queue, however long, if its body is too big to park', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 7200, filler: BIG } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', dueAt: world.clock.now() + 7_200_000 });
    expect(world.job('a')).not.toHaveProperty('envelope');
  });

  test('waits in its queue if its item would pass 400 KB with its envelope, and counts as a failure', async () => {
    const world = makeWorld();
    const body = envelope({ id: 'a', payload: { do: 'retryAfter', seconds: 600, filler: 'x'.repeat(319 * 1024) } });
    world.send(body);
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    world.alter('a', { checkpoint: 'y'.repeat(90 * 1024), checkpointNo: 1 });
    await world.clock.advance(3600_000);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', dueAt: world.clock.now() + 600_000 });
    expect(world.job('a')).not.toHaveProperty('listKey');
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 600_000);
    expect(world.output.events()).toContain('job.failed');
    expect([total(world.output, 'JobsFailed'), total(world.output, 'JobsRetried')]).toEqual([1, 1]);
  });
});

/** A body that could be parked, beside a checkpoint that leaves no room for it in the item. */
const NEARLY = 'x'.repeat(319 * 1024);

describe('a job whose item would pass 400 KB', () => {
  /** Attempt 1 was lost with its process; attempt 2 is put back; attempt 3 completes. */
  async function putBack(thrown: Error): Promise<World> {
    const world = makeWorld({
      perform() {
        if (world.starts.length < 2) throw thrown;
        return 'at last';
      },
    });
    world.send(envelope({ id: 'a', payload: { do: 'complete', filler: NEARLY } }));
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    world.alter('a', { checkpoint: 'y'.repeat(90 * 1024), checkpointNo: 1 });
    await world.clock.advance(3600_000);
    await world.deliver();
    return world;
  }

  test.each([
    ['a retry', new RetryAfterError(600)],
    ['a snooze', new SnoozeError(600)],
  ])('waits in its queue for %s, and runs to its end by its own message', async (_, thrown) => {
    const world = await putBack(thrown);
    const { dueAt = 0 } = world.job('a') ?? {};
    expect(dueAt).toBe(world.clock.now() + 600_000);
    for (const name of ['envelope', 'listKey', 'listAt']) expect(world.job('a')).not.toHaveProperty(name);
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', result: 'at last' });
    expect(world.queue.messages()).toEqual([]);
  });

  test('that waited for a due time of its own before does the same', async () => {
    const world = makeWorld({
      perform(_, { job }) {
        if (job.attempts > 1) return 'at last';
        world.alter('a', { checkpoint: 'y'.repeat(90 * 1024), checkpointNo: 1 });
        throw new RetryAfterError(7200);
      },
    });
    world.send(
      envelope({ id: 'a', runAt: iso(world.clock.now() + 600_000), payload: { do: 'complete', filler: NEARLY } }),
    );
    await world.deliver();
    await world.clock.advance(580_000);
    await world.tick();
    await world.drain(20);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 1 });
    await world.drain(8000);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2, result: 'at last' });
  });
});

describe('a retry beyond a minute', () => {
  test('is parked with its body, released, and runs at its time', async () => {
    const world = makeWorld();
    const body = envelope({ id: 'a', payload: { do: 'fail', times: 3, result: 'at last' } });
    world.send(body, { group: 'tenant-1' });
    await world.drain(31);
    const { dueAt = 0 } = world.job('a') ?? {};
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 3, envelope: { body, group: 'tenant-1' } });
    expect(world.queue.messages()).toEqual([]);
    await world.clock.advance(240_000);
    await world.tick();
    await world.drain(60);
    expect(world.job('a')).toMatchObject({
      status: 'COMPLETED',
      attempts: 4,
      result: 'at last',
      processedAt: iso(dueAt),
    });
  });
});

describe('the expiration of an unfinished job', () => {
  test.each([
    ['in place', 40],
    ['parked', 6 * DAY_S],
  ])('is the due time and a dead job’s retention if it waits %s', async (_, seconds) => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds } });
    await world.deliver();
    expect(world.job('a')?.expiration).toBe(world.clock.now() / 1000 + seconds + 22 * DAY_S);
  });

  test('is the end of the lease and a dead job’s retention if it runs', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    const { expiration, leaseUntil = 0 } = world.job('a') ?? {};
    expect(expiration).toBe(leaseUntil / 1000 + 22 * DAY_S);
  });

  test('is the due time and a dead job’s retention if it is scheduled for half a year ahead', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 183 * DAY_S * 1000;
    world.send({ id: 'a', runAt: iso(dueAt) });
    await world.deliver();
    expect(world.job('a')?.expiration).toBe(dueAt / 1000 + 22 * DAY_S);
  });
});

describe('a snooze', () => {
  test('gives the attempt back and keeps the counters', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'snooze', seconds: 5 } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, snoozes: 1, snoozesInRow: 1 });
    expect(world.job('a')?.error).toMatchObject({ name: 'SnoozeError' });
    expect([total(world.output, 'JobsFailed'), total(world.output, 'JobsRetried')]).toEqual([0, 0]);
    expect(world.output.events()).toContain('job.snoozed');
  });

  test('beyond a minute is parked', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'snooze', seconds: 3600 } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.job('a')).toMatchObject({ attempts: 0, snoozes: 1, listAt: world.clock.now() + 3600_000 });
  });

  test('is allowed a hundred times in a row; the 101st lets the job die', async () => {
    const world = makeWorld({ definition: defineProbe({ retry: { maxAttempts: 1 } }) });
    world.send({ id: 'a', payload: { do: 'snooze', seconds: 1 } });
    for (let i = 0; i < 100; i++) {
      await world.deliver();
      await world.clock.advance(1000);
    }
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, snoozes: 100, snoozesInRow: 100 });
    await world.deliver();
    const expected = { status: 'DEAD', reason: 'AttemptsExhausted', attempts: 1, error: { name: 'SnoozeError' } };
    expect(world.job('a')).toMatchObject(expected);
    expect(world.starts).toHaveLength(101);
  });

  test('is counted from 1 again after a failure', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail' } });
    await world.deliver();
    world.alter('a', { snoozes: 4, snoozesInRow: 4 });
    await world.drain(1);
    expect(world.job('a')).toMatchObject({ attempts: 2, snoozes: 4, snoozesInRow: 0 });
  });
});
