import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import type { Call } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const POISON = { id: 'a', payload: { do: 'permanent' } };
const OF_RUN_1 = { attributes: { jobId: 'a', run: '1' } };
const REFUSED = '{"id":"a","payload":"refused"}';

/** Calls that write a statement holding this text. */
const writing = (text: string) => (call: Call) =>
  call.name === 'BatchExecuteStatement' && JSON.stringify(call.input).includes(text);

/** Each write of the protocol: what leads to it, and a text that only it holds. */
const WRITES: Record<string, { readonly text: string; readonly lead: (world: World) => Promise<void> | void }> = {
  'invalid insert': { text: 'INSERT', lead: (world) => void world.send(REFUSED) },
  'invalid of a redrive': {
    text: 'InvalidPayload',
    async lead(world) {
      world.send(POISON);
      await world.deliver();
      world.send(REFUSED, OF_RUN_1);
    },
  },
  'parkUntilDue insert': {
    text: 'INSERT',
    lead: (world) => void world.send({ id: 'a', runAt: iso(world.clock.now() + 600_000) }),
  },
  'first insert': { text: 'INSERT', lead: (world) => void world.send({ id: 'a' }) },
  'retentionOver update': {
    text: 'REMOVE \\"completedAt\\"',
    async lead(world) {
      world.send({ id: 'a' });
      await world.deliver();
      await world.clock.advance(30 * 24 * 3600_000);
      world.send({ id: 'a' });
    },
  },
  'due update': {
    text: 'REMOVE \\"dueAt\\"',
    async lead(world) {
      world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
      await world.deliver();
      await world.clock.advance(1000);
    },
  },
  'cancelled update': { text: 'CANCELLED', lead: (world) => crashed(world, { cancelRequested: true }) },
  'stalled update': { text: 'SET \\"processedAt\\"', lead: (world) => crashed(world, {}) },
  'crashed update': { text: 'Crashed', lead: (world) => crashed(world, { attempts: 5 }) },
  'redriven update': {
    text: 'REMOVE \\"undelivered\\" REMOVE \\"cancelRequested\\"',
    async lead(world) {
      world.send(POISON);
      await world.deliver();
      world.send({ id: 'a', payload: { do: 'complete' } }, OF_RUN_1);
    },
  },
  completed: { text: 'COMPLETED', lead: (world) => void world.send({ id: 'a' }) },
  retryInPlace: { text: 'RETRYING', lead: (world) => void world.send({ id: 'a', payload: { do: 'fail' } }) },
  parked: {
    text: 'RETRYING',
    lead: (world) => void world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 600 } }),
  },
  snoozed: { text: 'RETRYING', lead: (world) => void world.send({ id: 'a', payload: { do: 'snooze', seconds: 600 } }) },
  dead: { text: 'PermanentError', lead: (world) => void world.send(POISON) },
  'delivered update': { text: 'REMOVE \\"undelivered\\" WHERE', lead: (world) => void world.send(POISON) },
};

async function crashed(world: World, change: Parameters<World['alter']>[1]): Promise<void> {
  world.send({ id: 'a' });
  await world.deliver({ crash: { call: 1, moment: 'after' } });
  world.alter('a', change);
  await world.clock.advance(3600_000);
}

/** What a row leaves behind, whatever way its write took: item but for its times and nonce, messages, handler starts. */
async function outcome(name: string, kind?: 'lostReply' | 'repeated') {
  const row = WRITES[name];
  if (row === undefined) throw new TypeError(`no row ${name}`);
  const world = makeWorld();
  await row.lead(world);
  if (kind !== undefined) world.dynamoDb.faults.plan(writing(row.text), { kind });
  const { kept } = await world.deliver();
  expect(world.dynamoDb.faults.pending).toBe(0);
  const { owner: _, leaseUntil: __, ...item } = world.job('a') ?? {};
  const timeless = Object.entries(item).filter(([key]) => !/At$|^expiration$/.test(key));
  const metrics = ['JobsCompleted', 'JobsFailed', 'JobsRetried', 'JobsDeadLettered'];
  return {
    item: Object.fromEntries(timeless),
    kept: kept.length,
    deadLetters: world.deadLetters.messages().map(({ attributes }) => attributes.reason?.StringValue),
    starts: world.starts,
    metrics: metrics.map((metric) => total(world.output, metric)),
  };
}

describe('a write whose reply is lost', () => {
  const exceptions: Record<string, object> = {
    // It is unknown whether this copy or another was delivered: a dead letter is rather not counted than counted twice.
    'delivered update': { metrics: [0, 1, 0, 0] },
  };
  test.each(Object.keys(WRITES))('(%s) leaves the same state as one that is answered', async (name) => {
    const plain = await outcome(name);
    const expected = { ...plain, ...exceptions[name] };
    expect(await outcome(name, 'lostReply')).toEqual(expected);
    expect(await outcome(name, 'repeated')).toEqual(expected);
  });

  test('of the dispatcher releases the job once', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: iso(world.clock.now() + 120_000) });
    await world.deliver();
    await world.clock.advance(60_000);
    world.dynamoDb.faults.plan(writing('SET \\"listAt\\"'), { kind: 'lostReply' });
    expect(await world.tick()).toMatchObject({ released: 1, refused: 0 });
    expect(world.dynamoDb.faults.pending).toBe(0);
    await world.drain(120);
    expect(world.starts).toEqual(['a/1']);
  });

  test.each([
    ['the dead letter', POISON],
    ['a renewal', { payload: { do: 'fail' } }],
  ])('to SQS (%s) keeps the message after five tries, and the copies do no harm', async (_, fields) => {
    const world = makeWorld();
    world.sqs.faults.plan('SendMessage', { kind: 'lostReply' }, 5);
    world.send(fields, { attributes: {} });
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    await world.drain(24 * 3600);
    expect(world.queue.messages()).toEqual([]);
    expect(world.starts.length).toBeLessThanOrEqual(5);
  });
});
