import { describe, expect, test } from 'vitest';
import { deadList, itemId, type JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { type DeadFilter, type DeadPage, dead, deadPages } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const START_MS = Date.UTC(2025, 11, 31);

/** A dead job, which died so many ms after the others' start. */
function put(world: World, key: string, afterMs: number, change: Partial<JobItem> = {}) {
  const { type = 'probe' } = change;
  const id = itemId(type, key);
  const failedAt = new Date(START_MS + afterMs).toISOString();
  const error = { name: 'Error', message: `order ${1000 + afterMs} is ${afterMs % 3 === 0 ? 'gone' : 'late'}` };
  const list = { listKey: deadList(id), listAt: START_MS + afterMs };
  const counters = { runNo: 1, attempts: 5, maxAttempts: 5 };
  const job = { id, type, jobId: key, status: 'DEAD', reason: 'AttemptsExhausted', error, failedAt };
  world.dynamoDb.put(JOBS_TABLE, { ...job, ...list, ...counters, ...change });
}

function graveyard(count: number): World {
  const world = makeWorld();
  for (let i = 0; i < count; i++) put(world, `k${i}`, i);
  return world;
}

async function all(pages: AsyncIterable<DeadPage>): Promise<DeadPage[]> {
  const found: DeadPage[] = [];
  for await (const page of pages) found.push(page);
  return found;
}

describe('pages of dead jobs', () => {
  test('are bounded, the newest first, and their groups grow', async () => {
    const world = graveyard(10_000);
    const pages = await all(deadPages(stageOf(world), 'probe'));
    expect(pages.map(({ jobs }) => jobs.length)).toEqual([100, 200, 400, 800, ...Array(8).fill(1000), 500]);
    expect(pages.flatMap(({ jobs }) => jobs.map(({ key }) => key))).toEqual(
      Array.from({ length: 10_000 }, (_, i) => `k${9999 - i}`),
    );
    expect(pages[0]?.groups.map(({ error, jobs }) => [error, jobs])).toEqual([
      ['Error: order <n> is late', 66],
      ['Error: order <n> is gone', 34],
    ]);
    const last = pages.at(-1);
    expect(last?.groups.map(({ jobs }) => jobs)).toEqual([6666, 3334]);
    expect(last).toMatchObject({ read: 10_000, of: 10_000, truncated: false });
    expect(pages[5]).toMatchObject({ read: 3500, of: 10_000, truncated: false });
  });

  test('begin after one look at the newest entries of each shard', async () => {
    const world = graveyard(3000);
    const before = world.dynamoDb.calls.length;
    const first = await deadPages(stageOf(world)).next();
    expect(first.value?.jobs).toHaveLength(100);
    const calls = world.dynamoDb.calls.slice(before);
    const looks = calls.filter(({ input }) => !('Select' in (input as object)));
    expect(looks.map(({ name, input }) => (name === 'Query' ? (input as { Limit: number }).Limit : name))).toEqual([
      ...Array(8).fill(100),
      'BatchGetItem',
    ]);
  });

  test.each<[string, string | undefined, DeadFilter]>([
    ['all', undefined, {}],
    ['one type’s', 'probe', {}],
    ['those of an error', 'probe', { error: 'GONE' }],
    ['the latest', undefined, { sinceMs: START_MS + 200 }],
    ['one key', undefined, { key: 'k7' }],
    [
      'chosen runs',
      'probe',
      {
        jobs: [
          { key: 'k1', run: 1 },
          { key: 'k2', run: 2 },
          { key: 'k5', run: 1 },
        ],
      },
    ],
    ['none', 'probe', { reason: 'NoneSuch' }],
  ])('hold %s, as the report at once does', async (_, type, filter) => {
    const world = graveyard(450);
    for (let i = 0; i < 60; i++) put(world, `o${i}`, i * 7, { type: 'gone-type', reason: 'PermanentError' });
    for (const key of ['k10', 'k11']) world.alter(key, { status: 'COMPLETED' });
    const pages = await all(deadPages(stageOf(world), type, filter));
    const { jobs, groups, truncated } = await dead(stageOf(world), type, filter);
    const found = pages.flatMap((page) => page.jobs);
    expect(new Set(found.map(({ type: of, key }) => `${of}#${key}`)).size).toBe(found.length);
    expect(new Set(found)).toEqual(new Set(jobs));
    const sorted = found.map(({ failedAt = '' }) => failedAt);
    expect(sorted).toEqual([...sorted].sort().reverse());
    const last = pages.at(-1);
    expect(new Set(last?.groups)).toEqual(new Set(groups));
    expect([last?.truncated, last?.read]).toEqual([truncated, last?.of]);
    for (const job of jobs) expect(groups.map(({ error }) => error)).toContain(job.group);
  });

  test('of no dead job are one empty page', async () => {
    const empty = { jobs: [], groups: [], read: 0, of: 0, truncated: false };
    expect(await all(deadPages(stageOf(makeWorld()), 'probe'))).toEqual([empty]);
    expect(await all(deadPages(stageOf(makeWorld()), 'probe', { jobs: [] }))).toEqual([empty]);
  });

  test('end when they are aborted, before another read', async () => {
    const world = graveyard(2000);
    const aborted = new AbortController();
    const pages: DeadPage[] = [];
    let calls = 0;
    for await (const page of deadPages(stageOf(world), 'probe', {}, { signal: aborted.signal })) {
      pages.push(page);
      calls = world.dynamoDb.calls.length;
      aborted.abort();
    }
    expect(pages).toHaveLength(1);
    expect(world.dynamoDb.calls.length).toBe(calls);
  });

  test('come although they cannot be counted', async () => {
    const world = graveyard(300);
    const isCount = ({ input }: { input: object }) => 'Select' in input;
    world.dynamoDb.faults.plan(isCount as never, { kind: 'fails', error: awsError('InternalServerError', 'no') }, 100);
    const pages = await all(deadPages(stageOf(world), 'probe'));
    expect(pages.map(({ read, truncated }) => [read, truncated])).toEqual([
      [100, true],
      [300, false],
    ]);
  });

  test('of a type that does not exist are an error that names those that do', async () => {
    await expect(all(deadPages(stageOf(makeWorld()), 'prove'))).rejects.toMatchObject({ name: 'NoSuchTypeError' });
  });
});
