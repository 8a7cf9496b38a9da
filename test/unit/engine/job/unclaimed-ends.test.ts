import { describe, expect, test } from 'vitest';
import { PermanentError, SnoozeError } from '../../../../lib/contract/errors.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { itemId, NO_BODY } from '../../../../lib/contract/protocol/job-item.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import type { Call } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { defineProbe, effectsOf, sideEffect } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const definition = defineProbe({ begin: 'optimistic' });

type Run = (context: JobContext, world: World) => unknown;
const complete: Run = ({ job }) => `attempt ${job.attempts}`;
const commit: Run = (context) => context.commit([sideEffect(context)]);
const fail: Run = () => {
  throw new Error('no');
};
const die: Run = () => {
  throw new PermanentError('never');
};
const snooze: Run = () => {
  throw new SnoozeError(600);
};
const hold: Run = async (context) => context.progress(1).then(() => new Promise(() => undefined));

/** Two deliveries of one job, at the same time: the mate ends after a second, this one after two. Later ones complete. */
async function twice(mate: Run, own: Run): Promise<World> {
  let started = 0;
  const world: World = makeWorld({
    definition,
    perform: async (_, context, clock) => {
      const number = started++;
      await sleep(clock, (number + 1) * 1000);
      return [mate, own, complete][Math.min(number, 2)]?.(context, world);
    },
  });
  for (const _ of [mate, own]) world.send({ id: 'a' });
  await world.deliver();
  return world;
}

const counts = ({ output }: World) => ({
  completed: total(output, METRICS.completed),
  duplicates: total(output, METRICS.duplicate),
  dead: total(output, METRICS.deadLettered),
});

describe('of two runs of one job at the same time, the slower one that completes', () => {
  test.each([
    ['completed', complete, complete],
    ['completed by commit', commit, commit],
    ['completed, and this one committed', complete, commit],
  ])('is a duplicate if the other %s', async (_, mate, own) => {
    const world = await twice(mate, own);
    expect(world.starts).toEqual(['a/1', 'a/1']);
    expect(counts(world)).toEqual({ completed: 1, duplicates: 1, dead: 0 });
    expect(world.queue.messages()).toEqual([]);
    expect(effectsOf(world.dynamoDb, 'a')).toBe(mate === commit ? 1 : undefined);
  });

  test.each([
    ['waits for its retry in place', fail, complete, 1],
    ['is parked', snooze, complete, 1],
    ['waits, and this one committed', fail, commit, 1],
  ])('completes the job if the other %s, and that one’s message is a duplicate', async (_, mate, own) => {
    const world = await twice(mate, own);
    const item = world.job('a');
    expect(item).toMatchObject({ status: 'COMPLETED', attempts: 1, owner: 'owner-2' });
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope', 'leaseUntil']) expect(item).not.toHaveProperty(gone);
    expect(effectsOf(world.dynamoDb, 'a')).toBe(own === commit ? 1 : undefined);
    await world.drain(700);
    expect(world.starts).toEqual(['a/1', 'a/1']);
    expect(counts(world).completed).toBe(1);
    expect(world.queue.messages()).toEqual([]);
  });

  test('leaves a death as it is, and says so', async () => {
    const world = await twice(die, complete);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', owner: 'owner-1' });
    expect(counts(world)).toEqual({ completed: 0, duplicates: 1, dead: 1 });
    expect(total(world.output, METRICS.completedAfterDeath)).toBe(1);
    const said = { message: 'job.completed-after-death', level: 'WARN', jobId: 'a', reason: 'PermanentError' };
    expect(world.output.logs()).toContainEqual(expect.objectContaining(said));
    expect(world.queue.messages()).toEqual([]);
    expect(world.deadLetters.messages()).toHaveLength(1);
  });

  test('waits while the other has claimed the job, and is then its duplicate', async () => {
    const world = await twice(async (context, { clock }) => {
      await context.progress('half');
      await sleep(clock, 5000);
    }, complete);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', owner: 'owner-1', progress: 'half' });
    expect(world.output.events()).toContain('job.lease-lost');
    await world.drain(600);
    expect(counts(world)).toEqual({ completed: 1, duplicates: 1, dead: 0 });
    expect(world.queue.messages()).toEqual([]);
  });

  test('is a duplicate if the job was cancelled meanwhile', async () => {
    const world = await twice((context, { dynamoDb }) => {
      const base = { jobId: 'a', type: 'probe', runNo: 1, attempts: 0, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 };
      const row = { ...base, id: itemId('probe', 'a'), status: 'CANCELLED', bodyHash: NO_BODY, expiration: 1e11 };
      dynamoDb.put(JOBS_TABLE, row);
      return `attempt ${context.job.attempts}`;
    }, complete);
    expect(world.job('a')?.status).toBe('CANCELLED');
    expect(counts(world)).toEqual({ completed: 0, duplicates: 2, dead: 0 });
    expect(world.output.events().filter((event) => event === 'job.lease-lost')).toHaveLength(2);
    expect(world.queue.messages()).toEqual([]);
  });
});

describe('of two runs of one job at the same time, the slower one that fails', () => {
  test.each([
    ['fails', fail, fail],
    ['dies', fail, die],
    ['snoozes', fail, snooze],
  ])('(%s) leaves the other’s retry as it is: the job runs once more', async (_, mate, own) => {
    const world = await twice(mate, own);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 1, owner: 'owner-1' });
    expect(world.output.events()).toContain('job.lease-lost');
    await world.drain(600);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(world.starts).toEqual(['a/1', 'a/1', 'a/2']);
    expect(world.queue.messages()).toEqual([]);
  });

  test.each([
    ['completed', complete, 'COMPLETED', 0],
    ['died', die, 'DEAD', 0],
  ])('is a duplicate if the other %s', async (_, mate, status) => {
    const world = await twice(mate, fail);
    expect(world.job('a')?.status).toBe(status);
    expect(counts(world).duplicates).toBe(1);
    expect([total(world.output, METRICS.failed), total(world.output, METRICS.completedAfterDeath)]).toEqual([
      status === 'DEAD' ? 1 : 0,
      0,
    ]);
    expect(world.queue.messages()).toEqual([]);
  });
});

test('a job that was claimed by a run which never ends goes on once its lease is over', async () => {
  const world = await twice(hold, complete);
  expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 1 });
  await world.drain(600);
  expect(world.job('a')).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  expect(world.queue.messages()).toEqual([]);
});

describe('the one write of an unclaimed attempt', () => {
  const ENDS: Record<string, Run> = { complete, commit, fail, die, snooze };

  async function outcome(run: Run, kind?: 'lostReply' | 'repeated') {
    const world: World = makeWorld({ definition, perform: (_, context) => run(context, world) });
    world.send({ id: 'a' });
    const isEnd = ({ name, input }: Call) =>
      name !== 'BatchGetItem' && /INSERT|attribute_not_exists/.test(JSON.stringify(input));
    if (kind !== undefined) world.dynamoDb.faults.plan(isEnd, { kind });
    const { kept } = await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    const names = [METRICS.completed, METRICS.failed, METRICS.retried, METRICS.duplicate];
    return {
      ...{ kept: kept.length, starts: world.starts, effects: effectsOf(world.dynamoDb, 'a') },
      metrics: names.map((name) => total(world.output, name)),
      item: { ...world.job('a'), completedAt: 0, failedAt: 0, dueAt: 0, listAt: 0, expiration: 0 },
      dead: world.deadLetters.messages().length,
    };
  }

  test.each(Object.keys(ENDS).flatMap((name) => [[name, 'lostReply'] as const, [name, 'repeated'] as const]))(
    '(%s) is known again after a %s',
    async (name, kind) => {
      const run = ENDS[name] ?? complete;
      expect(await outcome(run, kind)).toEqual(await outcome(run));
    },
  );
});
