import { describe, expect, test } from 'vitest';
import { cancelAll, type JobRun, retryAll, type Stage } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { FLOW, flowStage } from '../support/flows.ts';
import { stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };
const probe = defineProbe();
const definitionOf = () => probe;
const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();
const runs = (...keys: string[]): JobRun[] => keys.map((key) => ({ type: 'probe', key, run: 1 }));
const KEYS = (count: number) => Array.from({ length: count }, (_, i) => `j${i}`);

async function parked(count: number): Promise<World> {
  const world = makeWorld();
  for (const id of KEYS(count)) world.send({ id, runAt: later(world, 7200) });
  await world.drain();
  return world;
}

/** The stage by a clock that its own waits move. */
function waitingStage(world: World): { stage: Stage; waitedMs: () => number } {
  let nowMs = world.clock.now();
  const startMs = nowMs;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  return { stage: { ...stageOf(world), now: () => nowMs, sleep }, waitedMs: () => nowMs - startMs };
}

describe('a retry of all', () => {
  test('makes each parked job of a type due now, and counts them', async () => {
    const world = await parked(25);
    const seen: [number, number][] = [];
    const onProgress = (done: number, chosen: number) => seen.push([done, chosen]);
    const all = await retryAll(stageOf(world), { type: 'probe' }, { ...FAST, onProgress });
    expect(all).toEqual({
      ...{ chosen: 25, rows: { dueNow: 25 }, changed: 25, unchanged: 0, callbacks: 0, refused: [], left: 0 },
      ...{ interrupted: false, truncated: false },
    });
    expect(seen.at(-1)).toEqual([25, 25]);
    await world.dispatch();
    await world.drain();
    expect(KEYS(25).map((key) => world.job(key)?.status)).toEqual(Array(25).fill('COMPLETED'));
  });

  test('of chosen jobs leaves those that have begun, ended or begun another run, and all others', async () => {
    const world = await parked(6);
    world.alter('j1', { status: 'COMPLETED' });
    world.alter('j2', { runNo: 2 });
    const all = await retryAll(stageOf(world), runs('j0', 'j1', 'j2', 'nobody'), FAST);
    expect(all).toMatchObject({ chosen: 4, rows: { dueNow: 1 }, changed: 1, unchanged: 3, left: 0 });
    expect(world.job('j3')?.dueAt).toBe(world.clock.now() + 7200_000);
  });

  test('leaves what was parked anew since it was chosen', async () => {
    const world = await parked(2);
    const again = { dueAt: world.clock.now() + 1, listAt: world.clock.now() + 1 };
    world.dynamoDb.faults.plan('GetItem', { kind: 'meanwhile', happens: () => world.alter('j1', again) });
    const all = await retryAll(stageOf(world), { type: 'probe' }, FAST);
    expect(all).toMatchObject({ chosen: 2, changed: 1, unchanged: 1 });
    expect(world.job('j1')).toMatchObject(again);
  });

  test('fires no callback that waits for its children', async () => {
    const there = flowStage();
    there.callback();
    for (const which of [{ type: 'statements-sent' }, [{ type: 'statements-sent', key: FLOW, run: 1 }]]) {
      const all = await retryAll(there.stage, which, FAST);
      expect(all).toMatchObject({ chosen: 1, changed: 0, unchanged: 1, callbacks: 1 });
    }
  });

  test('says of a job that changes each time it is read, and goes on', async () => {
    const world = await parked(4);
    let changes = 0;
    const isOfOne = ({ name, input }: { name: string; input: unknown }) =>
      name === 'UpdateItem' && JSON.stringify(input).includes('probe#j1');
    const happens = () => world.alter('j1', { attempts: ++changes });
    world.dynamoDb.faults.plan(isOfOne, { kind: 'meanwhile', happens }, 5);
    const all = await retryAll(stageOf(world), { type: 'probe' }, FAST);
    expect(all).toMatchObject({ rows: { dueNow: 3 }, changed: 3, left: 0 });
    expect(all.refused).toEqual([{ type: 'probe', key: 'j1', why: expect.stringContaining('changed 5 times') }]);
  });

  test('goes at a bounded rate, a hundred a second unless told', async () => {
    const world = await parked(30);
    const { stage, waitedMs } = waitingStage(world);
    await retryAll(stage, { type: 'probe' });
    expect(waitedMs()).toBeGreaterThanOrEqual(290);
    const slow = waitingStage(world);
    await retryAll(slow.stage, { type: 'probe' }, { perSecond: 10 });
    expect(slow.waitedMs()).toBeGreaterThanOrEqual(2900);
  });

  test('that is stopped says how many are left', async () => {
    const world = await parked(60);
    const stopped = new AbortController();
    const options = { ...FAST, signal: stopped.signal, onProgress: () => stopped.abort() };
    const all = await retryAll(stageOf(world), { type: 'probe' }, options);
    expect(all.interrupted).toBe(true);
    expect(all.left).toBeGreaterThan(40);
    expect(all.changed + all.left).toBe(60);
    const due = KEYS(60).filter((key) => world.job(key)?.dueAt === world.clock.now());
    expect(due).toHaveLength(all.changed);
  });

  test('that fails says so, and what it did stands', async () => {
    const world = await parked(40);
    const error = awsError('AccessDeniedException', 'no');
    let updates = 0;
    const isLater = ({ name }: { name: string }) => name === 'UpdateItem' && ++updates > 3;
    world.dynamoDb.faults.plan(isLater, { kind: 'fails', error }, 100);
    const all = await retryAll(stageOf(world), { type: 'probe' }, FAST);
    expect(all).toMatchObject({ changed: 3, interrupted: false, failure: error });
    expect(all.changed + all.left).toBe(40);
  });

  test('of a type that does not exist says which do', async () => {
    await expect(retryAll(stageOf(makeWorld()), { type: 'prove' })).rejects.toMatchObject({ name: 'NoSuchTypeError' });
  });
});

describe('a cancellation of all', () => {
  test('ends waiting jobs, asks running ones to end, and leaves ended ones', async () => {
    const world = await parked(5);
    world.alter('j1', { status: 'INPROGRESS', listKey: undefined, listAt: undefined });
    world.alter('j2', { status: 'DEAD' });
    const all = await cancelAll(stageOf(world), runs('j0', 'j1', 'j2', 'j3'), { definitionOf, ...FAST });
    expect(all).toMatchObject({
      ...{ chosen: 4, rows: { cancelledWaiting: 2, cancelRequested: 1 }, changed: 3, unchanged: 1 },
    });
    expect(['j0', 'j1', 'j2', 'j3', 'j4'].map((key) => world.job(key)?.status)).toEqual([
      ...['CANCELLED', 'INPROGRESS', 'DEAD', 'CANCELLED', 'SCHEDULED'],
    ]);
  });

  test('does not refuse a job that is gone, nor one of another run', async () => {
    const world = await parked(1);
    world.alter('j0', { runNo: 2 });
    const all = await cancelAll(stageOf(world), runs('j0', 'gone'), { definitionOf, ...FAST });
    expect(all).toMatchObject({ rows: {}, changed: 0, unchanged: 2 });
    expect(world.job('gone')).toBeUndefined();
  });

  test('of a type ends its parked jobs', async () => {
    const world = await parked(12);
    const all = await cancelAll(stageOf(world), { type: 'probe' }, { definitionOf, ...FAST });
    expect(all).toMatchObject({ rows: { cancelledWaiting: 12 }, changed: 12 });
  });

  test('writes nothing if the catalogue lacks one of the types', async () => {
    const world = await parked(1);
    const lacks = () => {
      throw new Error('not in the catalogue');
    };
    await expect(cancelAll(stageOf(world), runs('j0'), { definitionOf: lacks })).rejects.toThrow(
      'not in the catalogue',
    );
    expect(world.job('j0')?.status).toBe('SCHEDULED');
  });
});
