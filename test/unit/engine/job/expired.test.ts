import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const at = (world: World, seconds: number) => iso(world.clock.now() + seconds * 1000);
const late = { do: 'complete' };

/** The events of jobs that expired, as they were taken. */
const events = ({ bus }: World) =>
  bus.events.filter((event) => event['detail-type'] === 'Job Expired').map(({ detail }) => detail);

describe('a job that has not begun in time', () => {
  test('ends EXPIRED without running, is counted, logged and published, and leaves no dead letter', async () => {
    const world = makeWorld();
    world.send({ id: 'a', startBefore: at(world, 5), payload: late });
    await world.clock.advance(5000);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual([]);
    const error = { name: 'JobExpiredError', message: expect.stringMatching(/^it had not begun before /) };
    expect(world.job('a')).toMatchObject({ status: 'EXPIRED', attempts: 0, reason: 'Expired', error });
    expect(world.job('a')).not.toHaveProperty('processedAt');
    expect(total(world.output, 'JobsExpired')).toBe(1);
    expect(total(world.output, 'JobsDeadLettered')).toBe(0);
    expect(world.output.events()).toContain('job.expired');
    const expiredAt = world.job('a')?.failedAt;
    expect(events(world)).toMatchObject([{ id: 'a', type: 'probe', run: 1, attempts: 0, error, expiredAt }]);
    expect([world.deadLetters.messages(), world.queue.messages()]).toEqual([[], []]);
  });

  test('stays what it is when its message comes again', async () => {
    const world = makeWorld();
    const body = { id: 'a', startBefore: at(world, 5), payload: late };
    world.send(body);
    world.send(body);
    await world.clock.advance(5000);
    await world.drain(60);
    expect(world.starts).toEqual([]);
    expect(total(world.output, 'JobsExpired')).toBe(1);
    expect(total(world.output, 'JobsDuplicate')).toBe(1);
  });

  test('keeps its message until EventBridge has taken the event', async () => {
    const world = makeWorld();
    world.bus.faults.plan('PutEvents', { kind: 'fails', error: awsError('AccessDeniedException', 'no', 400) });
    world.send({ id: 'a', startBefore: at(world, 5), payload: late });
    await world.clock.advance(5000);
    const { kept } = await world.deliver();
    expect([kept.length, events(world)]).toEqual([1, []]);
    await world.drain(3600);
    expect(events(world)).toHaveLength(1);
    expect(total(world.output, 'JobsExpired')).toBe(1);
    expect(world.queue.messages()).toEqual([]);
  });

  test('by its definition is counted from when SQS took it, also once its message was sent anew', async () => {
    const world = makeWorld({ definition: defineProbe({ startWithinSeconds: 20 }) });
    // It has no name but its message's id: its first wait sends it anew.
    world.send({ runAt: at(world, 10), payload: late });
    world.send({ payload: late });
    await world.clock.advance(19_000);
    await world.deliver();
    expect(world.starts).toHaveLength(2);
    const limited = makeWorld({
      definition: defineProbe({ startWithinSeconds: 20, rateLimit: { limit: 1, perSeconds: 3600 } }),
    });
    for (let i = 0; i < 2; i++) limited.send({ payload: late });
    await limited.drain(21);
    expect(limited.starts).toHaveLength(1);
    expect(total(limited.output, 'JobsExpired')).toBe(1);
  });

  test('is told at its deadline, also where its turn is far ahead in the table', async () => {
    const world = makeWorld({ definition: defineProbe({ rateLimit: { limit: 1, perSeconds: 3600 } }) });
    const born = world.clock.now();
    for (const id of ['a', 'b']) world.send({ id, startBefore: at(world, 300), payload: late });
    await world.drain(1);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('b')).toMatchObject({ status: 'SCHEDULED', dueAt: born + 300_500, startBefore: born + 300_000 });
    await world.clock.advance(240_000);
    await world.tick();
    await world.drain(120);
    expect(world.job('b')).toMatchObject({ status: 'EXPIRED' });
    const expired = Date.parse(world.job('b')?.failedAt ?? '') - born;
    expect(expired).toBeGreaterThanOrEqual(300_000);
    expect(expired).toBeLessThan(303_000);
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('a job that has begun', () => {
  test('is retried beyond its startBefore', async () => {
    const world = makeWorld({ definition: defineProbe({ startWithinSeconds: 1 }) });
    world.send({ id: 'a', startBefore: at(world, 1), payload: { do: 'fail', times: 2 } });
    await world.drain(3600);
    expect(world.starts.length).toBeGreaterThan(1);
    expect(total(world.output, 'JobsExpired')).toBe(0);
  });

  test('starts no attempt from its endBefore on: its wait ends then', async () => {
    const world = makeWorld();
    const born = world.clock.now();
    world.send({ id: 'a', endBefore: at(world, 3), payload: { do: 'fail' } });
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'EXPIRED', reason: 'Expired' });
    expect(world.job('a')?.error?.message).toMatch(/^no attempt may start from /);
    expect(world.starts.length).toBeGreaterThan(0);
    expect(Date.parse(world.job('a')?.processedAt ?? '')).toBeLessThan(born + 3000);
    expect(Date.parse(world.job('a')?.failedAt ?? '')).toBeLessThan(born + 5000);
    expect(events(world)).toHaveLength(1);
  });

  test('ends EXPIRED where its process died and its lease is out after endBefore', async () => {
    const world = makeWorld();
    world.send({ id: 'a', endBefore: at(world, 2), payload: { do: 'complete' } });
    await world.deliver({ crash: { call: 2, moment: 'before' } });
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS' });
    await world.drain(3600);
    expect(world.job('a')).toMatchObject({ status: 'EXPIRED', attempts: 1 });
    expect(total(world.output, 'JobsStalled')).toBe(0);
  });
});

describe('of a type with expired: deadLetter', () => {
  test('a job is dead-lettered for the reason Expired, and a redrive begins it all the same', async () => {
    const world = makeWorld({ definition: defineProbe({ expired: 'deadLetter' }) });
    const body = { id: 'a', startBefore: at(world, 5), payload: late };
    world.send(body);
    await world.clock.advance(5000);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'Expired', attempts: 0 });
    const [letter] = world.deadLetters.messages();
    expect(letter?.attributes.reason?.StringValue).toBe('Expired');
    expect([total(world.output, 'JobsExpired'), total(world.output, 'JobsDeadLettered')]).toEqual([1, 1]);
    expect(events(world)).toEqual([]);
    world.send(body, { attributes: { jobId: 'a', run: '1' } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  test('a redrive after endBefore dies again, and never runs', async () => {
    const world = makeWorld({ definition: defineProbe({ expired: 'deadLetter' }) });
    const body = { id: 'a', endBefore: at(world, 5), payload: { do: 'permanent' } };
    world.send(body);
    await world.deliver();
    await world.clock.advance(5000);
    world.send(body, { attributes: { jobId: 'a', run: '1' } });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'Expired', runNo: 2, attempts: 0 });
    expect(world.deadLetters.messages()).toHaveLength(2);
  });
});

describe('a type that begins optimistically', () => {
  test.each(['startBefore', 'endBefore'])('refuses a message with %s: its job dies, and never runs', async (name) => {
    const world = makeWorld({ definition: defineProbe({ begin: 'optimistic' }) });
    world.send({ id: 'a', [name]: at(world, 3600), payload: late });
    await world.drain(60);
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
    expect(world.job('a')?.error?.message).toContain('probe begins optimistically, and its jobs cannot expire');
  });
});
