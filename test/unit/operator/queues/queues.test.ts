import { describe, expect, test } from 'vitest';
import { drain, queues, setRunning } from '../../../../lib/operator/index.ts';
import { type ControlPlane, makeControlPlane, uuidOf } from '../../../support/control-plane.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

function deployed() {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  const sleeps: number[] = [];
  const sleep = async (ms: number) => {
    sleeps.push(ms);
    await world.clock.advance(ms);
  };
  return { world, plane, sleeps, stage: { ...stageOf(world, plane.aws), sleep } };
}

const sourceOf = ({ eventSources }: ControlPlane) => {
  const source = eventSources.get('sluice-test-probe');
  if (source === undefined) throw new TypeError('no event source');
  return source;
};
const later = (world: World, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

/** One job in each place. */
async function busy() {
  const there = deployed();
  const { world } = there;
  world.send({ id: 'dead', payload: { do: 'permanent' } });
  for (const id of ['p1', 'p2', 'p3']) world.send({ id, runAt: later(world, 3600) });
  await world.drain();
  world.send({ id: 'hidden', payload: { do: 'fail' } });
  await world.deliver();
  world.send({ id: 'w1' });
  world.send({ id: 'w2' });
  return there;
}

describe('the state of the queues', () => {
  test('counts jobs in each place, and is running', async () => {
    const { stage, plane } = await busy();
    plane.ages.set('sluice-test-probe', [90, 30]);
    expect(await queues(stage)).toEqual({
      queues: [
        {
          ...{ type: 'probe', depth: 2, inFlight: 1, delayed: 0, parked: 3, waitForChildren: 0, dead: 1, dlq: 1 },
          ...{ oldestSeconds: 90, state: 'running' },
        },
      ],
      truncated: false,
    });
    expect(await queues(stage, 'probe')).toEqual(await queues(stage));
  });

  test('has no age where CloudWatch has no value', async () => {
    const { stage } = await busy();
    expect((await queues(stage, 'probe')).queues[0]?.oldestSeconds).toBeUndefined();
  });

  test('asks CloudWatch for the age of each queue’s oldest message, over ten minutes', async () => {
    const { stage, plane, world } = deployed();
    await queues(stage);
    const { input } = plane.calls.find(({ name }) => name === 'GetMetricData') ?? {};
    expect(input).toEqual({
      StartTime: new Date(world.clock.now() - 600_000),
      EndTime: new Date(world.clock.now()),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'q0',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/SQS',
              MetricName: 'ApproximateAgeOfOldestMessage',
              Dimensions: [{ Name: 'QueueName', Value: 'sluice-test-probe' }],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    });
  });

  test('counts messages of the dead-letter queue that somebody looks at', async () => {
    const { stage, world } = await busy();
    world.deadLetters.receive(1);
    expect((await queues(stage)).queues[0]?.dlq).toBe(1);
  });

  test.each([
    ['Disabled', 'paused'],
    ['Enabling', 'starting'],
    ['Creating', 'starting'],
    ['Disabling', 'pausing'],
    ['Deleting', 'Deleting'],
  ])('of an event source that is %s is %s', async (state, shown) => {
    const { stage, plane } = deployed();
    sourceOf(plane).state = state;
    expect((await queues(stage)).queues[0]?.state).toBe(shown);
  });

  test('of a type without an event source is missing', async () => {
    const { stage, plane } = deployed();
    plane.eventSources.clear();
    expect((await queues(stage)).queues[0]?.state).toBe('missing');
  });

  test('of two types counts each one’s jobs', async () => {
    const { stage, plane, world } = await busy();
    world.sqs.createQueue('sluice-test-other', { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
    world.sqs.createQueue('sluice-test-other-dlq', { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
    plane.ages.set('sluice-test-probe', [5]);
    const report = await queues(stage);
    expect(report.queues.map(({ type, parked, dead, oldestSeconds }) => [type, parked, dead, oldestSeconds])).toEqual([
      ['other', 0, 0, undefined],
      ['probe', 3, 1, 5],
    ]);
  });
});

describe('a drain', () => {
  test('of an idle type ends after three looks, five seconds apart', async () => {
    const { stage, sleeps } = deployed();
    const looks: unknown[] = [];
    const { end } = await drain(stage, 'probe', { onLook: (state) => looks.push(state.depth) });
    expect([end, looks, sleeps]).toEqual(['empty', [0, 0, 0], [5000, 5000]]);
  });

  test.each([
    ['waits', {}],
    ['is parked', { runAt: '2026-01-01T01:00:00Z' }],
  ])('beside a job that %s goes on until its time is over', async (_, fields) => {
    const { stage, world, sleeps } = deployed();
    world.send({ id: 'a', ...fields });
    if ('runAt' in fields) await world.deliver();
    expect(await drain(stage, 'probe', { timeoutSeconds: 10, everySeconds: 4 })).toMatchObject({ end: 'timeout' });
    expect(sleeps).toEqual([4000, 4000, 4000]);
  });

  test('beside jobs that run or are delayed goes on', async () => {
    const { stage, world } = deployed();
    world.send({ id: 'a', payload: { do: 'retryAfter', seconds: 50 } });
    await world.deliver();
    expect(await drain(stage, 'probe', { timeoutSeconds: 0 })).toMatchObject({
      end: 'timeout',
      last: { depth: 0, inFlight: 1, parked: 0 },
    });
  });

  test('counts its looks anew when a job comes', async () => {
    const { stage, world } = deployed();
    let looks = 0;
    const { end } = await drain(stage, 'probe', {
      onLook() {
        looks += 1;
        if (looks === 2) world.send({ id: 'late' });
        if (looks === 3) world.queue.purge();
      },
    });
    expect([end, looks]).toEqual(['empty', 6]);
  });

  test('gives up after an hour, unless told', async () => {
    const { stage, world } = deployed();
    world.send({ id: 'a', runAt: later(world, 24 * 3600) });
    await world.deliver();
    const startedAtMs = world.clock.now();
    expect((await drain(stage, 'probe')).end).toBe('timeout');
    expect((world.clock.now() - startedAtMs) / 1000).toBe(3605);
  });

  test.each([
    ['Disabled', 'paused'],
    ['Disabling', 'pausing'],
  ])('of a type whose event source is %s ends at once if a job waits', async (state, shown) => {
    const { stage, world, plane } = deployed();
    sourceOf(plane).state = state;
    world.send({ id: 'a' });
    expect(await drain(stage, 'probe')).toMatchObject({ end: 'paused', last: { state: shown, depth: 1 } });
  });

  test('of a paused type without a job is empty, and of a type that starts waits', async () => {
    const { stage, world, plane } = deployed();
    sourceOf(plane).state = 'Disabled';
    expect(await drain(stage, 'probe')).toMatchObject({ end: 'empty' });
    sourceOf(plane).state = 'Enabling';
    world.send({ id: 'a' });
    expect(await drain(stage, 'probe', { timeoutSeconds: 1 })).toMatchObject({ end: 'timeout' });
  });

  test('that is interrupted says so', async () => {
    const { stage, world } = deployed();
    world.send({ id: 'a' });
    const controller = new AbortController();
    const drained = await drain(stage, 'probe', { signal: controller.signal, onLook: () => controller.abort() });
    expect(drained).toMatchObject({ end: 'interrupted', last: { depth: 1 } });
  });

  test('of an unknown type is refused', async () => {
    const { stage } = deployed();
    await expect(drain(stage, 'prob')).rejects.toThrow(/no job type "prob"; did you mean "probe"/);
  });
});

describe('a switch', () => {
  test.each([
    ['pause', false, 'Enabled', 'paused'],
    ['resumption', true, 'Disabled', 'running'],
  ])('for a %s waits until Lambda has done it', async (_, running, before, state) => {
    const { stage, plane, sleeps } = deployed();
    sourceOf(plane).state = before;
    expect(await setRunning(stage, 'probe', { running })).toEqual({ type: 'probe', state, changed: true });
    expect(sleeps).toEqual([1000, 1000]);
    expect(plane.calls.find(({ name }) => name === 'UpdateEventSourceMapping')?.input).toEqual({
      UUID: uuidOf('sluice-test-probe'),
      Enabled: running,
    });
  });

  test('that is not to wait reports what Lambda answered', async () => {
    const { stage, sleeps } = deployed();
    expect(await setRunning(stage, 'probe', { running: false, wait: false })).toEqual({
      ...{ type: 'probe', state: 'pausing', changed: true },
    });
    expect(sleeps).toEqual([]);
  });

  test('to the state that it has changes nothing', async () => {
    const { stage, plane } = deployed();
    expect(await setRunning(stage, 'probe', { running: true })).toMatchObject({ state: 'running', changed: false });
    expect(plane.calls.map(({ name }) => name)).toEqual(['ListEventSourceMappings']);
  });

  test('that Lambda does not complete is reported after two minutes', async () => {
    const { stage, plane, world } = deployed();
    sourceOf(plane).next.push(...Array<string>(500).fill('Disabling'));
    const startedAtMs = world.clock.now();
    await expect(setRunning(stage, 'probe', { running: false })).rejects.toThrow(
      'the event source of probe is still pausing: look again with npx sluice queues',
    );
    expect((world.clock.now() - startedAtMs) / 1000).toBe(121);
  });

  test('of a type without an event source is refused', async () => {
    const { stage, plane } = deployed();
    plane.eventSources.clear();
    await expect(setRunning(stage, 'probe', { running: false })).rejects.toThrow(/"probe" in stage "test" is gone/);
  });
});
