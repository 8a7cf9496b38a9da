import type { BatchGetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { dueList } from '../../../../lib/contract/protocol/job-item.ts';
import { readList } from '../../../../lib/operator/jobs/lists.ts';
import { readItems } from '../../../../lib/operator/jobs/read-items.ts';
import { toCall } from '../../../../lib/testing/aws/faults.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

/** Parked jobs, one due each minute. */
async function parked(count: number): Promise<World> {
  const world = makeWorld();
  for (let i = 0; i < count; i++) world.send({ id: `j${i}`, runAt: later(world, 600 + 60 * i) });
  await world.drain();
  return world;
}

/** The table with pages of one entry. */
function paged(world: World) {
  const stage = stageOf(world);
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const calls: QueryCommandInput[] = [];
  const send = async (command: object) => {
    const { name, input } = toCall(command as never);
    if (name !== 'Query') return client.send(command);
    calls.push(input as QueryCommandInput);
    return client.send(Object.assign(command, { input: { ...(input as object), Limit: 1 } }));
  };
  return { stage: { ...stage, aws: { ...stage.aws, dynamoDb: { send } as never } }, calls };
}

describe('a list', () => {
  test('has every page of every shard, what is due next first', async () => {
    const { stage } = paged(await parked(30));
    const { entries, truncated } = await readList(stage, 'due');
    expect(entries.map(({ key }) => key)).toEqual(Array.from({ length: 30 }, (_, i) => `j${i}`));
    expect(entries[0]).toEqual({ id: 'probe#j0', type: 'probe', key: 'j0', listAt: Date.UTC(2026, 0, 1, 0, 10) });
    expect(truncated).toBe(false);
  });

  test('that is cut says so, and has what is due next of each shard', async () => {
    const world = await parked(30);
    const shard = (key: string) => dueList(`probe#${key}`);
    const { stage, calls } = paged(world);
    const { entries, truncated } = await readList(stage, 'due', { perShard: 2 });
    const wanted = Array.from({ length: 30 }, (_, i) => `j${i}`).filter(
      (key, i, all) => all.slice(0, i).filter((other) => shard(other) === shard(key)).length < 2,
    );
    expect([entries.map(({ key }) => key), truncated]).toEqual([wanted, true]);
    expect(entries.length).toBeLessThan(17);
    expect(calls.length).toBeLessThan(30);
  });

  test('of exactly as many as are read is not cut', async () => {
    const world = makeWorld();
    world.send({ id: 'a', runAt: later(world, 600) });
    await world.drain();
    expect(await readList(stageOf(world), 'due', { perShard: 1 })).toMatchObject({ truncated: false });
  });

  test('is read by type, and by age to the millisecond', async () => {
    const world = await parked(3);
    const stage = stageOf(world);
    expect((await readList(stage, 'due', { type: 'probe' })).entries).toHaveLength(3);
    expect((await readList(stage, 'due', { type: 'prob' })).entries).toEqual([]);
    const sinceMs = world.clock.now() + 660_000;
    const keys = async (since: number) =>
      (await readList(stage, 'due', { sinceMs: since })).entries.map(({ key }) => key);
    expect([await keys(sinceMs), await keys(sinceMs + 1)]).toEqual([['j1', 'j2'], ['j2']]);
    expect((await readList(stage, 'dead')).entries).toEqual([]);
  });

  test('splits type and key at the first "#"', async () => {
    const world = makeWorld();
    world.dynamoDb.put('sluice-test-jobs', { id: 'probe#a#b', listKey: 'due#0', listAt: 5 });
    expect((await readList(stageOf(world), 'due')).entries).toEqual([
      { id: 'probe#a#b', type: 'probe', key: 'a#b', listAt: 5 },
    ]);
  });
});

describe('items', () => {
  const requests = ({ dynamoDb }: World) =>
    dynamoDb.calls
      .filter(({ name }) => name === 'BatchGetItem')
      .map(({ input }) => (input as BatchGetItemCommandInput).RequestItems?.['sluice-test-jobs']);

  test('are read a hundred at a time, with the attributes that were asked for', async () => {
    const world = await parked(101);
    const ids = Array.from({ length: 101 }, (_, i) => `probe#j${i}`);
    const before = requests(world).length;
    const items = await readItems(stageOf(world), [...ids, 'probe#nothing'], ['id', 'status']);
    expect(items).toHaveLength(101);
    expect(items[0]).toEqual({ id: expect.stringMatching(/^probe#j/), status: 'SCHEDULED' });
    const made = requests(world).slice(before);
    expect(made.map((request) => request?.Keys?.length)).toEqual([100, 2]);
    expect(made[0]).toMatchObject({
      ...{ ProjectionExpression: '#id, #status', ExpressionAttributeNames: { '#id': 'id', '#status': 'status' } },
    });
  });

  test('that stay unprocessed are asked for again, alone, and longer apart', async () => {
    const world = await parked(3);
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0, 2], code: '' });
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [1], code: '' });
    const before = requests(world).length;
    const ids = ['probe#j0', 'probe#j1', 'probe#j2'];
    expect(await readItems({ ...stageOf(world), sleep }, ids, ['id'])).toHaveLength(3);
    expect(
      requests(world)
        .slice(before)
        .map((request) => request?.Keys?.length),
    ).toEqual([3, 2, 1]);
    expect(waits).toEqual([100, 200]);
  });

  test('that stay unprocessed eight times are given up', async () => {
    const world = await parked(1);
    const waits: number[] = [];
    const sleep = async (ms: number) => void waits.push(ms);
    world.dynamoDb.faults.plan('BatchGetItem', { kind: 'partly', indexes: [0], code: '' }, 100);
    await expect(readItems({ ...stageOf(world), sleep }, ['probe#j0'], ['id'])).rejects.toThrow(
      'DynamoDB did not answer for all items: try again in a minute',
    );
    expect(waits).toHaveLength(7);
  });
});
