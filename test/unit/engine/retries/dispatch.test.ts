import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const DAY_MS = 24 * 3600_000;

/** A world with so many parked jobs `j0`…, all due in `seconds`. */
async function parked(count: number, seconds: number, filler = ''): Promise<World> {
  const world = makeWorld();
  const runAt = iso(world.clock.now() + seconds * 1000);
  for (let i = 0; i < count; i++) world.send({ id: `j${i}`, runAt, payload: { do: 'complete', filler } });
  while (world.queue.messages().length > 0) await world.deliver();
  return world;
}

const sends = (world: World) => world.sqs.calls.filter(({ name }) => name === 'SendMessageBatch');

describe('released: the dispatcher', () => {
  test('sends the message with its delay, attributes and origin, and moves the list entry on by a day', async () => {
    const world = makeWorld();
    const dueAt = world.clock.now() + 150_000;
    const body = JSON.stringify({ payload: { do: 'complete' }, runAt: iso(dueAt) });
    world.send(body, {
      attributes: { sluice: '{"id":"a"}' },
      group: 'tenant-1',
      trace: 'Root=1-5759e988-bd862e3fe1be46a994272793',
    });
    await world.deliver();
    await world.clock.advance(60_000);
    expect(await world.tick()).toEqual({ released: 1, refused: 0, latenessMs: 0, finished: true });
    const sluice = { StringValue: JSON.stringify({ id: 'a', due: dueAt }) };
    const attributes = { sluice, jobId: { StringValue: 'a' }, due: { StringValue: String(dueAt) } };
    const origin = { group: 'tenant-1', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793' };
    expect(world.queue.messages()).toMatchObject([{ body, attributes, ...origin, visibleAtMs: dueAt }]);
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', dueAt, listAt: dueAt + DAY_MS });
  });

  test('sends to the queue that the message came from, also beside jobs of the queue that is found by its name', async () => {
    const world = makeWorld({ queueName: 'uploads' });
    const own = world.sqs.createQueue('sluice-test-probe', world.queue.settings);
    const runAt = iso(world.clock.now() + 120_000);
    for (const id of ['theirs', 'own']) world.send({ id, runAt, payload: { do: 'complete' } });
    while (world.queue.messages().length > 0) await world.deliver();
    expect(world.job('theirs')?.envelope?.queueUrl).toBe(world.queue.url);
    // As an earlier deploy parked it, whose queue had the fixed name.
    const { queueUrl: _, ...envelope } = world.job('own')?.envelope ?? { body: '' };
    world.alter('own', { envelope });
    await world.clock.advance(60_000);
    expect(await world.tick()).toMatchObject({ released: 2, refused: 0 });
    const idsIn = (queue: typeof own) => queue.messages().map(({ body }) => JSON.parse(body).id);
    expect([idsIn(world.queue), idsIn(own)]).toEqual([['theirs'], ['own']]);
  });

  test('puts off jobs whose queue of another name is gone, and no other of their type', async () => {
    const world = makeWorld({ queueName: 'uploads' });
    world.sqs.createQueue('sluice-test-probe', world.queue.settings);
    const runAt = iso(world.clock.now() + 120_000);
    for (const id of ['theirs', 'own']) world.send({ id, runAt, payload: { do: 'complete' } });
    while (world.queue.messages().length > 0) await world.deliver();
    const { queueUrl = '', ...envelope } = world.job('own')?.envelope ?? { body: '' };
    world.alter('own', { envelope });
    world.alter('theirs', { envelope: { ...envelope, queueUrl: queueUrl.replace('uploads', 'gone') } });
    await world.clock.advance(60_000);
    expect(await world.tick()).toMatchObject({ released: 1 });
    const missing = world.output.logs().filter(({ message }) => message === 'release.queue-missing');
    expect(missing).toMatchObject([{ jobType: 'probe', queue: 'gone', jobs: 1 }]);
  });

  test('looks 90 s ahead and no further', async () => {
    const world = await parked(1, 300);
    await world.clock.advance(209_999);
    expect((await world.tick()).released).toBe(0);
    await world.clock.advance(1);
    expect((await world.tick()).released).toBe(1);
  });

  test('goes through every page of every shard', async () => {
    const world = await parked(1200, 120);
    await world.clock.advance(60_000);
    expect(await world.tick()).toMatchObject({ released: 1200, finished: true });
    expect(world.queue.messages()).toHaveLength(1200);
    const queries = world.dynamoDb.calls.filter(({ name }) => name === 'Query');
    expect(queries.length).toBeGreaterThan(8);
    expect(await world.tick()).toMatchObject({ released: 0 });
  });

  test('splits calls by bytes as well as by ten', async () => {
    const world = await parked(30, 120, 'x'.repeat(300 * 1024));
    await world.clock.advance(60_000);
    expect(await world.tick()).toMatchObject({ released: 30, refused: 0 });
    expect(world.queue.messages()).toHaveLength(30);
    for (const { input } of sends(world)) {
      expect((input as { Entries: unknown[] }).Entries.length).toBeLessThanOrEqual(3);
    }
  });

  test('leaves a job parked that SQS refuses, and sends it at the next tick', async () => {
    const world = await parked(40, 120);
    await world.clock.advance(60_000);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' });
    expect(await world.tick()).toMatchObject({ released: 39, refused: 1 });
    expect(world.queue.messages()).toHaveLength(39);
    expect(world.output.events()).toContain('release.refused');
    expect(await world.tick()).toMatchObject({ released: 1, refused: 0 });
  });

  test.each([true, false])(
    'leaves a job parked that the answer leaves out, whether it was taken: %s',
    async (taken) => {
      const world = await parked(3, 120);
      await world.clock.advance(60_000);
      world.sqs.faults.plan('SendMessageBatch', { kind: 'unanswered', indexes: [0], taken }, 8);
      const { released, refused } = await world.tick();
      expect([released + refused, refused]).toEqual([3, sends(world).length]);
      // Fewer calls were made than could have been: what is left of the fault must not hit the next tick.
      while (world.sqs.faults.pending > 0) world.sqs.faults.take({ name: 'SendMessageBatch', input: {} });
      expect(await world.tick()).toMatchObject({ released: refused, refused: 0 });
      await world.drain(300);
      expect([...world.starts].sort()).toEqual(['j0/1', 'j1/1', 'j2/1']);
      expect(world.queue.messages()).toEqual([]);
    },
  );

  test('leaves the jobs of a call parked that fails as a whole', async () => {
    const world = await parked(1, 120);
    await world.clock.advance(60_000);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('InternalFailure', 'no', 500) }, 5);
    expect(await world.tick()).toMatchObject({ released: 0, refused: 1 });
    expect(world.job('j0')?.listAt).toBe(world.job('j0')?.dueAt);
  });

  test('sends a copy more when its tick comes twice, and the job runs once', async () => {
    const world = await parked(1, 120);
    await world.clock.advance(60_000);
    world.dynamoDb.indexLagMs = 5000;
    const before = world.job('j0');
    await world.tick();
    world.alter('j0', { listAt: before?.listAt });
    await world.tick();
    expect(world.queue.messages()).toHaveLength(2);
    await world.drain(300);
    expect(world.starts).toEqual(['j0/1']);
    expect(world.job('j0')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('sends nothing for a stale index entry: the item itself decides', async () => {
    const world = await parked(2, 120);
    await world.clock.advance(60_000);
    world.dynamoDb.indexLagMs = 3600_000;
    expect(await world.tick()).toMatchObject({ released: 2 });
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0 });
    await world.drain(120);
    expect(world.job('j0')?.status).toBe('COMPLETED');
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0, latenessMs: 0 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('sends a message that vanished again after a day', async () => {
    const world = await parked(1, 120);
    await world.clock.advance(60_000);
    await world.tick();
    world.queue.purge();
    await world.clock.advance(DAY_MS - 30_001);
    expect((await world.tick()).released).toBe(0);
    await world.clock.advance(1);
    // The dispatcher is on time. The day is its queue's, or its consumer's: it is logged under the type.
    expect(await world.tick()).toMatchObject({ released: 1, latenessMs: 0 });
    expect(world.output.logs().filter(({ message }) => message === 'release.overdue')).toMatchObject([
      { level: 'WARN', jobType: 'probe', jobs: 1, overdueMs: DAY_MS - 90_000 },
    ]);
    await world.drain(120);
    expect(world.starts).toEqual(['j0/1']);
  });

  test('reports the lateness of the job that is the longest overdue', async () => {
    const world = await parked(2, 120);
    world.send({ id: 'later', runAt: iso(world.clock.now() + 200_000) });
    await world.deliver();
    await world.clock.advance(300_000);
    expect(await world.tick()).toMatchObject({ released: 3, latenessMs: 180_000 });
  });

  test('moves the list entry of a long overdue job on from now, by a day', async () => {
    const world = await parked(1, 120);
    await world.clock.advance(3 * DAY_MS);
    expect(await world.tick()).toMatchObject({ released: 1, latenessMs: 3 * DAY_MS - 120_000 });
    expect(world.job('j0')?.listAt).toBe(world.clock.now() + DAY_MS);
  });

  test('does not put a job back on the list that begins meanwhile', async () => {
    const world = await parked(1, 120);
    await world.clock.advance(60_000);
    const moves = ({ input }: { input: unknown }) => JSON.stringify(input).includes('SET \\"listAt\\"');
    const begun = { status: 'INPROGRESS', dueAt: undefined, listKey: undefined, listAt: undefined } as const;
    const happens = () => world.alter('j0', begun);
    world.dynamoDb.faults.plan(moves, { kind: 'meanwhile', happens });
    await world.tick();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.job('j0')).not.toHaveProperty('listAt');
  });

  test('stops before its function’s end and says so', async () => {
    const world = await parked(3, 120);
    await world.clock.advance(60_000);
    expect(await world.tick(5000)).toEqual({ released: 0, refused: 0, latenessMs: 0, finished: false });
    expect(world.queue.messages()).toEqual([]);
  });

  test('reads keys again that stayed unprocessed', async () => {
    const world = await parked(20, 120);
    await world.clock.advance(60_000);
    const left = { kind: 'partly', indexes: [0], code: '' } as const;
    world.dynamoDb.faults.plan('BatchGetItem', left, 3);
    expect(await world.tick()).toMatchObject({ released: 20 });
    expect(world.dynamoDb.faults.pending).toBe(0);
  });
});
