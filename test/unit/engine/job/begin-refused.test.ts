import { describe, expect, test } from 'vitest';
import { makeWorld, type World } from '../../../support/world.ts';

const TYPO = '{"id":"typo-1","payload":{"do":"complete"},"maxAtempts":3}';
const FIXED = { id: 'typo-1', payload: { do: 'complete' }, maxAttempts: 3 };

/** Redrives the oldest dead letter by its attributes, as it is or corrected. @returns those attributes */
function redrive(world: World, body?: object): Record<string, string> {
  const [deadLetter] = world.deadLetters.messages();
  if (deadLetter === undefined) throw new TypeError('no dead letter');
  const attributes = Object.fromEntries(
    Object.entries(deadLetter.attributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
  );
  world.send(body ?? deadLetter.body, { attributes });
  world.deadLetters.purge();
  return attributes;
}

describe('a refused body', () => {
  test.each([
    ['typo-1', 'typo-1', TYPO],
    ['typo-1', 'k', '{"id":"typo-1","key":"k","payload":1}'],
    ['sent-1', 'k', '{"key":"k","payload":{"do":"complete"},"nope":1}'],
    ['sent-1', 'sent-1', '{"id":"a b","key":"k","payload":1}'],
    ['sent-1', 'sent-1', '{"id":"a","key":7,"payload":1}'],
    ['sent-1', 'sent-1', '{"id":"a","payload":'],
    ['sent-1', 'sent-1', '["typo-1"]'],
  ])('names the dead job %s with key %s, where its id and key are valid: %s', async (jobId, key, body) => {
    const world = makeWorld();
    world.send(body);
    await world.drain();
    expect(world.job(key)).toMatchObject({ jobId, status: 'DEAD', attempts: 0 });
    expect(world.deadLetters.messages()).toMatchObject([{ body, attributes: { jobId: { StringValue: jobId } } }]);
  });

  test('that was redriven corrected and is sent again by its producer runs once', async () => {
    const world = makeWorld();
    world.send(TYPO);
    await world.drain();
    redrive(world, FIXED);
    await world.drain();
    world.send({ ...FIXED, createdAt: '2026-01-01T00:00:00Z' });
    await world.drain();
    expect(world.starts).toEqual(['typo-1/1']);
    expect(world.job('typo-1')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  test('whose producer sends the fixed body runs it as the next run, and its redrive is a duplicate', async () => {
    const world = makeWorld();
    world.send(TYPO);
    await world.drain();
    world.send(FIXED);
    await world.drain();
    expect(world.job('typo-1')).toMatchObject({ status: 'COMPLETED', runNo: 2, attempts: 1 });
    for (const body of [FIXED, undefined]) {
      if (body !== undefined) world.send(body, { attributes: { sluice: '{"id":"typo-1","run":1,"type":"probe"}' } });
      else redrive(world);
      await world.drain();
    }
    expect(world.starts).toEqual(['typo-1/1']);
    expect([world.queue.messages(), world.deadLetters.messages()]).toEqual([[], []]);
  });

  test('under a name that another body holds is dead-lettered under its message id', async () => {
    const world = makeWorld();
    world.send({ id: 'typo-1' });
    await world.drain();
    const messageId = world.send(TYPO);
    await world.drain();
    expect(world.job('typo-1')?.status).toBe('COMPLETED');
    expect(world.job(messageId)).toMatchObject({ jobId: messageId, status: 'DEAD', reason: 'InvalidMessage' });
    expect(world.deadLetters.messages()).toMatchObject([
      { body: TYPO, attributes: { jobId: { StringValue: messageId } } },
    ]);
  });

  test('under such a name runs once corrected, under the name of its dead letter', async () => {
    const world = makeWorld();
    world.send({ id: 'typo-1' });
    await world.drain();
    const messageId = world.send(TYPO);
    await world.drain();
    redrive(world, FIXED);
    await world.drain();
    expect(world.starts).toEqual(['typo-1/1', `${messageId}/1`]);
    expect(world.job(messageId)).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });

  test.each([1, 2, 3, 4])(
    'under such a name has one dead letter, wherever its process dies (call %d)',
    async (call) => {
      for (const moment of ['before', 'after'] as const) {
        const world = makeWorld();
        world.send({ id: 'typo-1' });
        await world.drain();
        const messageId = world.send(TYPO);
        await world.deliver({ crash: { call, moment } });
        await world.drain(400);
        expect(world.job(messageId)).toMatchObject({ status: 'DEAD', runNo: 1 });
        expect(world.job(messageId)).not.toHaveProperty('undelivered');
        const letters = world.deadLetters.messages();
        expect(letters.length).toBeGreaterThanOrEqual(1);
        expect(new Set(letters.map(({ attributes }) => attributes.jobId?.StringValue))).toEqual(new Set([messageId]));
      }
    },
  );

  test('is a duplicate of the name that died of it, also after a redrive', async () => {
    const world = makeWorld();
    for (const body of [TYPO, TYPO]) {
      world.send(body);
      await world.drain();
    }
    expect(world.deadLetters.messages()).toHaveLength(1);
    redrive(world, FIXED);
    await world.drain();
    world.send(TYPO);
    await world.drain();
    expect(world.deadLetters.messages()).toEqual([]);
    expect(world.job('typo-1')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
    expect(world.output.events()).toContain('job.duplicate');
  });

  test('of a job that ran before does not free its name', async () => {
    const world = makeWorld();
    world.send({ id: 'typo-1', payload: { do: 'permanent' } });
    await world.drain();
    redrive(world, { payload: { do: 'dance' } });
    await world.drain();
    expect(world.job('typo-1')).toMatchObject({ status: 'DEAD', runNo: 2, attempts: 0 });
    world.send(FIXED);
    await world.drain();
    expect(world.starts).toEqual(['typo-1/1']);
  });

  test('does not free its name before its dead letter is sent', async () => {
    const world = makeWorld();
    world.send(TYPO);
    await world.drain();
    world.alter('typo-1', { undelivered: true });
    world.send(FIXED);
    await world.drain();
    expect(world.starts).toEqual([]);
    // It is kept for then.
    world.alter('typo-1', { undelivered: undefined });
    await world.drain(10);
    expect(world.starts).toEqual(['typo-1/1']);
    expect(world.job('typo-1')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
  });
});

describe('on a redrive', () => {
  test('the attribute names id and key before the body does', async () => {
    const world = makeWorld();
    world.send({ id: 'a', key: 'k', payload: { do: 'permanent' } });
    await world.drain();
    redrive(world, { id: 'b', key: 'other' });
    await world.drain();
    expect(world.starts).toEqual(['a/1', 'a/1']);
    expect(world.job('k')).toMatchObject({ jobId: 'a', status: 'COMPLETED', runNo: 2 });
    expect(world.job('other')).toBeUndefined();
  });
});
