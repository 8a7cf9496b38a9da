import { describe, expect, test } from 'vitest';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** As a producer sends a job: `createdAt` is another at each send. */
function sendAt(world: World, createdAt: string, fields: object = {}): void {
  world.send({ id: 'a', payload: { do: 'fail', times: 1 }, createdAt, ...fields });
}
const [FIRST, SECOND] = ['2026-01-01T00:00:00.000Z', '2026-01-01T08:00:00.000Z'];

/** A job that waits for its retry, and whose message is gone. */
async function purgedWorld(): Promise<World> {
  const world = makeWorld();
  sendAt(world, FIRST);
  await world.deliver();
  expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 1 });
  world.queue.purge();
  await world.clock.advance(60_000);
  return world;
}

describe('a job whose message was purged while it waited', () => {
  test('goes on when its producer sends it again under its id and payload', async () => {
    const world = await purgedWorld();
    sendAt(world, SECOND);
    await world.drain(60);
    expect(world.starts.slice(0, 2)).toEqual(['a/1', 'a/2']);
    expect(world.job('a')).toMatchObject({ attempts: expect.any(Number), createdAt: FIRST });
    expect(world.job('a')?.attempts).toBeGreaterThan(1);
    expect(total(world.output, 'JobsDuplicate')).toBe(0);
  });

  test('keeps what it was given first: another runAt or maxAttempts changes nothing', async () => {
    const world = await purgedWorld();
    const { maxAttempts } = world.job('a') ?? {};
    sendAt(world, SECOND, { maxAttempts: 99, runAt: new Date(world.clock.now() - 1000).toISOString() });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ maxAttempts, attempts: 2 });
  });

  test('does not go on by another payload, nor by its payload under another id of its key', async () => {
    const world = await purgedWorld();
    sendAt(world, SECOND, { payload: { do: 'complete' } });
    sendAt(world, SECOND, { id: 'b', key: 'a' });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    expect(total(world.output, 'JobsDuplicate')).toBe(2);
  });

  test('over which the version before wrote another body is no more known by its payload', async () => {
    const world = await purgedWorld();
    // A redrive with a corrected body: that version leaves the payload's hash as it was.
    world.alter('a', { bodyHash: 'of another body' });
    sendAt(world, SECOND);
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
  });

  test('whose item the version before wrote is known by its whole body alone', async () => {
    const world = await purgedWorld();
    world.alter('a', { payloadHash: undefined });
    sendAt(world, SECOND);
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    sendAt(world, FIRST);
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/2']);
  });
});

test.each([
  ['runs', { status: 'INPROGRESS', owner: 'other', leaseUntil: Date.UTC(2030, 0) }],
  ['is parked', { listKey: 'due#1', listAt: Date.UTC(2030, 0), dueAt: Date.UTC(2030, 0) }],
] as const)('a job that %s is not started a second time by being sent again', async (_, state) => {
  const world = await purgedWorld();
  world.alter('a', state);
  const before = world.job('a');
  sendAt(world, SECOND);
  await world.deliver();
  expect(world.starts).toEqual(['a/1']);
  expect(world.job('a')).toEqual(before);
});

test('a job that completed is a duplicate when it is sent again', async () => {
  const world = makeWorld();
  sendAt(world, FIRST, { payload: { do: 'complete' } });
  await world.deliver();
  sendAt(world, SECOND, { payload: { do: 'complete' } });
  await world.deliver();
  expect(world.starts).toEqual(['a/1']);
  expect(total(world.output, 'JobsDuplicate')).toBe(1);
});

test('a payload nested too deeply to be written again is known by its body, and harms no batch mate', async () => {
  const world = makeWorld();
  const depth = 90_000;
  const deep = `{"id":"deep","payload":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  world.send(deep);
  world.send({ id: 'mate' });
  await world.deliver();
  expect(world.job('deep')).toMatchObject({ status: 'DEAD', reason: 'InvalidPayload' });
  expect(world.job('mate')?.status).toBe('COMPLETED');
});
