import { describe, expect, test } from 'vitest';
import { names } from '../../../../lib/contract/names.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { awsError, type Call } from '../../../../lib/testing/index.ts';
import { JOBS_TABLE, makeWorld, STAGE, type World } from '../../../support/world.ts';

/** A world with ten parked jobs, all in reach of a tick. */
async function tenParked(): Promise<World> {
  const world = makeWorld();
  const runAt = iso(world.clock.now() + 80_000);
  for (let i = 0; i < 10; i++) world.send({ id: `j${i}`, runAt });
  await world.drain();
  return world;
}

/** Parks the same jobs of another type beside them. */
function beside(world: World, type: string): void {
  for (let i = 0; i < 10; i++) {
    const item = world.job(`j${i}`) as JobItem;
    world.dynamoDb.put(JOBS_TABLE, { ...item, id: `${type}#${i}`, type, jobId: `${type}-${i}` });
  }
}

const jobIds = (queue: World['queue']) => queue.messages().map(({ attributes }) => attributes.jobId?.StringValue ?? '');

describe('released: the lists hold jobs of every type', () => {
  test('each job is sent to the queue of its own type', async () => {
    const world = await tenParked();
    const settings = { visibilityTimeoutSeconds: 60, retentionSeconds: 3600 };
    const other = world.sqs.createQueue(names.queue(STAGE, 'other'), settings);
    beside(world, 'other');
    expect(await world.tick()).toMatchObject({ released: 20, refused: 0 });
    expect(jobIds(world.queue).every((id) => /^j\d$/.test(id))).toBe(true);
    expect(world.queue.messages()).toHaveLength(10);
    expect(jobIds(other).every((id) => /^other-\d$/.test(id))).toBe(true);
    expect(other.messages()).toHaveLength(10);
  });

  test('a type without a queue does not keep other types’ jobs from being released', async () => {
    const world = await tenParked();
    beside(world, 'gone');
    expect(await world.tick()).toMatchObject({ released: 10, refused: 10, finished: true });
    expect(world.output.events()).toContain('release.queue-missing');
    expect(world.queue.messages()).toHaveLength(10);
  });

  test('a job that no longer waits is not sent, though its list entry is still there', async () => {
    const world = await tenParked();
    for (let i = 0; i < 10; i++) world.alter(`j${i}`, { status: i % 2 === 0 ? 'CANCELLED' : 'INPROGRESS' });
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0 });
    expect(world.queue.messages()).toEqual([]);
  });
});

describe('released: jobs of a type whose queue is gone', () => {
  const HOUR_MS = 3600_000;
  const asked = ({ sqs }: World) => sqs.calls.filter(({ name }) => name === 'GetQueueUrl');
  const itemOf = ({ dynamoDb }: World, id: string) => dynamoDb.item(JOBS_TABLE, id) as JobItem | undefined;

  async function overdue(): Promise<World> {
    const world = await tenParked();
    beside(world, 'gone');
    await world.clock.advance(2 * HOUR_MS);
    return world;
  }

  test('are reported under their type, and are no lateness of the others', async () => {
    const world = await overdue();
    for (let i = 0; i < 10; i++) world.alter(`j${i}`, { dueAt: world.clock.now(), listAt: world.clock.now() });
    expect(await world.tick()).toMatchObject({ released: 10, refused: 10, latenessMs: 0 });
    expect(world.output.logs().filter(({ message }) => message === 'release.queue-missing')).toMatchObject([
      { level: 'WARN', jobType: 'gone', queue: names.queue(STAGE, 'gone'), jobs: 10 },
    ]);
  });

  test('are asked for once a tick, and are left alone for an hour', async () => {
    const world = await overdue();
    await world.tick();
    expect(asked(world).filter(({ input }) => JSON.stringify(input).includes('gone'))).toHaveLength(1);
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0 });
    await world.clock.advance(HOUR_MS - 90_001);
    expect(await world.tick()).toMatchObject({ refused: 0 });
    await world.clock.advance(1);
    expect(await world.tick()).toMatchObject({ refused: 10, latenessMs: 0 });
  });

  test('go out once the queue is back, none lost, though its URL was known before it went', async () => {
    const world = await tenParked();
    const settings = { visibilityTimeoutSeconds: 60, retentionSeconds: 3600 };
    const name = names.queue(STAGE, 'gone');
    beside(world, 'gone');
    const error = awsError('QueueDoesNotExist', 'The specified queue does not exist.');
    let isGone = true;
    const isOfGone = ({ name: call, input }: Call) =>
      isGone && call === 'SendMessageBatch' && JSON.stringify(input).includes(name);
    world.sqs.faults.plan(isOfGone, { kind: 'fails', error }, 99);
    const gone = world.sqs.createQueue(name, settings);
    expect(await world.tick()).toMatchObject({ released: 10, refused: 10 });
    expect(itemOf(world, 'gone#0')).toMatchObject({ status: 'SCHEDULED', listAt: world.clock.now() + HOUR_MS });
    isGone = false;
    await world.clock.advance(HOUR_MS);
    expect(await world.tick()).toMatchObject({ released: 10, refused: 0 });
    expect(gone.messages()).toHaveLength(10);
  });
});

describe('released: a type that nobody may send to', () => {
  test('is tried once a page and no more within the tick, and stays due', async () => {
    const world = makeWorld();
    const runAt = iso(world.clock.now() + 120_000);
    for (let i = 0; i < 1200; i++) world.send({ id: `j${i}`, runAt });
    while (world.queue.messages().length > 0) await world.deliver();
    await world.clock.advance(60_000);
    const error = awsError('AccessDenied', 'no', 403);
    let isRefused = true;
    const isOurs = ({ name }: Call) => isRefused && name === 'SendMessageBatch';
    world.sqs.faults.plan(isOurs, { kind: 'fails', error }, 10_000);
    expect(await world.tick()).toMatchObject({ released: 0, refused: 1200, finished: true });
    // At most the calls of the first page of each of eight shards are under way when the first is refused.
    expect(world.sqs.calls.filter(({ name }) => name === 'SendMessageBatch').length).toBeLessThanOrEqual(80);
    isRefused = false;
    expect(await world.tick()).toMatchObject({ released: 1200 });
  });
});

test('a call that is refused for what is in it keeps no other job of its type', async () => {
  const world = makeWorld();
  const runAt = iso(world.clock.now() + 120_000);
  for (let i = 0; i < 200; i++) world.send({ id: `j${i}`, runAt });
  while (world.queue.messages().length > 0) await world.deliver();
  await world.clock.advance(60_000);
  const error = awsError('InvalidMessageContents', 'no');
  const isPoison = ({ name, input }: Call) => name === 'SendMessageBatch' && JSON.stringify(input).includes('"j0"');
  world.sqs.faults.plan(isPoison, { kind: 'fails', error }, 10_000);
  const { released, refused } = await world.tick();
  expect([released + refused, refused <= 10, refused > 0]).toEqual([200, true, true]);
});

describe('a shard that cannot be read', () => {
  test('does not stop the release of the others within the tick', async () => {
    const world = makeWorld();
    const runAt = iso(world.clock.now() + 120_000);
    for (let i = 0; i < 40; i++) world.send({ id: `j${i}`, runAt });
    await world.drain();
    await world.clock.advance(60_000);
    const error = awsError('ProvisionedThroughputExceededException', 'Rate exceeded');
    const isOfOneShard = ({ name, input }: Call) => name === 'Query' && JSON.stringify(input).includes('due#0');
    world.dynamoDb.faults.plan(isOfOneShard, { kind: 'fails', error }, 10);
    // The other shards take a little longer: Lambda freezes the process as soon as the tick has ended.
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'fails', error }, 7);
    await expect(world.tick()).rejects.toThrow('Rate exceeded');
    expect(world.queue.messages().length).toBeGreaterThan(20);
  });
});
