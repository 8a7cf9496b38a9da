import { describe, expect, test } from 'vitest';
import { SCHEMA, SCHEMA_ITEM } from '../../../../lib/contract/protocol/schema.ts';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { makeWriter } from '../../../../lib/engine/calls/writes.ts';
import { writeCoreSchema } from '../../../../lib/engine/table/core-schema.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

/** A consumer that needs a core of number 2. */
const makeNext = () => makeWorld({ coreNeeded: 2 });

const coreOf = ({ dynamoDb }: World) => dynamoDb.item(JOBS_TABLE, SCHEMA_ITEM)?.schema;
function deployCore({ dynamoDb, clock }: World, schema?: number): Promise<void> {
  const basics = { dynamoDb: dynamoDb.client, callTime: makeCallTime({ clock, random: () => 0.5 }) };
  return clock.run(writeCoreSchema({ table: JOBS_TABLE, writer: makeWriter(basics) }, schema));
}

const lines = ({ output }: World, message: string) => output.logs().filter((line) => line.message === message);
const readsOf = ({ dynamoDb }: World) => dynamoDb.calls.filter(({ name }) => name === 'BatchGetItem').length;

describe('core', () => {
  test('writes its number at the first tick, lowers it when it is rolled back, and raises it again', async () => {
    const world = makeWorld();
    const seen: unknown[] = [coreOf(world)];
    for (const schema of [SCHEMA, 3, 2, undefined]) {
      await deployCore(world, schema);
      seen.push(coreOf(world));
    }
    expect(seen).toEqual([undefined, 1, 3, 2, 1]);
  });
});

describe('a consumer whose core is too old', () => {
  test.each([
    ['that says no number', undefined],
    ['that says a lower one', 1],
  ])('%s begins no job, spends no attempt, hides its messages for a tick and fails loudly', async (_, schema) => {
    const world = makeNext();
    if (schema !== undefined) await deployCore(world, schema);
    world.send({ id: 'a' });
    world.send({ id: 'b' });
    expect(await world.deliver()).toMatchObject({ outcome: 'failed' });
    expect([world.job('a'), world.job('b'), world.starts]).toEqual([undefined, undefined, []]);
    expect(world.queue.messages()).toHaveLength(2);
    expect((world.queue.nextVisibleAtMs() ?? 0) - world.clock.now()).toBe(60_000);
    const line = { level: 'ERROR', jobType: 'probe', needed: 2, found: 1, messages: 2 };
    expect(lines(world, 'consumer.core-too-old')).toMatchObject([line]);
  });

  test('runs what it kept once core has written its number', async () => {
    const world = makeNext();
    world.send({ id: 'a' });
    await world.deliver();
    await deployCore(world, 2);
    await world.clock.advance(60_000);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  test('loses no message, however long it takes', async () => {
    const world = makeNext();
    world.send({ id: 'a' });
    world.send(JSON.stringify({ payload: { do: 'complete' } }));
    for (let tick = 0; tick < 300; tick++) {
      await world.deliver();
      await world.clock.advance(60_000);
    }
    expect([world.deadLetters.messages(), world.queue.messages().length]).toEqual([[], 2]);
    await deployCore(world, 2);
    await world.drain(120);
    expect(world.starts.map((start) => start.split('/')[1])).toEqual(['1', '1']);
  });
});

describe('a consumer', () => {
  test('asks once: a core that was new enough is not asked again by its process', async () => {
    const world = makeNext();
    await deployCore(world, 2);
    const before = readsOf(world);
    const batch = world.worker();
    for (const id of ['a', 'b', 'c']) {
      world.send({ id });
      await world.clock.run(batch());
    }
    expect(world.starts).toHaveLength(3);
    expect(readsOf(world) - before).toBe(1);
  });

  test('that cannot learn core’s number keeps its messages, begins nothing, and asks again', async () => {
    const world = makeNext();
    await deployCore(world, 2);
    world.send({ id: 'a' });
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error: awsError('AccessDenied', 'no', 400) });
    expect(await world.deliver()).toMatchObject({ outcome: 'answered', kept: ['sent-1'] });
    expect(lines(world, 'consumer.core-unknown')).toHaveLength(1);
    expect(world.starts).toEqual([]);
    await world.drain(1000);
    expect(world.starts).toEqual(['a/1']);
  });
});

describe('an item of a newer version', () => {
  test.each([
    ['waits', { status: 'RETRYING', dueAt: 1 }],
    ['runs, its lease out', { status: 'INPROGRESS', owner: 'newer', leaseUntil: 1 }],
    ['is dead and undelivered', { status: 'DEAD', undelivered: true, reason: 'Crashed' }],
    ['is completed, its retention over', { status: 'COMPLETED', expiration: 1 }],
  ] as const)('that %s is left as it is; its message stays, and a line says so', async (_, change) => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    const first = world.job('a');
    world.alter('a', { ...change, schema: 2 });
    const item = world.job('a');
    world.send({ id: 'a' });
    expect(await world.deliver()).toMatchObject({ kept: ['sent-2'] });
    expect([first?.schema, world.job('a')]).toEqual([SCHEMA, item]);
    const line = { level: 'ERROR', jobId: 'a', jobType: 'probe', schema: 2, known: SCHEMA };
    expect(lines(world, 'job.newer')).toMatchObject([line]);
    expect([world.starts, world.deadLetters.messages()]).toEqual([['a/1'], []]);
    // Its own version's consumers are back.
    world.dynamoDb.put(JOBS_TABLE, { ...first });
    await world.drain(60);
    expect(world.queue.messages()).toEqual([]);
  });

  test('leaves a refused body that comes under its name the id that it came with, though it is sent anew', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    world.alter('a', { schema: 2 });
    const sent = world.send({ id: 'a', maxAtempts: 1 });
    for (let minute = 0; minute < 120; minute++) {
      await world.deliver();
      await world.clock.advance(60_000);
    }
    const [waits] = world.queue.messages();
    expect(waits?.messageId).not.toBe(sent);
    world.alter('a', { schema: 1 });
    await world.drain(120);
    expect(world.job(sent)).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
    expect(world.deadLetters.messages()).toHaveLength(1);
  });

  test('that is parked is not released; the lateness that the tick reports is its own', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 600 } });
    await world.deliver();
    world.alter('a', { schema: 2 });
    await world.clock.advance(700_000);
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0, latenessMs: 100_000 });
    expect(lines(world, 'dispatch.newer-jobs')).toMatchObject([{ level: 'ERROR', jobs: 1, known: SCHEMA }]);
    expect(world.queue.messages()).toEqual([]);
    world.alter('a', { schema: 1 });
    expect(await world.tick()).toMatchObject({ released: 1 });
  });
});
