import type { BatchGetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import { dead, doctor, drain, estimate, queues, type Stage } from '../../../../lib/operator/index.ts';
import { readList } from '../../../../lib/operator/jobs/lists.ts';
import { toCall } from '../../../../lib/testing/aws/faults.ts';
import { awsError, makeMemorySqs, makeVirtualClock } from '../../../../lib/testing/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { outgoing } from '../../../support/factories.ts';
import { STAGE } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

/** So many parked and so many dead jobs: more than a count looks at, which is 100,000 and what is left of the pages that it reads side by side. */
const CROWD = 210_000;
const QUEUE = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 };

interface Listed {
  readonly id: string;
  readonly listAt: number;
}

/** The table's two indexes, each list sorted, in pages of 1 MB as DynamoDB's. Items are what their ids say. */
function makeIndexes() {
  const lists = new Map<string, Listed[]>();
  const add = (name: string, entry: Listed) => {
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    list.push(entry);
  };
  const query = ({ IndexName, ExpressionAttributeValues: values = {}, ...input }: QueryCommandInput) => {
    const name = `${IndexName} ${values[':type']?.S ?? ''} ${values[':listKey']?.S}`;
    const [since, until] = [':since', ':until'].map((one) => Number(values[one]?.N)) as [number, number];
    const all = (lists.get(name) ?? []).filter(({ listAt }) => listAt >= since && listAt <= until);
    if (input.ScanIndexForward === false) all.reverse();
    const from = Number(input.ExclusiveStartKey?.at?.N ?? 0);
    const Items = all.slice(from, from + PAGE).map(({ id, listAt }) => ({ id: { S: id }, listAt: { N: `${listAt}` } }));
    return { Items, ...(from + PAGE < all.length && { LastEvaluatedKey: { at: { N: String(from + PAGE) } } }) };
  };
  return {
    query,
    list(type: string, name: string, { id, listAt }: Listed) {
      const shard = `${name}#${id.length + Number(/\d+/.exec(id)?.[0])}`.replace(/\d+$/, (n) => String(Number(n) % 8));
      add(`lists  ${shard}`, { id, listAt });
      add(`typeLists ${type} ${shard}`, { id, listAt });
    },
    sort() {
      for (const list of lists.values()) list.sort((a, b) => a.listAt - b.listAt);
    },
  };
}

const PAGE = 10_000;

/** An item of an id, as `other#d12`: dead, at the time that its number says. */
function itemOf(id: string, nowMs: number) {
  const [type = '', key = ''] = id.split('#');
  if (!key.startsWith('d') || (type === 'probe' && key.length > 2)) return [];
  const failedAt = new Date(nowMs + Number(key.slice(1))).toISOString();
  const texts = { id, type, jobId: key, status: 'DEAD', reason: 'PermanentError', failedAt };
  const fields = Object.entries(texts).map(([name, S]) => [name, { S }]);
  const error = { M: { name: { S: 'Lost' }, message: { S: `of ${type}` } } };
  return [{ ...Object.fromEntries(fields), attempts: { N: '1' }, runNo: { N: '1' }, error }];
}

/** Five parked and five dead jobs of `probe`, and so many of each of `other`. */
function makeStage(crowd: number) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  for (const name of ['other', 'other-dlq', 'probe']) sqs.createQueue(`sluice-test-${name}`, QUEUE);
  const deadLetters = sqs.createQueue('sluice-test-probe-dlq', QUEUE);
  const nowMs = clock.now();
  const indexes = makeIndexes();
  for (let i = 0; i < 5; i++) {
    indexes.list('probe', 'due', { id: `probe#p${i}`, listAt: nowMs + 600_000 * (i + 1) });
    indexes.list('probe', 'dead', { id: `probe#d${i}`, listAt: nowMs + i });
    deadLetters.add(outgoing('{}'), `d${i}`);
  }
  for (let i = 0; i < crowd; i++) {
    indexes.list('other', 'dead', { id: `other#d${i}`, listAt: nowMs + i });
    // Half are due before those of probe, half after.
    indexes.list('other', 'due', { id: `other#p${i}`, listAt: nowMs + 3600_000 + (i % 2 === 0 ? -i : i) });
  }
  indexes.sort();
  const calls: string[] = [];
  const send = async (command: object) => {
    const { name, input } = toCall(command as never);
    calls.push(name);
    if (name === 'Query') return indexes.query(input as QueryCommandInput);
    const [[table, { Keys = [] }] = ['', {}]] = Object.entries((input as BatchGetItemCommandInput).RequestItems ?? {});
    return { Responses: { [table]: Keys.flatMap(({ id }) => itemOf(id?.S ?? '', nowMs)) } };
  };
  const plane = makeControlPlane('probe', nowMs);
  const { aws } = stageOf({ clock, sqs, dynamoDb: { client: { send } } as never }, plane.aws);
  const stage = { name: STAGE, aws, now: clock.now, sleep: (ms: number) => clock.advance(ms) };
  return { nowMs, calls, stage };
}

/** A stage that was deployed before the index of a type's lists. */
function older({ stage }: { stage: Stage }, error: Error): Stage {
  const client = stage.aws.dynamoDb as { send(command: object): Promise<object> };
  const send = (command: object) => {
    const { name, input } = toCall(command as never);
    const isNew = name === 'Query' && (input as { IndexName?: string }).IndexName === 'typeLists';
    return isNew ? Promise.reject(error) : client.send(command);
  };
  return { ...stage, aws: { ...stage.aws, dynamoDb: { send } as never } };
}

const NO_INDEX = awsError('ValidationException', 'The table does not have the specified index: typeLists');
const NO_RIGHT = awsError('AccessDeniedException', 'not authorized to perform dynamodb:Query on index/typeLists');

let crowded: ReturnType<typeof makeStage>;
let alone: typeof crowded;
beforeAll(() => {
  crowded = makeStage(CROWD);
  alone = makeStage(0);
}, 60_000);

describe('beside 420,000 listed jobs of another type', () => {
  test('queues counts a type’s own, with as many calls as without them', async () => {
    const counted = { parked: 5, dead: 5 };
    for (const there of [alone, crowded]) {
      there.calls.length = 0;
      const report = await queues(there.stage, 'probe');
      expect(report).toMatchObject({ queues: [counted], truncated: false });
    }
    expect(crowded.calls).toEqual(alone.calls);
    // One of them reads its circuit breaker.
    expect(crowded.calls.length).toBeLessThanOrEqual(18);
  });

  test('queues of all types counts each type’s own, and says of the other alone that it counted 100,000', async () => {
    const report = await queues(crowded.stage);
    const [other, probe] = report.queues;
    expect(probe).toMatchObject({ type: 'probe', parked: 5, dead: 5 });
    expect(probe?.truncated).toBeUndefined();
    expect(other).toMatchObject({ type: 'other', truncated: true });
    expect(other?.parked).toBeGreaterThanOrEqual(100_000);
    expect(report.truncated).toBe(true);
  });

  test('dead lists a type’s own, of one type and of all', async () => {
    const own = await dead(crowded.stage, 'probe');
    expect([own.jobs.length, own.truncated]).toEqual([5, false]);
    const all = await dead(crowded.stage);
    expect(all.groups.map(({ type, jobs }) => [type, jobs >= 100_000 ? 'many' : jobs])).toEqual([
      ['other', 'many'],
      ['probe', 5],
    ]);
    expect(all.truncated).toBe(true);
  });

  test('dead finds a key among all, and its age is looked at', async () => {
    const [key, oldest] = [`d${CROWD - 1}`, 'd0'];
    expect(await dead(crowded.stage, 'other', { key: oldest })).toMatchObject({
      jobs: [{ key: oldest }],
      truncated: false,
    });
    expect((await dead(crowded.stage, undefined, { key })).jobs).toMatchObject([{ type: 'other', key }]);
    const sinceMs = crowded.nowMs + 1000;
    expect((await dead(crowded.stage, undefined, { key, sinceMs })).jobs).toMatchObject([{ type: 'other' }]);
    expect((await dead(crowded.stage, 'probe', { key: 'd1', sinceMs })).jobs).toEqual([]);
  });

  test('a redrive or purge by error knows how many match', async () => {
    expect(await estimate(crowded.stage, 'probe', { error: 'of probe' })).toMatchObject({ matching: 5, inQueue: 5 });
    expect(await estimate(crowded.stage, 'other', { error: 'of other' })).toMatchObject({ truncated: true });
  });

  test('drain sees a type’s parked jobs', async () => {
    expect(await drain(crowded.stage, 'probe', { timeoutSeconds: 1 })).toMatchObject({
      ...{ end: 'timeout', last: { parked: 5 } },
    });
  });

  test('what is due next is read first, and doctor finds what is overdue', async () => {
    const { entries, truncated } = await readList(crowded.stage, 'due');
    expect([entries[0]?.listAt, truncated]).toEqual([crowded.nowMs + 600_000, true]);
    expect(entries.every(({ listAt }, i) => listAt >= (entries[i - 1]?.listAt ?? 0))).toBe(true);
    const keys = (await readList(crowded.stage, 'due', { type: 'probe' })).entries.map(({ key }) => key);
    expect(keys).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    const now = () => crowded.nowMs + 3600_000 + 240_000;
    const findings = await doctor({ ...crowded.stage, now }, { definitions: [] });
    const of = (check: string) => findings.find((finding) => finding.check === check);
    expect(of('parked jobs')).toMatchObject({ level: 'bad', what: expect.stringMatching(/^\d+ of other are overdue/) });
    expect(of('deaths')?.what).toMatch(/^the latest \d+, each was delivered$/);
  });
});

describe('a stage that was deployed before the index of each type', () => {
  test.each([NO_INDEX, NO_RIGHT])('is read by the index of all: %s', async (error) => {
    expect(await queues(older(alone, error), 'probe')).toMatchObject({ queues: [{ parked: 5, dead: 5 }] });
    expect((await queues(older(crowded, error), 'probe')).queues[0]).toMatchObject({ parked: 5, dead: 5 });
  });

  test('is not called empty when not all was seen', async () => {
    const there = makeStage(0);
    const endless = {
      send: async (command: object) =>
        toCall(command as never).name === 'Query'
          ? {
              Items: Array.from({ length: 2000 }, () => ({ id: { S: 'other#a' }, listAt: { N: '1' } })),
              LastEvaluatedKey: {},
            }
          : {},
    };
    const stage = { ...there.stage, aws: { ...there.stage.aws, dynamoDb: endless as never } };
    const { end, last } = await drain(older({ stage }, NO_INDEX), 'probe', { timeoutSeconds: 1 });
    expect([end, last.parked, last.truncated]).toEqual(['timeout', 0, true]);
  });

  test('that lacks both rights is told so', async () => {
    const send = () => Promise.reject(NO_RIGHT);
    const stage = { ...alone.stage, aws: { ...alone.stage.aws, dynamoDb: { send } as never } };
    await expect(readList(stage, 'due', { type: 'probe' })).rejects.toThrow('not authorized');
  });
});
