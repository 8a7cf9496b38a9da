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
    expect(world.output.events()).toContain('release.failed');
    expect(world.queue.messages()).toHaveLength(10);
  });

  test('a job that no longer waits is not sent, though its list entry is still there', async () => {
    const world = await tenParked();
    for (let i = 0; i < 10; i++) world.alter(`j${i}`, { status: i % 2 === 0 ? 'CANCELLED' : 'INPROGRESS' });
    expect(await world.tick()).toMatchObject({ released: 0, refused: 0 });
    expect(world.queue.messages()).toEqual([]);
  });
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
