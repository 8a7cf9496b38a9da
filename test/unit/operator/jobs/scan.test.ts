import { describe, expect, test } from 'vitest';
import {
  type ScanFilter,
  type ScanOptions,
  type ScanPage,
  type Stage,
  scanJobs,
  scanPriceOf,
} from '../../../../lib/operator/index.ts';
import { toCall } from '../../../../lib/testing/aws/faults.ts';
import { JOBS_TABLE, makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

/** A stage with so many jobs, every other of another type, one sent each second; pages of ten items that cost a dollar each. */
function there(count: number) {
  const world = makeWorld();
  const nowMs = world.clock.now();
  for (let i = 0; i < count; i++) {
    const type = i % 2 === 0 ? 'probe' : 'other';
    const status = i % 3 === 0 ? 'COMPLETED' : 'INPROGRESS';
    const createdAt = new Date(nowMs - i * 1000).toISOString();
    world.dynamoDb.put(JOBS_TABLE, { id: `${type}#k${i}`, type, jobId: `id-${i}`, status, createdAt, checkpoint: 'x' });
  }
  const stage = stageOf(world);
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const inputs: Record<string, unknown>[] = [];
  const dollar = { ConsumedCapacity: { CapacityUnits: 8_000_000 } };
  const send = async (command: object) => {
    const { name, input } = toCall(command as never);
    if (name === 'DescribeTable') return { Table: { ItemCount: count, TableSizeBytes: 8192 * 1_000_000 } };
    inputs.push(input as Record<string, unknown>);
    return {
      ...(await client.send(Object.assign(command, { input: { ...(input as object), Limit: 10 } }))),
      ...dollar,
    };
  };
  return { inputs, stage: { ...stage, aws: { ...stage.aws, dynamoDb: { send } as never } } as Stage };
}

async function all(stage: Stage, filter: ScanFilter = {}, options?: ScanOptions): Promise<ScanPage[]> {
  const pages: ScanPage[] = [];
  for await (const page of scanJobs(stage, filter, options)) pages.push(page);
  return pages;
}

const keys = (pages: readonly ScanPage[]) => pages.flatMap(({ jobs }) => jobs.map(({ key }) => key)).sort();

describe('a scan', () => {
  test.each<[string, ScanFilter, (i: number) => boolean]>([
    ['everything', {}, () => true],
    ['a status', { status: 'COMPLETED' }, (i) => i % 3 === 0],
    ['a type', { type: 'other' }, (i) => i % 2 === 1],
    ['an age', { olderMs: 20_000 }, (i) => i >= 20],
    ['all of it', { status: 'COMPLETED', type: 'probe', olderMs: 7000 }, (i) => i % 6 === 0 && i >= 7],
  ])('by %s finds what matches, a page for each call', async (_, filter, matches) => {
    const { stage } = there(45);
    const pages = await all(stage, filter);
    const wanted = Array.from({ length: 45 }, (_, i) => i).filter(matches);
    expect(keys(pages)).toEqual(wanted.map((i) => `k${i}`).sort());
    expect(pages.map(({ scanned }) => scanned)).toEqual([10, 20, 30, 40, 45]);
    expect(pages.map(({ dollars }) => dollars)).toEqual([1, 2, 3, 4, 5]);
    expect(pages.at(-1)).not.toHaveProperty('stopped');
  });

  test('reads no attribute that a job’s owner wrote', async () => {
    const { stage, inputs } = there(1);
    const [page] = await all(stage);
    expect(page?.jobs).toEqual([{ type: 'probe', key: 'k0', jobId: 'id-0', status: 'COMPLETED' }]);
    expect(inputs[0]).toMatchObject({ ProjectionExpression: '#id, #jobId, #type, #status, #createdAt' });
  });

  test('ends before the call that would cost too much', async () => {
    const { stage, inputs } = there(45);
    const pages = await all(stage, {}, { maxDollars: 2.5 });
    expect(inputs).toHaveLength(2);
    expect(pages.at(-1)).toEqual({ jobs: [], scanned: 20, dollars: 2, stopped: true });
  });

  test('ends when it is aborted', async () => {
    const { stage, inputs } = there(45);
    const aborted = new AbortController();
    const pages: ScanPage[] = [];
    for await (const page of scanJobs(stage, {}, { signal: aborted.signal })) {
      pages.push(page);
      aborted.abort();
    }
    expect([pages.length, inputs.length]).toEqual([1, 1]);
  });

  test('has its price said before', async () => {
    expect(await scanPriceOf(there(3).stage)).toEqual({ items: 3, megabytes: 7812.5, dollars: 0.125 });
  });

  test('of a table that does not say what it consumed counts a full page', async () => {
    const world = makeWorld();
    const pages = await all(stageOf(world));
    expect(pages).toEqual([{ jobs: [], scanned: 0, dollars: 0.000016 }]);
  });
});
