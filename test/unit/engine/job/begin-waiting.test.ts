import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { total } from '../../../support/output.ts';
import { makeWorld } from '../../../support/world.ts';

const DAY_MS = 24 * 3600_000;

describe('a message with the key or id of another job', () => {
  test('is deleted and changes nothing if another job holds the key', async () => {
    const world = makeWorld();
    world.send({ id: 'a', key: 'k', payload: { do: 'complete', result: 1 } });
    await world.deliver();
    const before = world.job('k');
    world.send({ id: 'b', key: 'k', payload: { do: 'complete', result: 2 } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('k')).toEqual(before);
    expect(total(world.output, 'JobsDuplicate')).toBe(1);
  });

  test.each([
    ['waits', { status: 'RETRYING', dueAt: 0 }],
    ['runs', { status: 'INPROGRESS', owner: 'other', leaseUntil: 0 }],
    ['is dead and undelivered', { status: 'DEAD', undelivered: true }],
  ] as const)('is deleted if it brings another body under the id of a job that %s', async (_, state) => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    world.alter('a', state);
    const before = world.job('a');
    world.send({ id: 'a', payload: { do: 'permanent' } });
    world.send('{"id":"a","payload":"refused"}');
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.job('a')).toEqual(before);
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('a message with another job’s key and body', () => {
  test.each([
    ['waits', 'fail'],
    ['runs', 'hang'],
  ])('is deleted if the other job %s', async (_, behaviour) => {
    const world = makeWorld();
    const body = JSON.stringify({ key: 'k', payload: { do: behaviour } });
    world.send(body, { attributes: { sluice: '{"id":"a","key":"k"}' } });
    if (behaviour === 'hang') await world.deliver({ crash: { call: 2, moment: 'after' } });
    else await world.deliver();
    const before = world.job('k');
    await world.clock.advance(1000);
    const stranger = world.send(body, { attributes: { sluice: '{"id":"b","key":"k"}' } });
    const { kept } = await world.deliver();
    expect(kept).not.toContain(stranger);
    if (behaviour === 'hang') expect(world.job('k')).toEqual(before);
    expect(world.job('k')?.jobId).toBe('a');
    expect(world.output.events()).toContain('job.duplicate');
  });
});

describe('a waiting job that is due', () => {
  test('runs its next attempt, which gets the last error', async () => {
    const seen: unknown[] = [];
    const world = makeWorld({
      perform: (_, { job }) => {
        seen.push(job.error);
        if (job.attempts === 1) throw new RangeError('out of it');
      },
    });
    world.send({ id: 'a' });
    await world.drain(10);
    expect(world.starts).toEqual(['a/1', 'a/2']);
    expect(seen).toEqual([undefined, { name: 'RangeError', message: 'out of it' }]);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(world.job('a')).not.toHaveProperty('dueAt');
  });

  test('begins at most half a second early', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.deliver();
    const { dueAt = 0 } = world.job('a') ?? {};
    world.clock.set(dueAt - 501);
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    world.clock.set(dueAt - 500);
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/2']);
  });

  test('leaves its list without its envelope if it was released', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 120_000;
    world.send({ id: 'a', runAt: iso(dueAt) });
    await world.deliver();
    world.clock.set(dueAt - 60_000);
    await world.tick();
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', dueAt, listAt: dueAt + DAY_MS });
    await world.drain(90);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1, processedAt: iso(dueAt) });
    for (const name of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(world.job('a')).not.toHaveProperty(name);
    expect(world.dynamoDb.table('sluice-test-jobs').index()).toEqual([]);
  });
});

describe('a waiting job that is not due', () => {
  test('deletes a leftover message if it is parked, as its release sends another', async () => {
    const world = makeWorld();
    const fields = { id: 'a', runAt: iso(world.clock.now() + 600_000) };
    world.send(fields);
    world.send(fields);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', attempts: 0 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('deletes a leftover message even if it is due but not released yet', async () => {
    const world = makeWorld();
    const fields = { id: 'a', runAt: iso(world.clock.now() + 600_000) };
    world.send(fields);
    await world.deliver();
    await world.clock.advance(700_000);
    world.send(fields);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual([]);
    await world.tick();
    await world.drain(5);
    expect(world.starts).toEqual(['a/1']);
  });

  test('deletes the released message of an earlier wait, and runs with that of this one', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 600_000;
    const fields = { id: 'a', runAt: iso(dueAt) };
    world.send(fields);
    await world.deliver();
    await world.clock.advance(600_000);
    world.send(fields, { attributes: { jobId: 'a', due: String(dueAt - 1) } });
    await world.deliver();
    expect(world.starts).toEqual([]);
    world.send(fields, { attributes: { jobId: 'a', due: String(dueAt) } });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
  });

  test('makes an early message wait if it waits in place', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 40 } });
    await world.deliver();
    const { dueAt = 0 } = world.job('a') ?? {};
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 40 } });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.queue.messages().map(({ visibleAtMs }) => visibleAtMs)).toEqual([dueAt, dueAt]);
  });
});
