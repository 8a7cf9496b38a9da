import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const POISON = { id: 'a', payload: { do: 'permanent' } };
const CORRECTED = { id: 'a', payload: { do: 'complete', result: 'corrected' } };
const OF_RUN_1 = { attributes: { jobId: 'a', run: '1' } };

async function dead(): Promise<World> {
  const world = makeWorld();
  world.send(POISON);
  await world.deliver();
  expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
  return world;
}

describe('a dead job that is not delivered', () => {
  test('keeps its message if the DLQ refuses it, and is delivered at a later receive', async () => {
    const world = makeWorld();
    world.sqs.faults.plan('SendMessage', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    world.send(POISON);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', undelivered: true });
    expect(world.deadLetters.messages()).toEqual([]);
    expect(total(world.output, 'JobsDeadLettered')).toBe(0);
    await world.drain(3600);
    expect(world.starts).toEqual(['a/1']);
    expect(world.deadLetters.messages()).toHaveLength(1);
    expect(world.job('a')).not.toHaveProperty('undelivered');
    expect(world.queue.messages()).toEqual([]);
    expect(total(world.output, 'JobsDeadLettered')).toBe(1);
  });

  test('is delivered again if the mark is missing: there is a second copy, and no dead letter is lost', async () => {
    const world = makeWorld();
    const marks = ({ input }: { input: unknown }) => JSON.stringify(input).includes('REMOVE \\"undelivered\\"');
    const error = awsError('AccessDeniedException', 'no', 400);
    world.dynamoDb.faults.plan(marks, { kind: 'fails', error });
    world.send(POISON);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')?.undelivered).toBe(true);
    await world.drain(3600);
    expect(world.deadLetters.messages()).toHaveLength(2);
    expect(world.job('a')).not.toHaveProperty('undelivered');
  });
});

describe('a redrive of a dead job', () => {
  test('starts its next run with the same body', async () => {
    const world = await dead();
    world.alter('a', { checkpoint: { done: 2 }, checkpointNo: 2, snoozes: 7, snoozesInRow: 7, cancelRequested: true });
    world.send(POISON, OF_RUN_1);
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/1']);
    const expected = { status: 'DEAD', runNo: 2, attempts: 1, checkpointNo: 2, checkpoint: { done: 2 }, snoozes: 0 };
    expect(world.job('a')).toMatchObject({ ...expected, snoozesInRow: 0 });
    expect(world.job('a')).not.toHaveProperty('cancelRequested');
    expect(world.deadLetters.messages().at(-1)?.attributes.run?.StringValue).toBe('2');
  });

  test('starts its next run with a corrected body under the same id', async () => {
    const world = await dead();
    world.send(CORRECTED, OF_RUN_1);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2, attempts: 1, result: 'corrected' });
    for (const name of ['reason', 'error', 'failedAt', 'listKey', 'listAt', 'undelivered']) {
      expect(world.job('a')).not.toHaveProperty(name);
    }
  });

  test('starts the next run even if the dead letter was never marked as delivered', async () => {
    const world = await dead();
    world.alter('a', { undelivered: true });
    world.send(CORRECTED, OF_RUN_1);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2 });
    expect(world.deadLetters.messages()).toHaveLength(1);
  });

  test('is ignored if it names another run or another job', async () => {
    const world = await dead();
    world.send(CORRECTED, { attributes: { jobId: 'a', run: '2' } });
    world.send(POISON, { attributes: { jobId: 'b', run: '1' } });
    world.send(POISON);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
  });

  test('for later is parked as attempt 0 of its run', async () => {
    const world = await dead();
    const dueAt = world.clock.now() + 600_000;
    world.send({ ...CORRECTED, runAt: iso(dueAt) }, OF_RUN_1);
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', runNo: 2, attempts: 0, dueAt, listAt: dueAt });
    expect(world.job('a')?.listKey).toMatch(/^due#/);
    expect(world.job('a')).not.toHaveProperty('reason');
  });

  test('for later that is too big to park waits and changes nothing', async () => {
    const world = await dead();
    const before = world.job('a');
    const filler = 'x'.repeat(330 * 1024);
    world.send({ id: 'a', payload: { do: 'complete', filler }, runAt: iso(world.clock.now() + 600_000) }, OF_RUN_1);
    const { kept } = await world.deliver();
    expect(kept).toHaveLength(1);
    expect(world.job('a')).toEqual(before);
  });
});

describe('a duplicate of a finished job', () => {
  test.each(['COMPLETED', 'DEAD', 'CANCELLED'] as const)('that is %s is deleted and counted', async (status) => {
    const world = makeWorld();
    world.send({ id: 'a' });
    await world.deliver();
    world.alter('a', { status });
    const before = world.job('a');
    world.send({ id: 'a' });
    const { kept } = await world.deliver();
    expect(kept).toEqual([]);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toEqual(before);
    expect(total(world.output, 'JobsDuplicate')).toBe(1);
    expect(world.output.events()).toContain('job.duplicate');
  });
});
