import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { envelope } from '../../../support/factories.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const DAY_MS = 24 * 3600_000;

describe('a retired type', () => {
  const told = (world: World) => world.output.logs().filter(({ message }) => message === 'job.of-retired-type');

  test('runs what is sent all the same, and logs each job once, with the time at which it was sent', async () => {
    const world = makeWorld({ definition: defineProbe({ retired: true }) });
    const sentAt = iso(world.clock.now());
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.drain(60);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(told(world)).toMatchObject([{ level: 'WARN', jobId: 'a', jobType: 'probe', sentAt }]);
  });

  test('parks a job, and its parked jobs return', async () => {
    const world = makeWorld({ definition: defineProbe({ retired: true }) });
    world.send({ id: 'a', runAt: iso(world.clock.now() + 600_000) });
    await world.drain();
    await world.clock.advance(600_000);
    await world.tick();
    await world.drain();
    expect([world.job('a')?.status, told(world).length]).toEqual(['COMPLETED', 1]);
  });
});

describe('the first message of a job', () => {
  test('inserts its item, runs attempt 1 and completes with two writes', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'complete', result: { sum: 3 } } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toMatchObject({
      jobId: 'a',
      status: 'COMPLETED',
      attempts: 1,
      result: { sum: 3 },
      runNo: 1,
    });
    expect(world.dynamoDb.calls.map(({ name }) => name)).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement']);
    expect(world.queue.messages()).toEqual([]);
  });

  test('holds the lease until two seconds after the end of its invocation', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'work', seconds: 1 } });
    const startMs = world.clock.now();
    await world.deliver({ functionTimeoutSeconds: 25 });
    expect(world.job('a')).toMatchObject({ leaseUntil: startMs + 27_000, processedAt: iso(startMs), owner: 'owner-1' });
  });

  test('takes the job’s id from the attribute, or else from the message id', async () => {
    const world = makeWorld();
    world.send({}, { attributes: { sluice: '{"id":"from-attribute"}' } });
    const messageId = world.send({});
    await world.deliver();
    expect(world.job('from-attribute')).toMatchObject({ jobId: 'from-attribute', status: 'COMPLETED' });
    expect(world.job(messageId)).toMatchObject({ jobId: messageId, status: 'COMPLETED' });
  });

  test('keeps its key apart from its id, and its own maxAttempts', async () => {
    const world = makeWorld();
    world.send({ id: 'a', key: 'order:7', maxAttempts: 2 });
    await world.deliver();
    expect(world.job('order:7')).toMatchObject({ jobId: 'a', maxAttempts: 2 });
  });

  test('begins at once if the job is due within half a second', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 500) });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('the message of a job for later', () => {
  test('is deleted, its body, group and trace parked in the item', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 3600_000;
    const body = envelope({ id: 'a', runAt: iso(dueAt) });
    world.send(body, { group: 'tenant-1', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793' });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual([]);
    const parked = { body, group: 'tenant-1', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793' };
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', attempts: 0, dueAt, listAt: dueAt, envelope: parked });
    expect(world.job('a')?.listKey).toMatch(/^due#[0-7]$/);
  });

  test('waits in its queue if the job is due within a minute', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 60_000;
    world.send({ id: 'a', runAt: iso(dueAt) });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toBeUndefined();
    expect(world.queue.nextVisibleAtMs()).toBe(dueAt);
    await world.drain(60);
    expect(world.starts).toEqual(['a/1']);
  });

  test('waits in its queue, however long, if it is too big to park, and runs on time', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 20 * 3600_000;
    world.send({ id: 'a', runAt: iso(dueAt), payload: { do: 'complete', filler: 'x'.repeat(330 * 1024) } });
    await world.deliver();
    expect(world.job('a')).toBeUndefined();
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 11 * 3600_000);
    await world.drain(21 * 3600);
    expect(world.starts).toEqual(['a/1']);
    expect(Date.parse(world.job('a')?.processedAt ?? '')).toBe(dueAt);
  });
});

describe('a refused message', () => {
  test.each([
    ['a body that is not JSON', 'no JSON', 'InvalidMessage'],
    ['a body without a payload', '{"id":"a"}', 'InvalidMessage'],
    ['a reserved field', envelope({ v: 2 }), 'InvalidMessage'],
    ['a payload that its schema refuses', '{"payload":{"do":"dance"}}', 'InvalidPayload'],
  ])('%s: the job dies without an attempt', async (_, body, reason) => {
    const world = makeWorld();
    world.send(body, { attributes: { sluice: '{"id":"a"}' } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual([]);
    const item = world.job('a');
    expect(item).toMatchObject({ status: 'DEAD', reason, attempts: 0, listAt: world.clock.now() });
    expect(item?.undelivered).toBeUndefined();
    expect(item?.listKey).toMatch(/^dead#[0-7]$/);
    expect(world.deadLetters.messages()).toMatchObject([{ body, attributes: { reason: { StringValue: reason } } }]);
  });

  test('of a waiting job with the same body lets the job die with the attempts made', async () => {
    const world = makeWorld();
    const body = '{"id":"a","payload":{"do":"dance"}}';
    world.send(body);
    await world.deliver();
    const dueAt = world.clock.now();
    const waiting = { status: 'RETRYING', attempts: 2, dueAt, listKey: 'due#1', listAt: dueAt + DAY_MS } as const;
    world.alter('a', { ...waiting, reason: undefined, failedAt: undefined, envelope: { body } });
    world.send(body);
    await world.deliver();
    const item = world.job('a');
    expect(item).toMatchObject({ status: 'DEAD', attempts: 2, runNo: 1, reason: 'InvalidPayload' });
    expect(item).not.toHaveProperty('dueAt');
    expect(item).not.toHaveProperty('envelope');
    expect(world.deadLetters.messages().at(-1)?.attributes.attempts?.StringValue).toBe('2');
  });

  test('that is a redrive dies as a run of its own', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    world.alter('a', { cancelRequested: true, snoozes: 3, snoozesInRow: 3 });
    world.send('{"id":"a","payload":{"do":"dance"}}', { attributes: { jobId: 'a', run: '1' } });
    await world.deliver();
    const expected = { status: 'DEAD', runNo: 2, attempts: 0, snoozes: 0, snoozesInRow: 0, reason: 'InvalidPayload' };
    expect(world.job('a')).toMatchObject(expected);
    expect(world.job('a')).not.toHaveProperty('cancelRequested');
    expect(world.deadLetters.messages().at(-1)?.attributes.run?.StringValue).toBe('2');
  });

  test('waits while its job runs under a valid lease', async () => {
    const world = makeWorld();
    const body = '{"id":"a","payload":{"do":"dance"}}';
    world.send(body);
    await world.deliver();
    const leaseUntil = world.clock.now() + 5000;
    world.alter('a', { status: 'INPROGRESS', attempts: 1, owner: 'other', leaseUntil });
    world.send(body);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')?.status).toBe('INPROGRESS');
    expect(world.queue.nextVisibleAtMs()).toBe(leaseUntil + 1000);
  });
});

describe('an expired item that TTL has not deleted yet', () => {
  test('counts as absent: the job runs again, and the old attributes are removed', async () => {
    const world = makeWorld({ definition: defineProbe({ queueRetention: 1, retention: 2 }) });
    world.send({ id: 'a', payload: { do: 'fail', times: 1, result: 'first' } });
    await world.drain(60);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2, result: 'first' });
    await world.clock.advance(3 * DAY_MS);
    world.send({ id: 'another', key: 'a' });
    await world.deliver();
    const item = world.job('a');
    expect(item).toMatchObject({ jobId: 'another', status: 'COMPLETED', attempts: 1, runNo: 2 });
    expect(item).not.toHaveProperty('result');
    expect(item).not.toHaveProperty('error');
    expect(item).not.toHaveProperty('dueAt');
  });

  test('does not count as absent while its dead letter is undelivered', async () => {
    const world = makeWorld({ definition: defineProbe({ queueRetention: 1, retention: 2 }) });
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    world.alter('a', { undelivered: true });
    await world.clock.advance(40 * DAY_MS);
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
    expect(world.job('a')).not.toHaveProperty('undelivered');
  });

  test('is replaced by a job that dies of its refused body, and by one that is parked', async () => {
    const world = makeWorld();
    for (const id of ['a', 'b']) world.send({ id });
    await world.deliver();
    await world.clock.advance(30 * DAY_MS);
    world.send('{"id":"a","payload":1}');
    world.send({ id: 'b', runAt: iso(world.clock.now() + DAY_MS) });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2, attempts: 0 });
    expect(world.job('b')).toMatchObject({ status: 'SCHEDULED', runNo: 2, attempts: 0 });
    expect(world.job('b')).not.toHaveProperty('completedAt');
  });
});
