import type { BatchGetItemCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { JobCancelledError, LeaseLostError } from '../../../../lib/contract/errors.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { itemId, NO_BODY } from '../../../../lib/contract/protocol/job-item.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { total, values } from '../../../support/output.ts';
import { defineProbe, effectsOf, probe, sideEffect } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const definition = defineProbe({ begin: 'optimistic' });
const calls = ({ dynamoDb }: World) => dynamoDb.calls.map(({ name }) => name);
const IDS = Array.from({ length: 10 }, (_, i) => `j${i}`);

describe('a first delivery of a type that begins optimistically', () => {
  test('completes its job with one look and one write, ten jobs in two calls', async () => {
    const world = makeWorld({ definition });
    for (const id of IDS) world.send({ id, payload: { do: 'complete', result: id } });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(calls(world)).toEqual(['BatchGetItem', 'BatchExecuteStatement']);
    const look = world.dynamoDb.calls[0]?.input as BatchGetItemCommandInput;
    expect(look.RequestItems?.[JOBS_TABLE]?.ConsistentRead).toBe(false);
    for (const id of IDS)
      expect(world.job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1, runNo: 1, result: id });
    expect(world.job('j0')).not.toHaveProperty('leaseUntil');
  });

  test('is told as any other: its lines, metrics and item are those of a claimed one', async () => {
    const told = async (one: typeof definition) => {
      const world = makeWorld({ definition: one });
      for (const id of ['a', 'b']) world.send({ id, payload: { do: 'work', seconds: 1, result: 7 } });
      await world.deliver();
      const names = [METRICS.completed, METRICS.duration, METRICS.queueLatency, METRICS.stalled];
      const lines = world.output.logs().map(({ timestamp: _, ...line }) => line);
      const { leaseUntil: _, ...item } = world.job('a') ?? {};
      return { lines, item, metrics: names.map((name) => values(world.output, name)) };
    };
    expect(await told(definition)).toEqual(await told(defineProbe()));
  });

  test.each([
    ['fails once', { do: 'fail', times: 1 }, { status: 'COMPLETED', attempts: 2 }],
    ['fails for good', { do: 'permanent' }, { status: 'DEAD', reason: 'PermanentError', attempts: 1 }],
    ['commits', { do: 'commit' }, { status: 'COMPLETED', attempts: 1 }],
    ['writes checkpoints', { do: 'checkpoint', times: 4 }, { status: 'COMPLETED', attempts: 2, checkpointNo: 4 }],
  ])('that %s ends as any other', async (_, payload, expected) => {
    const world = makeWorld({ definition });
    world.send({ id: 'a', payload });
    await world.drain(60);
    expect(world.job('a')).toMatchObject(expected);
    expect(world.queue.messages()).toEqual([]);
    expect(world.deadLetters.messages()).toHaveLength(expected.status === 'DEAD' ? 1 : 0);
    if (payload.do === 'commit') expect(effectsOf(world.dynamoDb, 'a')).toBe(1);
    if (payload.do === 'checkpoint') expect(effectsOf(world.dynamoDb, 'a')).toBe(4);
  });

  test('that fails for longer is parked with its message, and comes back', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a', payload: { do: 'snooze', seconds: 600 } });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, snoozes: 1 });
    expect(world.job('a')?.envelope).toBeDefined();
    expect(world.queue.messages()).toEqual([]);
    await world.clock.advance(600_000);
    await world.tick();
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/1']);
  });

  test('waits where its job is for later', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a', runAt: iso(world.clock.now() + 30_000) });
    await world.deliver();
    expect([calls(world), world.starts]).toEqual([['BatchGetItem'], []]);
  });
});

describe('a copy of a job that ended', () => {
  test('is read again, consistently, and dropped', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a' });
    await world.deliver();
    world.send({ id: 'a' });
    const before = calls(world).length;
    await world.deliver();
    expect(calls(world).slice(before)).toEqual(['BatchGetItem', 'BatchGetItem']);
    expect([world.starts, total(world.output, METRICS.duplicate)]).toEqual([['a/1'], 1]);
  });

  test('is not dropped on an old copy of its item: it begins anew once its retention is over', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a' });
    await world.deliver();
    world.send({ id: 'a' });
    let reads = 0;
    const isSecond = ({ name }: { name: string }) => name === 'BatchGetItem' && ++reads === 2;
    const happens = () => world.alter('a', { expiration: 1 });
    world.dynamoDb.faults.plan(isSecond, { kind: 'meanwhile', happens });
    await world.deliver();
    expect([world.starts, world.job('a')?.runNo]).toEqual([['a/1', 'a/1'], 2]);
  });
});

describe('a message that was received before, and whose job left no row', () => {
  test('of a crashed batch is claimed and runs alone: the poison job takes no other with it', async () => {
    const world = makeWorld({
      definition,
      perform: async (given, context, clock) => {
        await sleep(clock, 100);
        if (context.job.id === 'j4') world.kill();
        await sleep(clock, 100);
        return probe(given, context, clock);
      },
    });
    for (const id of IDS) world.send({ id, maxAttempts: 2 });
    await world.drain(24 * 3600);
    for (const id of IDS.filter((one) => one !== 'j4'))
      expect(world.job(id), id).toMatchObject({ status: 'COMPLETED' });
    expect(world.job('j4')).toMatchObject({ status: 'DEAD', reason: 'Crashed', attempts: 2 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('counts as stalled once the visibility timeout has passed', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a' });
    await world.deliver({ crash: { call: 2, moment: 'before' } });
    expect(world.job('a')).toBeUndefined();
    await world.drain(24 * 3600);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(total(world.output, METRICS.stalled)).toBe(1);
    expect(world.output.events()).toContain('job.stalled');
  });

  test('does not count so if it only waited for its time', async () => {
    const world = makeWorld({ definition });
    world.send({ id: 'a', runAt: iso(world.clock.now() + 30_000) });
    await world.drain(60);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    expect(total(world.output, METRICS.stalled)).toBe(0);
    expect(values(world.output, METRICS.queueLatency)).toEqual([0]);
  });
});

describe('a handler that runs unclaimed', () => {
  const writes = ({ dynamoDb }: World) => dynamoDb.calls.filter(({ name }) => name !== 'BatchGetItem');

  test('claims its job by its first progress, once, and is an ordinary one from then on', async () => {
    let seen: unknown;
    const world = makeWorld({
      definition,
      perform: async (_, { progress }, clock) => {
        await Promise.all([progress(1), progress(2)]);
        seen = world.job('a');
        await sleep(clock, 3000);
        return 'done';
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(seen).toMatchObject({ status: 'INPROGRESS', owner: 'owner-1', attempts: 1, progress: 1 });
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', progress: 2, leaseUntil: expect.any(Number) });
    expect(writes(world)).toHaveLength(4);
  });

  test('knows its claim again whose reply was lost', async () => {
    const world = makeWorld({
      definition,
      perform: (_, context) => context.checkpoint([sideEffect(context)], { page: 1 }),
    });
    world.dynamoDb.faults.plan('BatchExecuteStatement', { kind: 'lostReply' });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', checkpointNo: 1 });
    expect(effectsOf(world.dynamoDb, 'a')).toBe(1);
  });

  test('ends as an ordinary one where its claim was written, and it never heard of it', async () => {
    const world = makeWorld({
      definition,
      perform: async (_, { progress }) => {
        // Not waited for: it is still on its way when the handler returns.
        void progress('half').catch(() => undefined);
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', owner: 'owner-1' });
    expect(world.queue.messages()).toEqual([]);
  });

  test.each([
    ['another delivery began the job', { status: 'INPROGRESS', owner: 'thief', bodyHash: 'x' }, LeaseLostError],
    ['the job was cancelled before it began', { status: 'CANCELLED', bodyHash: NO_BODY }, JobCancelledError],
  ])('learns by checkpoint that %s, and writes nothing', async (_, row, Wanted) => {
    const thrown: unknown[] = [];
    const world = makeWorld({
      definition,
      perform: async (_payload, context) => {
        const base = { jobId: 'a', type: 'probe', runNo: 1, attempts: 1, maxAttempts: 5, checkpointNo: 0, snoozes: 0 };
        const times = { leaseUntil: world.clock.now() + 60_000, expiration: 1e11, createdAt: 'x', snoozesInRow: 0 };
        world.dynamoDb.put(JOBS_TABLE, { id: itemId('probe', 'a'), ...base, ...times, ...row });
        for (const write of [context.progress(1), context.checkpoint([sideEffect(context)], 1)])
          await write.catch((error) => thrown.push(error));
        thrown.push(context.signal.reason);
        throw context.signal.reason;
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    for (const error of thrown) expect(error).toBeInstanceOf(Wanted);
    expect(thrown).toHaveLength(2);
    expect(effectsOf(world.dynamoDb, 'a')).toBeUndefined();
    expect(world.job('a')).toMatchObject(row);
  });
});

test('an exception that ends the process leaves a note of the unclaimed job to blame, and puts its mates back', async () => {
  const world = makeWorld({
    definition,
    perform: async (given, context, clock) => {
      if (context.job.id === 'j4' && context.job.attempts === 1) world.crash(new TypeError('in a timer'));
      await sleep(clock, 1000);
      return probe(given, context, clock);
    },
  });
  for (const id of IDS) world.send({ id });
  await world.deliver();
  expect(world.job('j4')).toMatchObject({
    status: 'INPROGRESS',
    crash: { name: 'TypeError', owner: expect.any(String) },
  });
  for (const id of IDS.filter((one) => one !== 'j4'))
    expect(world.job(id), id).toMatchObject({ status: 'RETRYING', attempts: 0, snoozes: 1 });
});
