import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../lib/contract/names.ts';
import { deadRetentionSeconds } from '../../../lib/contract/protocol/expiration.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { makeRandom } from '../../../lib/testing/simulation/random.ts';
import { total } from '../../support/output.ts';
import { effectsOf } from '../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../support/world.ts';

const text = (world: World, name: string) => world.deadLetters.messages()[0]?.attributes[name]?.StringValue;

describe('receives that reach no handler', () => {
  test('spend no attempt', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    for (let i = 0; i < 20; i++) {
      expect(await world.deliver({ throttled: true })).toMatchObject({ outcome: 'throttled' });
      await world.clock.advance(world.queue.settings.visibilityTimeoutSeconds * 1000);
    }
    expect(world.job('a')).toBeUndefined();
    await world.drain(5);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  });

  test('move a waiting job’s message to the DLQ; sent back under its id there, the job goes on', async () => {
    const world = makeWorld();
    const messageId = world.send(JSON.stringify({ payload: { do: 'fail', times: 1 } }));
    // Its first attempt fails; the renewed message, which names the job, is then never received by anyone who can start.
    await world.deliver();
    expect(world.job(messageId)).toMatchObject({ status: 'RETRYING', attempts: 1 });
    const limit = world.queue.settings.redrive?.maxReceiveCount ?? 0;
    await world.clock.advance(1000);
    for (let i = 0; i <= limit; i++) {
      await world.deliver({ throttled: true });
      await world.clock.advance(world.queue.settings.visibilityTimeoutSeconds * 1000);
    }
    expect(world.queue.messages()).toEqual([]);
    const [deadLetter] = world.deadLetters.receive(1);
    if (deadLetter === undefined) throw new TypeError('nothing was moved');
    const { body, messageAttributes } = toRecord(deadLetter, world.deadLetters);
    expect(text(world, 'reason')).toBeUndefined();
    world.send(body, { attributes: { sluice: messageAttributes.sluice?.stringValue ?? '' } });
    await world.drain();
    expect(world.job(messageId)).toMatchObject({ status: 'COMPLETED', attempts: 2, runNo: 1 });
  });
});

describe('a process whose clock differs', () => {
  test('runs a waiting job when it is due by its own clock', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'fail', times: 1 } });
    await world.deliver({ aheadMs: 900 });
    await world.clock.advance(1000);
    // Due at 1,900 ms: half a second early is 1,400 ms, and this clock shows 1,000 ms.
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    await world.clock.advance(1000);
    await world.deliver({ aheadMs: -100 });
    expect(world.starts).toEqual(['a/1', 'a/2']);
  });

  test('does not take over a running job if its clock is less than two seconds ahead', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'hang' } });
    await world.deliver({ crash: { call: 1, moment: 'after' }, functionTimeoutSeconds: 25 });
    await world.clock.advance(25_000);
    world.send({ id: 'a', payload: { do: 'hang' } });
    await world.deliver({ aheadMs: 1999 });
    expect(world.starts).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'INPROGRESS', attempts: 1 });
    world.send({ id: 'a', payload: { do: 'hang' } });
    await world.deliver({ aheadMs: 2000 });
    expect(world.starts).toEqual(['a/2']);
  });
});

describe('TTL', () => {
  const SCANS_APART_MS = 6 * 3600_000;

  /** Lets days pass, with a scan of TTL every six hours. */
  async function pass(world: World, days: number): Promise<void> {
    for (let ms = 0; ms < days * 24 * 3600_000; ms += SCANS_APART_MS) {
      await world.clock.advance(SCANS_APART_MS);
      world.dynamoDb.table(JOBS_TABLE).expire();
    }
  }

  test('keeps a finished job for as long as its queue may hold a copy of its message', async () => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    await pass(world, world.definition.queueRetention);
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    await pass(world, 2);
    expect(world.job('a')).toBeUndefined();
  });

  test('keeps a dead job for as long as its dead letter and every copy of it', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    await pass(world, 14 + world.definition.queueRetention);
    expect(world.job('a')).toMatchObject({ status: 'DEAD' });
    await pass(world, 2);
    expect(world.job('a')).toBeUndefined();
  });

  test('never deletes a parked job, however late its release is', async () => {
    const world = makeWorld();
    const runAt = new Date(world.clock.now() + 180 * 24 * 3600_000).toISOString();
    world.send({ id: 'a', runAt });
    await world.deliver();
    await pass(world, 180 + deadRetentionSeconds(world.definition) / 86_400 - 1);
    await world.tick();
    await world.drain();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a queue that gives messages in any order, and some twice', () => {
  test.each([1, 2, 3, 4, 5])(
    'lets every job take effect once, and no attempt is lost or counted twice (seed %i)',
    async (seed) => {
      const world = makeWorld({ disorder: { random: makeRandom(seed).next, duplicates: 0.3 } });
      const jobs = Array.from({ length: 12 }, (_, i) => `j${i}`);
      for (const id of jobs) world.send({ id, payload: { do: 'commit' } });
      for (const id of jobs) world.send({ id: `f-${id}`, payload: { do: 'fail', times: 1 } });
      await world.drain(600);
      for (const id of jobs) {
        expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
        expect(effectsOf(world.dynamoDb, id)).toBe(1);
        expect(world.job(`f-${id}`)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
      }
      expect(world.queue.messages()).toEqual([]);
      expect(total(world.output, METRICS.completed)).toBe(24);
    },
  );
});
