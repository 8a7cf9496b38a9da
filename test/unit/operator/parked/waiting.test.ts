import { describe, expect, test } from 'vitest';
import { type Stage, type WaitingJob, waiting } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { FLOW, flowStage } from '../support/flows.ts';
import { stageOf } from '../support/stage.ts';

const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

/** Parked jobs: the first is due last, and each third at the same time as another. */
async function parked(count: number): Promise<World> {
  const world = makeWorld();
  for (let i = 0; i < count; i++) {
    world.send({ id: `j${i}`, runAt: later(world, 6000 - 60 * (i - (i % 3 === 1 ? 1 : 0))) });
  }
  await world.drain();
  return world;
}

async function all(stage: Stage, limit: number, type?: string) {
  const jobs: WaitingJob[] = [];
  let [after, pages] = [undefined as string | undefined, 0];
  do {
    const page = await waiting(stage, type, { limit, after });
    jobs.push(...page.jobs);
    after = page.after;
    pages += 1;
  } while (after !== undefined);
  return { jobs, pages };
}

describe('waiting jobs', () => {
  test('come soonest first, each with what it waits for', async () => {
    const world = makeWorld();
    world.send({ id: 'late', runAt: later(world, 7200) });
    world.send({ id: 'soon', runAt: later(world, 3600) });
    world.send({ id: 'failed', payload: { do: 'retryAfter', seconds: 5400 } });
    await world.drain();
    const { jobs, ...rest } = await waiting(stageOf(world), 'probe');
    expect(rest).toEqual({ total: jobs.length, totalMore: false });
    expect(jobs.map(({ key }) => key)).toEqual(['soon', 'failed', 'late']);
    expect(jobs[1]).toMatchObject({ status: 'RETRYING', attempts: 1, error: { name: 'RetryAfterError' } });
    expect(jobs[0]).toEqual({
      ...{ type: 'probe', key: 'soon', run: 1, jobId: 'soon', status: 'SCHEDULED', attempts: 0, maxAttempts: 5 },
      ...{ error: undefined, dueAt: world.clock.now() + 3600_000, waitsForChildren: false },
    });
  });

  test.each([1, 2, 7, 39, 40, 41])(
    'in pages of %i are the same as in one, jobs of one time among them',
    async (limit) => {
      const world = await parked(40);
      const whole = await waiting(stageOf(world), 'probe');
      expect(whole.jobs).toHaveLength(40);
      expect(whole).not.toHaveProperty('after');
      for (const type of ['probe', undefined]) {
        const { jobs, pages } = await all(stageOf(world), limit, type);
        expect(jobs).toEqual(whole.jobs);
        expect(pages).toBe(Math.ceil(40 / limit));
      }
    },
  );
});

const put = (world: World, shard: number, listAt: number, type = 'probe') => {
  const id = `${type}#${shard}-${listAt}`;
  world.dynamoDb.put(JOBS_TABLE, { id, type, status: 'SCHEDULED', listKey: `due#${shard}`, listAt });
};

describe('a list of waiting jobs', () => {
  test('counts to 10,000, and says that there are more', async () => {
    const world = makeWorld();
    for (let i = 0; i < 10_000; i++) put(world, i % 8, i);
    expect(await waiting(stageOf(world), 'probe', { limit: 1 })).toMatchObject({ total: 10_000, totalMore: false });
    put(world, 3, 10_000);
    for (const type of ['probe', undefined]) {
      expect(await waiting(stageOf(world), type, { limit: 1 })).toMatchObject({ total: 10_000, totalMore: true });
    }
  });

  test('reads few entries of each shard for a page, however long it is', async () => {
    const world = makeWorld();
    for (let i = 0; i < 4000; i++) put(world, i % 8, i);
    const before = world.dynamoDb.calls.length;
    const { jobs } = await waiting(stageOf(world), 'probe', { limit: 100 });
    expect(jobs.map(({ dueAt }) => dueAt)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const calls = world.dynamoDb.calls.slice(before);
    const reads = calls.filter(({ input }) => !('Select' in (input as object))).map(({ name }) => name);
    expect(reads).toEqual([...Array.from({ length: 8 }, () => 'Query'), 'BatchGetItem']);
  });

  test('leaves out what has begun, and goes on behind it', async () => {
    const world = await parked(3);
    const first = await waiting(stageOf(world), 'probe', { limit: 1 });
    world.alter('j1', { status: 'INPROGRESS' });
    const { jobs } = await waiting(stageOf(world), 'probe', { after: first.after });
    expect([...first.jobs, ...jobs].map(({ key }) => key)).toEqual(['j2', 'j0']);
  });

  test('marks a callback that waits for its children', async () => {
    const there = flowStage();
    there.callback();
    const { jobs } = await waiting(there.stage);
    expect(jobs).toMatchObject([{ type: 'statements-sent', key: FLOW, waitsForChildren: true }]);
  });

  test('of a stage without the index of types is found among all', async () => {
    const world = makeWorld();
    for (let i = 0; i < 600; i++) put(world, i % 8, i, i % 2 === 0 ? 'probe' : 'other');
    const { stage } = withoutIndex(world);
    const { jobs } = await all(stage, 70, 'probe');
    expect(jobs.map(({ dueAt }) => dueAt)).toEqual(Array.from({ length: 300 }, (_, i) => i * 2));
    expect(await waiting(stage, 'probe', { limit: 5 })).toMatchObject({ total: 300, totalMore: false });
  });

  test.each(['', 'x', '1.8.probe#a', '1.1.probe', '-1.1.a#b'])('does not begin at %j', async (after) => {
    await expect(waiting(stageOf(makeWorld()), 'probe', { after })).rejects.toMatchObject({
      name: 'InvalidPlaceError',
    });
  });

  test('ends when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('gone'));
    await expect(waiting(stageOf(makeWorld()), 'probe', { signal })).rejects.toThrow('gone');
  });

  test('of a type that does not exist says which do', async () => {
    await expect(waiting(stageOf(makeWorld()), 'prove')).rejects.toMatchObject({ name: 'NoSuchTypeError' });
  });
});

function withoutIndex(world: World) {
  const stage = stageOf(world);
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const send = (command: { input: { IndexName?: string } }) =>
    command.input.IndexName === 'typeLists'
      ? Promise.reject(awsError('ValidationException', 'The table does not have the specified index: typeLists'))
      : client.send(command);
  return { stage: { ...stage, aws: { ...stage.aws, dynamoDb: { send } as never } } };
}
