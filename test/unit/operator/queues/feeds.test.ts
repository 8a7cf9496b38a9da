import { describe, expect, test } from 'vitest';
import {
  deadLetterCounts,
  listCounts,
  oldestAges,
  queueCounts,
  queues,
  runningStates,
  typeQueues,
  typesOf,
} from '../../../../lib/operator/index.ts';
import { type ControlPlane, makeControlPlane } from '../../../support/control-plane.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const QUEUE = { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 };

/** A stage with `probe` and types beside it, each with its event source. */
function deployed({ others = [], queueName }: { others?: string[]; queueName?: string } = {}) {
  const world = makeWorld(queueName === undefined ? {} : { queueName });
  const plane = makeControlPlane('probe', world.clock.now());
  for (const name of others) {
    world.sqs.createQueue(`sluice-test-${name}`, QUEUE);
    world.sqs.createQueue(`sluice-test-${name}-dlq`, QUEUE);
    plane.eventSources.set(`sluice-test-${name}`, { state: 'Disabled', next: [] });
  }
  return { world, plane, stage: stageOf(world, plane.aws) };
}

const sqsCalls = ({ sqs }: World, from = 0) => sqs.calls.slice(from).map(({ name }) => name);
const aborted = () => AbortSignal.abort(new Error('the tab was closed'));

describe('the types of a stage with their queues', () => {
  test('are found by one call', async () => {
    const { world, stage, plane } = deployed({ others: ['other'] });
    expect(await typeQueues(stage)).toEqual([
      {
        type: 'other',
        queueUrl: expect.stringMatching(/other$/),
        deadLetterQueueUrl: expect.stringMatching(/other-dlq$/),
      },
      { type: 'probe', queueUrl: world.queue.url, deadLetterQueueUrl: world.deadLetters.url },
    ]);
    expect([sqsCalls(world), plane.calls]).toEqual([['ListQueues'], []]);
  });

  test('have a queue of another name by the event source of their function', async () => {
    const { world, stage, plane } = deployed({ others: ['other'], queueName: 'uploads' });
    plane.eventSources.set('sluice-test-probe', { state: 'Enabled', next: [], queue: 'uploads' });
    const [, probe] = await typeQueues(stage);
    expect(probe).toMatchObject({ type: 'probe', queueUrl: world.queue.url, isElsewhere: true });
    expect(await typesOf(stage)).toEqual(['other', 'probe']);
  });

  test('are without a type whose stack is being made or deleted; queues says what is missing', async () => {
    const { world, stage } = deployed();
    world.sqs.createQueue('sluice-test-half', QUEUE);
    world.sqs.createQueue('sluice-test-left-dlq', QUEUE);
    expect((await typeQueues(stage)).map(({ type }) => type)).toEqual(['probe']);
    await expect(queues(stage)).rejects.toThrow('a resource of job type "half" in stage "test" is gone');
  });

  test('are not asked for once somebody has gone', async () => {
    const { world, stage } = deployed();
    await expect(typeQueues(stage, { signal: aborted() })).rejects.toThrow('the tab was closed');
    expect(sqsCalls(world)).toEqual([]);
  });

  test('of a stage that is not there are an error that names those that are', async () => {
    const { stage } = deployed();
    await expect(typeQueues({ ...stage, name: 'prdo' })).rejects.toThrow(/"prdo" is not deployed .*stages there: test/);
  });
});

describe('counts of queues', () => {
  test('are of each place, one call a queue', async () => {
    const { world, stage } = deployed({ others: ['other'] });
    for (const id of ['a', 'b', 'c']) world.send({ id });
    world.queue.receive(1);
    const all = await typeQueues(stage);
    const before = world.sqs.calls.length;
    expect(await queueCounts(stage, all)).toEqual([
      { type: 'other', depth: 0, inFlight: 0, delayed: 0 },
      { type: 'probe', depth: 2, inFlight: 1, delayed: 0 },
    ]);
    expect(sqsCalls(world, before)).toEqual(['GetQueueAttributes', 'GetQueueAttributes']);
  });

  test('of dead letters are with those that somebody looks at, one call a queue', async () => {
    const { world, stage } = deployed();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    world.send({ id: 'b', payload: { do: 'permanent' } });
    await world.drain();
    world.deadLetters.receive(1);
    const all = await typeQueues(stage);
    const before = world.sqs.calls.length;
    expect(await deadLetterCounts(stage, all)).toEqual([{ type: 'probe', dlq: 2 }]);
    expect(sqsCalls(world, before)).toEqual(['GetQueueAttributes']);
  });

  test('are without a queue that is gone meanwhile', async () => {
    const { stage } = deployed();
    const gone = { type: 'gone', queueUrl: 'https://sqs/1/gone', deadLetterQueueUrl: 'https://sqs/1/gone-dlq' };
    const all = [gone, ...(await typeQueues(stage))];
    expect((await queueCounts(stage, all)).map(({ type }) => type)).toEqual(['probe']);
    expect((await deadLetterCounts(stage, all)).map(({ type }) => type)).toEqual(['probe']);
  });

  test('fail as SQS does', async () => {
    const { stage } = deployed();
    const all = await typeQueues(stage);
    const sqs = { send: () => Promise.reject(new Error('throttled')) } as never;
    await expect(queueCounts({ ...stage, aws: { ...stage.aws, sqs } }, all)).rejects.toThrow('throttled');
  });

  test('stop between their calls', async () => {
    const { world, stage } = deployed({ others: Array.from({ length: 30 }, (_, i) => `other${i}`) });
    const all = await typeQueues(stage);
    const before = world.sqs.calls.length;
    await expect(queueCounts(stage, all, { signal: aborted() })).rejects.toThrow('the tab was closed');
    expect(sqsCalls(world, before)).toEqual([]);
    const controller = new AbortController();
    const counting = queueCounts(stage, all, { signal: controller.signal });
    controller.abort(new Error('the tab was closed'));
    await expect(counting).rejects.toThrow('the tab was closed');
    expect(sqsCalls(world, before).length).toBeLessThan(31);
  });
});

/** The functions whose event sources were asked for; undefined for a page of all. */
const askedFor = ({ calls }: ControlPlane) =>
  calls.map(({ input }) => (input as { FunctionName?: string }).FunctionName);

describe('running states', () => {
  test('are read by pages of all event sources, not by type', async () => {
    const others = Array.from({ length: 11 }, (_, i) => `type-${i}`);
    const { stage, plane } = deployed({ others });
    const states = await runningStates(stage, await typeQueues(stage));
    expect(states).toEqual({ probe: 'running', ...Object.fromEntries(others.map((type) => [type, 'paused'])) });
    expect(askedFor(plane)).toEqual([undefined, undefined, undefined]);
  });

  test('are those of the stage’s own functions', async () => {
    const { stage, plane } = deployed({ others: ['lost'] });
    plane.eventSources.delete('sluice-test-lost');
    for (const name of ['sluice-prod-lost', 'lost', 'sluice-test-lost2'])
      plane.eventSources.set(name, { state: 'Enabled', next: [] });
    expect(await runningStates(stage, await typeQueues(stage))).toEqual({ lost: 'missing', probe: 'running' });
  });

  test('are asked for type by type, where the account has many other event sources', async () => {
    const { stage, plane } = deployed({ others: ['last'] });
    const own = ['sluice-test-probe', 'sluice-test-last'].map((name) => [name, plane.eventSources.get(name)] as const);
    plane.eventSources.clear();
    for (let i = 0; i < 20; i++) plane.eventSources.set(`another-${i}`, { state: 'Enabled', next: [] });
    for (const [name, source] of own) if (source) plane.eventSources.set(name, source);
    expect(await runningStates(stage, await typeQueues(stage))).toEqual({ last: 'paused', probe: 'running' });
    expect(askedFor(plane)).toEqual([undefined, undefined, 'sluice-test-last', 'sluice-test-probe']);
  });

  test('are right for a queue of another name, and as those of one type', async () => {
    const { stage, plane } = deployed({ queueName: 'uploads' });
    plane.eventSources.set('sluice-test-probe', { state: 'Disabling', next: [], queue: 'uploads' });
    expect(await runningStates(stage, await typeQueues(stage))).toEqual({ probe: 'pausing' });
    expect((await queues(stage, 'probe')).queues[0]?.state).toBe('pausing');
  });

  test('stop between their calls', async () => {
    const { stage, plane } = deployed();
    const all = await typeQueues(stage);
    await expect(runningStates(stage, all, { signal: aborted() })).rejects.toThrow('the tab was closed');
    expect(plane.calls).toEqual([]);
  });
});

describe('ages of the oldest messages', () => {
  test('are by type, without those that have none', async () => {
    const { stage, plane } = deployed({ others: ['other'] });
    plane.ages.set('sluice-test-probe', [90, 30]);
    expect(await oldestAges(stage, await typeQueues(stage))).toEqual({ probe: 90 });
    expect(plane.calls.map(({ name }) => name)).toEqual(['GetMetricData']);
  });

  test('of more than 500 types are read by several calls', async () => {
    const { stage, plane } = deployed();
    const all = Array.from({ length: 501 }, (_, i) => ({
      ...{ type: `t${i}`, queueUrl: `https://sqs/1/sluice-test-t${i}`, deadLetterQueueUrl: '' },
    }));
    plane.ages.set('sluice-test-t0', [1]);
    plane.ages.set('sluice-test-t500', [2]);
    expect(await oldestAges(stage, all)).toEqual({ t0: 1, t500: 2 });
    const asked = plane.calls.map(({ input }) => (input as { MetricDataQueries: object[] }).MetricDataQueries.length);
    expect(asked).toEqual([500, 1]);
    await expect(oldestAges(stage, all, { signal: aborted() })).rejects.toThrow('the tab was closed');
  });
});

describe('counts of the lists', () => {
  const queries = ({ dynamoDb }: World) => dynamoDb.calls.filter(({ name }) => name === 'Query').length;

  test('are by type, with as many calls for one as for many', async () => {
    const { world, stage } = deployed();
    const runAt = new Date(world.clock.now() + 3600_000).toISOString();
    for (const id of ['p1', 'p2']) world.send({ id, runAt });
    world.send({ id: 'd1', payload: { do: 'permanent' } });
    await world.drain();
    const none = { parked: 0, dead: 0, parkedMore: false, deadMore: false };
    expect(await listCounts(stage, ['other', 'probe'])).toEqual([
      { type: 'other', ...none },
      { type: 'probe', ...none, parked: 2, dead: 1 },
    ]);
    expect(queries(world)).toBe(16);
    await listCounts(
      stage,
      Array.from({ length: 500 }, (_, i) => `t${i}`),
    );
    expect(queries(world)).toBe(32);
  });

  test.each([
    ['dead', 'deadMore', 'parkedMore'],
    ['due', 'parkedMore', 'deadMore'],
  ] as const)('of a long list %s end at 10,000, and say so', async (list, more, whole) => {
    const { world, stage } = deployed();
    const limits = new Set<number | undefined>();
    const send = async ({ input }: { input: { Limit?: number; ExpressionAttributeValues?: object } }) => {
      limits.add(input.Limit);
      if (!JSON.stringify(input.ExpressionAttributeValues).includes(`"${list}#`)) return {};
      const Items = Array.from({ length: input.Limit ?? 0 }, (_, i) => ({
        id: { S: `probe#${i}` },
        listAt: { N: '1' },
      }));
      return { Items, LastEvaluatedKey: { id: { S: 'x' } } };
    };
    Object.assign(world.dynamoDb.client, { send });
    const [count] = await listCounts(stage, ['probe']);
    expect([(count?.parked ?? 0) + (count?.dead ?? 0), count?.[more], count?.[whole]]).toEqual([10_000, true, false]);
    expect([...limits]).toEqual([1250]);
  });

  test('stop between their calls', async () => {
    const { world, stage } = deployed();
    await expect(listCounts(stage, ['probe'], { signal: aborted() })).rejects.toThrow('the tab was closed');
    expect(queries(world)).toBe(0);
  });
});
