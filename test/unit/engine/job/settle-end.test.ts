import { describe, expect, test } from 'vitest';
import { JobResultError } from '../../../../lib/contract/errors.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { total } from '../../../support/output.ts';
import { JOBS_TABLE, makeWorld } from '../../../support/world.ts';

const DAY_S = 24 * 3600;

describe('a job whose handler returned', () => {
  test('keeps its result and time for the retention', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 3, result: [1, { b: null }] } });
    await world.deliver();
    const nowMs = world.clock.now();
    const expiration = nowMs / 1000 + 8 * DAY_S;
    const expected = { status: 'COMPLETED', result: [1, { b: null }], completedAt: iso(nowMs), expiration };
    expect(world.job('a')).toMatchObject(expected);
  });

  test('has no result if the handler returned nothing', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).not.toHaveProperty('result');
  });

  test('is COMPLETED even if it was cancelled meanwhile', async () => {
    const world = makeWorld({ perform: () => world.alter('a', { cancelRequested: true }) });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')?.status).toBe('COMPLETED');
  });
});

describe('a job that fails for good', () => {
  test.each([
    ['a permanent error', { do: 'permanent' }, 1, 'PermanentError'],
    ['the last attempt', { do: 'fail' }, 5, 'AttemptsExhausted'],
    ['the last attempt that asks for a later one', { do: 'retryAfter', seconds: 9 }, 5, 'AttemptsExhausted'],
  ])('dies of %s', async (_, payload, attempts, reason) => {
    const world = makeWorld();
    world.send({ id: 'a', payload });
    await world.deliver();
    if (attempts > 1) {
      world.alter('a', { attempts: attempts - 1, dueAt: world.clock.now() });
      await world.drain(3600);
    }
    const item = world.job('a');
    expect(item).toMatchObject({ status: 'DEAD', reason, attempts });
    expect(item?.failedAt).toBe(iso(item?.listAt ?? 0));
    expect(item?.expiration).toBe(Math.ceil((item?.listAt ?? 0) / 1000) + 22 * DAY_S);
    expect(world.deadLetters.messages()).toHaveLength(1);
    expect(total(world.output, 'JobsDeadLettered')).toBe(1);
  });

  test.each([
    ['a function', () => undefined],
    ['a number that is none', { sum: Number.NaN }],
    ['more than 100 KB', 'x'.repeat(100 * 1024)],
  ])('dies of a result that cannot be kept: %s', async (_, result) => {
    const world = makeWorld({ perform: () => result });
    world.send({ id: 'a' });
    await world.deliver();
    const error = { name: new JobResultError('').name };
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'PermanentError', error });
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('a cancelled job that would be tried again', () => {
  test.each([
    ['a retry in place', { do: 'fail' }],
    ['a parked retry', { do: 'retryAfter', seconds: 600 }],
    ['a snooze', { do: 'snooze', seconds: 600 }],
  ])('ends CANCELLED after %s', async (_, payload) => {
    const world = makeWorld();
    const cancels = () => world.alter('a', { cancelRequested: true });
    world.send({ id: 'a', payload });
    const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('RETRYING');
    world.dynamoDb.faults.plan(settles, { kind: 'meanwhile', happens: cancels });
    const { kept } = await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(kept).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'CANCELLED', expiration: world.clock.now() / 1000 + 8 * DAY_S });
    expect(world.job('a')).not.toHaveProperty('dueAt');
    expect(world.deadLetters.messages()).toEqual([]);
  });

  test('is DEAD if it failed for good', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('DEAD');
    world.dynamoDb.faults.plan(settles, {
      kind: 'meanwhile',
      happens: () => world.alter('a', { cancelRequested: true }),
    });
    await world.deliver();
    expect(world.job('a')?.status).toBe('DEAD');
  });
});

describe('an attempt that lost its lease', () => {
  test.each([
    ['completed', { do: 'complete' }],
    ['failed', { do: 'fail' }],
    ['died', { do: 'permanent' }],
  ])('changes nothing and keeps its message when its handler has %s', async (_, payload) => {
    const world = makeWorld();
    world.send({ id: 'a', payload });
    const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('UPDATE');
    const stolen = { owner: 'thief', attempts: 2 } as const;
    world.dynamoDb.faults.plan(settles, { kind: 'meanwhile', happens: () => world.alter('a', stolen) });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', ...stolen });
    expect(world.deadLetters.messages()).toEqual([]);
    expect(world.output.events()).toContain('job.lease-lost');
    expect(total(world.output, 'JobsCompleted') + total(world.output, 'JobsFailed')).toBe(0);
  });

  test('does not insert its item again if it is gone', async () => {
    const world = makeWorld();
    const table = world.dynamoDb.table(JOBS_TABLE);
    world.send({ id: 'a' });
    const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('UPDATE');
    const happens = () => table.delete({ id: { S: 'probe#a' } });
    world.dynamoDb.faults.plan(settles, { kind: 'meanwhile', happens });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(table.items()).toEqual([]);
  });
});
