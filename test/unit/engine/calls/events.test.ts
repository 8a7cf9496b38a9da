import { describe, expect, test } from 'vitest';
import { awsError, timeout } from '../../../../lib/testing/index.ts';
import { SECRET } from '../../../support/factories.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const asking = () => defineProbe({ completionEvent: true });
const details = ({ bus }: World) => bus.events.map(({ detail }) => detail);
const deadLetterCount = ({ deadLetters }: World) => deadLetters.messages().length;
const marks = ({ input }: { input: unknown }) => JSON.stringify(input).includes('REMOVE \\"undelivered\\"');

describe('delivered: the event of a dead job', () => {
  test('is published once, and says which job is dead and why, without its payload', async () => {
    const world = makeWorld();
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793';
    world.send({ id: 'a', key: 'order-1', payload: { do: 'permanent', secret: SECRET } }, { group: 'acme', trace });
    await world.drain(600);
    const item = world.job('order-1');
    expect(world.bus.events).toEqual([
      {
        source: 'sluice',
        'detail-type': 'Job Dead-Lettered',
        time: item?.failedAt,
        trace,
        detail: {
          ...{ id: 'a', type: 'probe', key: 'order-1', stage: 'test', queue: 'sluice-test-probe' },
          ...{ run: 1, attempts: 1, createdAt: item?.createdAt, tenant: 'acme', failedAt: item?.failedAt },
          reason: 'PermanentError',
          error: { name: 'PermanentError', message: 'it can never succeed' },
        },
      },
    ]);
    expect(JSON.stringify(world.bus.events)).not.toContain(SECRET);
    expect(item?.undelivered).toBeUndefined();
  });

  test('leaves out the error’s message if the definition says so; the item and the dead letter keep it', async () => {
    const world = makeWorld({ definition: defineProbe({ eventErrorMessage: false }) });
    world.send({ id: 'a', payload: { do: 'permanent' } });
    world.send({ id: 'b', payload: { do: 'nothing' } });
    await world.drain(600);
    expect(details(world)).toMatchObject([
      { id: 'b', reason: 'InvalidPayload', error: { name: 'InvalidPayloadError' } },
      { id: 'a', reason: 'PermanentError', error: { name: 'PermanentError' } },
    ]);
    expect(JSON.stringify(world.bus.events)).not.toContain('"message"');
    expect(world.job('a')?.error?.message).toBe('it can never succeed');
    const [, deadLetter] = world.deadLetters.messages();
    expect(deadLetter?.attributes).toMatchObject({ errorMessage: { StringValue: 'it can never succeed' } });
  });

  test.each([
    ['a body that is no envelope', '{', 'InvalidMessage'],
    ['a payload that its schema refuses', '{"payload":{"do":"nothing"}}', 'InvalidPayload'],
  ])('is published for %s, too', async (_, body, reason) => {
    const world = makeWorld();
    world.send(body);
    await world.deliver();
    expect(details(world)).toMatchObject([{ id: 'sent-1', key: 'sent-1', reason, attempts: 0 }]);
  });

  test('is published for a job that crashed at its last attempt', async () => {
    const world = makeWorld();
    world.send({ id: 'a', maxAttempts: 1 });
    await world.deliver({ crash: { call: 1, moment: 'after' } });
    await world.drain(3600);
    expect(details(world)).toMatchObject([{ id: 'a', reason: 'Crashed', attempts: 1 }]);
  });

  test('that EventBridge refuses stays pending: the dead letter is sent once, the event as soon as it is taken', async () => {
    const world = makeWorld();
    world.bus.faults.plan('PutEvents', { kind: 'fails', error: awsError('InternalException', 'down', 500) }, 10);
    world.send({ id: 'a', payload: { do: 'permanent' } });
    const { kept } = await world.deliver();
    expect(kept).toEqual(['sent-1']);
    expect([deadLetterCount(world), world.bus.events, world.job('a')?.undelivered]).toEqual([1, [], 'event']);
    expect(world.output.events()).toContain('job.publish-failed');
    await world.drain(3600);
    expect([deadLetterCount(world), world.queue.messages(), world.job('a')?.undelivered]).toEqual([1, [], undefined]);
    expect(details(world)).toMatchObject([{ id: 'a', reason: 'PermanentError' }]);
    expect(total(world.output, 'JobsDeadLettered')).toBe(1);
    expect(world.bus.faults.pending).toBe(0);
  });

  test('is published before the item says so: a crash in between publishes it twice, and never loses it', async () => {
    const world = makeWorld();
    world.dynamoDb.faults.plan(marks, { kind: 'fails', error: timeout() }, 10);
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    expect(world.job('a')?.undelivered).toBe(true);
    await world.drain(3600);
    expect(details(world)).toHaveLength(2);
    expect(details(world)[1]).toEqual(details(world)[0]);
    expect(world.job('a')?.undelivered).toBeUndefined();
  });

  test('is not pending for good because the word that it is pending comes late, when it was just published', async () => {
    const world = makeWorld();
    const late = () => world.alter('a', { undelivered: 'event' });
    world.dynamoDb.faults.plan(marks, { kind: 'meanwhile', happens: late });
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    expect(world.queue.messages()).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
    expect(world.job('a')?.undelivered).toBeUndefined();
    expect(world.dynamoDb.faults.pending).toBe(0);
  });

  test('is published for each run', async () => {
    const world = makeWorld();
    const body = { id: 'a', payload: { do: 'permanent' } };
    world.send(body);
    await world.deliver();
    world.send(body, { attributes: { jobId: 'a', run: '1' } });
    await world.deliver();
    expect(details(world)).toMatchObject([{ run: 1 }, { run: 2 }]);
  });
});

describe('the event of a completion', () => {
  test('is published if the definition asks for it, and only then', async () => {
    const silent = makeWorld();
    silent.send({ id: 'a' });
    await silent.deliver();
    expect(silent.bus.events).toEqual([]);
    const world = makeWorld({ definition: asking() });
    world.send({ id: 'a', payload: { do: 'complete', result: SECRET } });
    await world.deliver();
    const item = world.job('a');
    expect(world.bus.events).toEqual([
      {
        source: 'sluice',
        'detail-type': 'Job Completed',
        time: item?.completedAt,
        detail: {
          ...{ id: 'a', type: 'probe', key: 'a', stage: 'test', queue: 'sluice-test-probe', run: 1, attempts: 1 },
          ...{ createdAt: item?.createdAt, completedAt: item?.completedAt },
        },
      },
    ]);
  });

  test('is published for a job that committed its writes', async () => {
    const world = makeWorld({ definition: asking() });
    world.send({ id: 'a', payload: { do: 'commit' } });
    await world.deliver();
    expect(details(world)).toMatchObject([{ id: 'a' }]);
  });

  test('that is not taken keeps the message: the next receive publishes it and does not run the job again', async () => {
    const world = makeWorld({ definition: asking() });
    world.bus.faults.plan('PutEvents', { kind: 'fails', error: awsError('AccessDeniedException', 'no') });
    world.send({ id: 'a' });
    const { kept } = await world.deliver();
    expect(kept).toEqual(['sent-1']);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
    await world.drain(3600);
    expect([world.starts, world.queue.messages()]).toEqual([['a/1'], []]);
    expect(details(world)).toMatchObject([{ id: 'a', completedAt: world.job('a')?.completedAt }]);
  });

  test('survives a crash at any moment around it', async () => {
    let crashes = 0;
    for (const call of [2, 3]) {
      for (const moment of ['before', 'after'] as const) {
        const world = makeWorld({ definition: asking() });
        world.send({ id: 'a' });
        const { outcome } = await world.deliver({ crash: { call, moment } });
        if (outcome === 'crashed') crashes += 1;
        await world.drain(3600);
        expect(world.queue.messages()).toEqual([]);
        expect(details(world).length).toBeGreaterThanOrEqual(1);
        expect(new Set(details(world).map((detail) => detail.id))).toEqual(new Set(['a']));
      }
    }
    expect(crashes).toBe(4);
  });

  test('is published again by a duplicate message: at least once', async () => {
    const world = makeWorld({ definition: asking() });
    world.send({ id: 'a' });
    await world.deliver();
    world.send({ id: 'a' });
    await world.deliver();
    expect(details(world)).toHaveLength(2);
    expect(details(world)[1]).toEqual(details(world)[0]);
  });
});

describe('PutEvents', () => {
  const puts = ({ bus }: World) => bus.calls.map(({ input }) => (input as { Entries: unknown[] }).Entries.length);

  test('carries the events of a batch together, ten a call', async () => {
    const world = makeWorld({
      definition: defineProbe({ completionEvent: true, batchSize: 25, batchWindowSeconds: 1 }),
    });
    for (let i = 0; i < 25; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(puts(world)).toEqual([10, 10, 5]);
    expect(new Set(details(world).map(({ id }) => id)).size).toBe(25);
  });

  test('refuses some entries: only those are sent again', async () => {
    const world = makeWorld({ definition: asking() });
    world.bus.faults.plan('PutEvents', { kind: 'partly', indexes: [1, 3], code: 'ThrottlingException' });
    for (let i = 0; i < 5; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(puts(world)[0]).toBe(5);
    expect(
      puts(world)
        .slice(1)
        .reduce((a, b) => a + b),
    ).toBe(2);
    expect(
      details(world)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['j0', 'j1', 'j2', 'j3', 'j4']);
    expect(world.queue.messages()).toEqual([]);
  });

  test('refuses one entry each time: only its message is kept', async () => {
    const world = makeWorld({ definition: asking() });
    const refuses = { kind: 'partly', indexes: [0], code: 'InternalFailure' } as const;
    world.bus.faults.plan('PutEvents', refuses, 5);
    for (let i = 0; i < 3; i++) world.send({ id: `j${i}` });
    expect((await world.deliver()).kept).toHaveLength(1);
    expect(details(world)).toHaveLength(2);
  });

  test.each([true, false])('answers fewer entries: the last is sent again, whether it was taken: %s', async (taken) => {
    const world = makeWorld({ definition: asking() });
    world.bus.faults.plan('PutEvents', { kind: 'unanswered', indexes: [2], taken });
    for (let i = 0; i < 3; i++) world.send({ id: `j${i}` });
    expect((await world.deliver()).kept).toEqual([]);
    expect(puts(world)).toEqual([3, 1]);
    expect(details(world).map(({ id }) => id)).toEqual([...(taken ? ['j0', 'j1', 'j2'] : ['j0', 'j1']), 'j2']);
  });

  test('never answers for an entry: its message is kept, and a later receive publishes it', async () => {
    const world = makeWorld({ definition: asking() });
    world.bus.faults.plan('PutEvents', { kind: 'unanswered', indexes: [0], taken: false }, 5);
    world.send({ id: 'a' });
    expect((await world.deliver()).kept).toEqual(['sent-1']);
    expect(details(world)).toEqual([]);
    await world.drain(3600);
    expect([details(world).length, world.starts, world.queue.messages()]).toEqual([1, ['a/1'], []]);
  });

  test('carries an event of the longest fields, which stays far below its limit', async () => {
    const long = '\u{1f600}\u0000'.repeat(200);
    const world = makeWorld({
      perform: () => {
        throw Object.assign(new Error(long), { name: long });
      },
    });
    const [id, key] = ['i'.repeat(128), 'k'.repeat(250)];
    world.send({ id, key, maxAttempts: 1 }, { group: 'g'.repeat(128) });
    await world.deliver();
    expect(details(world)).toMatchObject([{ id, key }]);
    expect(Buffer.byteLength(JSON.stringify(details(world)))).toBeLessThan(8000);
  });
});
