import { describe, expect, test } from 'vitest';
import type { RateLimit } from '../../../../lib/contract/definition/rate-limit.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { throttled, timeout, type VirtualClock } from '../../../../lib/testing/index.ts';
import { runFleet } from '../../../support/fleet.ts';
import { defineProbe } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const BUCKET = '~rate#probe';
const isBucket = ({ input }: { input: unknown }) => JSON.stringify(input).includes('lineEndsAt');
const bucketCalls = ({ dynamoDb }: World) => dynamoDb.calls.filter(isBucket).length;
const limitedTo = (limit: number, perSeconds: number, options = {}) =>
  defineProbe({ rateLimit: { limit, perSeconds }, logs: 'failures', ...options });

/** A world that notes when each attempt began. */
function timed(definition: ReturnType<typeof limitedTo>, work?: (key: string) => void) {
  const startsMs: number[] = [];
  const perform = async (_: unknown, { job }: { job: { key: string } }, clock: VirtualClock) => {
    startsMs.push(clock.now());
    await sleep(clock, 30);
    work?.(job.key);
  };
  const world = makeWorld({ definition, perform });
  const bornMs = world.clock.now();
  const between = (fromS: number, toS: number) =>
    startsMs.filter((at) => at >= bornMs + fromS * 1000 && at < bornMs + toS * 1000).length;
  return { world, startsMs, between };
}

describe('a rate limit', () => {
  test('holds ten consumers together to 50 jobs/s, within a tenth over each minute, and spends no attempt', async () => {
    const { world, startsMs, between } = timed(limitedTo(50, 1));
    for (let i = 0; i < 4500; i++) world.send({ id: `j${i}` });
    await runFleet(world, { consumers: 10, seconds: 75 });
    for (const from of [0, 5, 15]) {
      expect(between(from, from + 60)).toBeGreaterThan(2700);
      expect(between(from, from + 60)).toBeLessThan(3300);
    }
    for (let second = 0; second < 75; second++) expect(between(second, second + 1)).toBeLessThan(100);
    expect(startsMs.length).toBe(world.starts.length);
    expect(world.starts.every((start) => start.endsWith('/1'))).toBe(true);
    expect(world.deadLetters.messages()).toEqual([]);
  }, 120_000);

  test('holds retries too, and every job ends', async () => {
    const seen = new Set<string>();
    const { world, between } = timed(limitedTo(20, 1), (key) => {
      if (seen.has(key)) return;
      seen.add(key);
      if (Number(key.slice(1)) % 4 === 0) throw new Error('once');
    });
    for (let i = 0; i < 1200; i++) world.send({ id: `j${i}` });
    await runFleet(world, { consumers: 10, seconds: 200 });
    expect(between(0, 60)).toBeLessThan(20 * 60 * 1.1);
    expect(world.starts).toHaveLength(1500);
    expect(world.queue.messages()).toEqual([]);
    for (let i = 0; i < 1200; i += 7) expect(world.job(`j${i}`)).toMatchObject({ status: 'COMPLETED' });
  }, 120_000);

  test('delays no job below its limit, and costs one write a batch', async () => {
    const world = makeWorld({ definition: limitedTo(100, 1) });
    for (let i = 0; i < 30; i++) world.send({ id: `j${i}` });
    const fromMs = world.clock.now();
    for (let batch = 0; batch < 3; batch++) {
      await world.deliver();
      await world.clock.advance(1000);
    }
    expect(world.starts).toHaveLength(30);
    expect(world.clock.now() - fromMs).toBeLessThan(3200);
    // Each process begins by asking what the bucket holds; the first one makes it.
    expect(bucketCalls(world)).toBe(2 + 2 + 2);
  });

  test('holds a batch back for less than a second, until its last token falls due', async () => {
    const { world, startsMs } = timed(limitedTo(10, 1));
    const bornMs = world.clock.now();
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(startsMs).toEqual(Array.from({ length: 10 }, () => bornMs + 800));
  });

  test('holds no job back that would then lack its timeout', async () => {
    const { world, startsMs } = timed(limitedTo(10, 1));
    const bornMs = world.clock.now();
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}` });
    await world.deliver({ functionTimeoutSeconds: 11 });
    expect(startsMs).toEqual([bornMs, bornMs]);
  });

  test('parks a job whose token is more than 60 s ahead; released, it runs attempt 1', async () => {
    const world = makeWorld({ definition: limitedTo(1, 100) });
    for (const id of ['a', 'b']) world.send({ id });
    await world.deliver();
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('b')).toMatchObject({ status: 'SCHEDULED', attempts: 0, envelope: { body: expect.any(String) } });
    expect(world.queue.messages()).toEqual([]);
    await world.clock.advance(60_000);
    await world.tick();
    await world.drain(120);
    expect(world.starts).toEqual(['a/1', 'b/1']);
    expect(world.job('b')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(world.output.events()).toContain('job.limited');
  });

  test('gives a duplicate’s token to another job', async () => {
    const world = makeWorld({ definition: limitedTo(1, 10) });
    world.send({ id: 'a' });
    await world.deliver();
    await world.clock.advance(60_000);
    const worker = world.worker();
    world.send({ id: 'a' });
    await world.clock.run(worker());
    world.send({ id: 'b' });
    await world.clock.run(worker());
    expect(world.starts).toEqual(['a/1', 'b/1']);
  });

  test('does not limit what starts no attempt', async () => {
    const world = makeWorld({ definition: limitedTo(1, 3600) });
    for (const id of ['a', 'a', 'a']) world.send({ id });
    world.send('{');
    world.send({ id: 'later', runAt: new Date(world.clock.now() + 600_000).toISOString() });
    await world.deliver();
    await world.drain(40);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('sent-4')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
    expect(world.job('later')).toMatchObject({ status: 'SCHEDULED' });
  });

  test('holds a redrive back in its queue, and its dead letter comes again', async () => {
    const world = makeWorld({ definition: limitedTo(1, 30) });
    const body = { id: 'a', payload: { do: 'permanent' } };
    world.send(body);
    await world.deliver();
    world.send(body, { attributes: { jobId: 'a', run: '1' } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
    await world.drain(60);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2, attempts: 1 });
  });
});

/** A deploy with another limit: the processes that begin from now on have it. */
const deploy = (definition: ReturnType<typeof limitedTo>, rateLimit: RateLimit | undefined) =>
  Object.assign(definition, { rateLimit });

async function tickFor(world: World, seconds: number) {
  const endsAtMs = world.clock.now() + seconds * 1000;
  while (world.clock.now() < endsAtMs) {
    await world.tick();
    await world.drain(60);
    await world.clock.advance(Math.max(0, Math.min(60_000, endsAtMs - world.clock.now())));
  }
}

describe('a changed rate limit', () => {
  test.each([
    ['100 a second', { limit: 100, perSeconds: 1 }],
    ['none', undefined],
  ])(
    'moves the jobs that are parked by the old one within half an hour, nobody behind them: %s',
    async (_, rate) => {
      const definition = { ...limitedTo(100, 3600) };
      const { world, startsMs } = timed(definition);
      for (let i = 0; i < 500; i++) world.send({ id: `j${i}` });
      await tickFor(world, 300);
      expect(startsMs.length).toBeLessThan(30);
      deploy(definition, rate);
      world.send({ id: 'new' });
      await world.drain(30);
      expect(world.starts).toContain('new/1');
      await tickFor(world, 1500);
      expect(world.starts).toHaveLength(501);
      expect(world.starts.every((start) => start.endsWith('/1'))).toBe(true);
    },
    60_000,
  );

  test('that is slower holds for the jobs that are parked', async () => {
    const definition = { ...limitedTo(60, 3600) };
    const { world, startsMs } = timed(definition);
    for (let i = 0; i < 30; i++) world.send({ id: `j${i}` });
    await tickFor(world, 120);
    deploy(definition, { limit: 2, perSeconds: 3600 });
    const before = startsMs.length;
    await tickFor(world, 3600);
    expect(startsMs.length - before).toBeLessThanOrEqual(2);
  }, 60_000);
});

describe('a limit under 10', () => {
  test('of one an hour gives one an hour', async () => {
    const { world, startsMs } = timed(limitedTo(1, 3600));
    for (const id of ['a', 'b', 'c']) world.send({ id });
    await tickFor(world, 3 * 3600);
    expect(startsMs).toHaveLength(3);
    for (const [i, at] of startsMs.entries()) expect(at - (startsMs[i - 1] ?? 0)).toBeGreaterThanOrEqual(3600_000);
  }, 60_000);

  test('keeps the turn of a parked job that asks early, without a write of the bucket', async () => {
    const { world } = timed(limitedTo(1, 3600));
    for (const id of ['a', 'b', 'c']) world.send({ id });
    await world.deliver();
    const [turn, calls] = [world.job('c')?.turn, bucketCalls(world)];
    await tickFor(world, 3000);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('c')?.turn).toMatchObject({ at: turn?.at });
    expect(world.job('c')?.turn?.askAt).not.toBe(turn?.askAt);
    expect(bucketCalls(world)).toBe(calls);
  }, 60_000);

  test('begins the jobs of a batch one by one', async () => {
    const { world, startsMs } = timed(limitedTo(5, 1));
    const bornMs = world.clock.now();
    for (let i = 0; i < 5; i++) world.send({ id: `j${i}` });
    await world.deliver();
    expect(startsMs.map((at) => at - bornMs)).toEqual([0, 200, 400, 600, 800]);
  });
});

describe('the bucket of a rate limit', () => {
  test('is an item of the jobs table that is no job, and expires when it is no longer used', async () => {
    const world = makeWorld({ definition: limitedTo(5, 1) });
    world.send({ id: 'a' });
    await world.deliver();
    const item = world.dynamoDb.item(JOBS_TABLE, BUCKET);
    expect(item).toMatchObject({ id: BUCKET, version: 1 });
    expect(item).not.toHaveProperty('listKey');
    expect((item as { expiration: number }).expiration * 1000).toBeGreaterThan(world.clock.now() + 23 * 3600_000);
  });

  test('is asked again if it is throttled or its reply is lost', async () => {
    for (const error of [throttled(), timeout()]) {
      const world = makeWorld({ definition: limitedTo(5, 1) });
      world.dynamoDb.faults.plan(isBucket, { kind: 'fails', error });
      world.dynamoDb.faults.plan(isBucket, { kind: 'lostReply' });
      world.send({ id: 'a' });
      await world.drain(60);
      expect(world.starts).toEqual(['a/1']);
      expect(world.dynamoDb.faults.pending).toBe(0);
    }
  });

  test('gives no token back of an attempt whose begin was written and not heard of', async () => {
    const world = makeWorld({ definition: limitedTo(1, 30) });
    const isBegin = ({ input }: { input: unknown }) => JSON.stringify(input).includes('bodyHash');
    world.dynamoDb.faults.plan(isBegin, { kind: 'lostReply' });
    const worker = world.worker();
    world.send({ id: 'a' });
    await world.clock.run(worker());
    world.send({ id: 'b' });
    await world.clock.run(worker());
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.starts).toEqual(['a/1']);
  });

  test('keeps the messages, without an attempt, if it does not answer', async () => {
    const world = makeWorld({ definition: limitedTo(5, 1) });
    world.dynamoDb.faults.plan(isBucket, { kind: 'fails', error: throttled() }, 10);
    world.send({ id: 'a' });
    expect((await world.deliver()).kept).toEqual(['sent-1']);
    expect(world.job('a')).toBeUndefined();
  });

  test('sends a job away for two seconds if others always change it first', async () => {
    const world = makeWorld({ definition: limitedTo(5, 1) });
    world.send({ id: 'a' });
    let version = 100;
    const happens = () => {
      version += 1;
      world.dynamoDb.put(JOBS_TABLE, { id: BUCKET, version, nextAt: 0, lineEndsAt: 0, expiration: 9e9 } as never);
    };
    world.dynamoDb.faults.plan(isBucket, { kind: 'meanwhile', happens }, 8);
    await world.deliver();
    expect(world.starts).toEqual([]);
    expect(world.queue.nextVisibleAtMs()).toBe(world.clock.now() + 2000);
    await world.drain(10);
    expect(world.starts).toEqual(['a/1']);
  });
});
