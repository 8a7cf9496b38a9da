import { describe, expect, test } from 'vitest';
import { drain, queues, setRunning } from '../../../../lib/operator/index.ts';
import { makeControlPlane } from '../../../support/control-plane.ts';
import { makeWorld } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

function deployed() {
  const world = makeWorld();
  const plane = makeControlPlane('probe', world.clock.now());
  return { world, plane, stage: { ...stageOf(world, plane.aws), sleep: (ms: number) => world.clock.advance(ms) } };
}
type There = ReturnType<typeof deployed>;

const later = ({ world }: There, seconds: number) => new Date(world.clock.now() + seconds * 1000).toISOString();

/** The answer of each call of this name, in place of the control plane's. */
function answer({ plane }: There, service: 'lambda' | 'cloudWatch', name: string, given: object): void {
  const client = plane.aws[service] as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  client.send = async (command) => (command.constructor.name === `${name}Command` ? given : send(command));
}

/** One type's list in the table's index of all types, as if more were on it than are read. */
function cut({ world }: There, list: string): void {
  const client = world.dynamoDb.client as { send(command: object): Promise<object> };
  const send = client.send.bind(client);
  const Items = Array.from({ length: 12_500 }, (_, i) => ({ id: { S: `probe#${i}` }, listAt: { N: '1' } }));
  client.send = async (command) => {
    const { input } = command as { input: { ExpressionAttributeValues?: { ':listKey': { S: string } } } };
    const asked = input.ExpressionAttributeValues?.[':listKey'].S ?? '';
    return asked.startsWith(`${list}#`) ? { Items, LastEvaluatedKey: { id: { S: 'x' } } } : send(command);
  };
}

describe('a count that was cut', () => {
  test.each(['due', 'dead'])('is said of the list %s alone', async (list) => {
    const there = deployed();
    cut(there, list);
    for (const type of [undefined, 'probe']) {
      const report = await queues(there.stage, type);
      expect(report).toMatchObject({ truncated: true, queues: [{ truncated: true }] });
      expect([report.queues[0]?.parked, report.queues[0]?.dead]).toEqual(list === 'due' ? [100_000, 0] : [0, 100_000]);
    }
  });

  test('is not said of what was seen whole', async () => {
    expect((await queues(deployed().stage)).queues[0]).not.toHaveProperty('truncated');
  });
});

describe('a drain looks at each place by itself', () => {
  test('jobs that wait, run, are delayed and parked do not outweigh each other', async () => {
    const there = deployed();
    const { world, stage } = there;
    world.send({ id: 'p', runAt: later(there, 3600) });
    await world.deliver();
    const end = async () => (await drain(stage, 'probe', { timeoutSeconds: 20 })).end;
    world.send({ id: 'w' });
    expect(await end()).toBe('timeout');
    world.queue.receive(1);
    world.send({ id: 'v' });
    expect((await queues(stage)).queues).toMatchObject([{ depth: 1, inFlight: 1, parked: 1 }]);
    expect((await drain(stage, 'probe', { timeoutSeconds: 1, everySeconds: 1 })).end).toBe('timeout');
  });

  test.each([
    { depth: 1, inFlight: 1 },
    { depth: 1, delayed: 1 },
    { inFlight: 1, delayed: 1 },
  ])('%j', async ({ depth = 0, inFlight = 0, delayed = 0 }) => {
    const there = deployed();
    const client = there.world.sqs.client as { send(command: object): Promise<object> };
    const send = client.send.bind(client);
    const Attributes = {
      ApproximateNumberOfMessages: String(depth),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: String(delayed),
    };
    client.send = async (command) =>
      command.constructor.name === 'GetQueueAttributesCommand' ? { Attributes } : send(command);
    const { end, last } = await drain(there.stage, 'probe', { timeoutSeconds: 20 });
    expect([end, last]).toEqual(['timeout', expect.objectContaining({ depth, inFlight, delayed })]);
  });
});

const FunctionArn = 'arn:aws:lambda:x:1:function:sluice-test-probe';

describe('an answer without what was asked for', () => {
  test('of CloudWatch is no age', async () => {
    const there = deployed();
    for (const given of [{}, { MetricDataResults: [{}] }, { MetricDataResults: [{ Id: 'q0' }] }]) {
      answer(there, 'cloudWatch', 'GetMetricData', given);
      expect((await queues(there.stage)).queues[0]?.oldestSeconds).toBeUndefined();
    }
  });

  test.each([
    [{}, 'missing'],
    [{ EventSourceMappings: [{ State: 'Enabled' }] }, 'missing'],
    [{ EventSourceMappings: [{ EventSourceArn: 'arn:aws:sqs:x:1:sluice-test-probe', FunctionArn }] }, 'unknown'],
  ])('of Lambda %j is an event source that is %s', async (given, state) => {
    const there = deployed();
    answer(there, 'lambda', 'ListEventSourceMappings', given);
    expect((await queues(there.stage)).queues[0]?.state).toBe(state);
    expect((await queues(there.stage, 'probe')).queues[0]?.state).toBe(state);
  });
});

test.each([
  ['of one type by the index of types', 'probe', 'typeLists'],
  ['of all types by the index of all', undefined, 'lists'],
])('the lists %s are read', async (_, type, index) => {
  const { stage, world } = deployed();
  await queues(stage, type);
  const queries = world.dynamoDb.calls.filter(({ name }) => name === 'Query');
  const indexes = queries.map(({ input }) => (input as { IndexName?: string }).IndexName);
  expect([indexes.length, new Set(indexes)]).toEqual([16, new Set([index])]);
});

test('a switch of a type without an event source fails with its function’s name as the cause', async () => {
  const { plane, stage } = deployed();
  plane.eventSources.clear();
  await expect(setRunning(stage, 'probe', { running: false })).rejects.toMatchObject({
    ...{ name: 'NoSuchTypeError', cause: { message: 'sluice-test-probe has no event source' } },
  });
});

test('a switch that takes two minutes to the second is still waited for, and its error has a name', async () => {
  const there = deployed();
  const source = there.plane.eventSources.get('sluice-test-probe');
  source?.next.push(...Array<string>(120).fill('Disabling'));
  expect(await setRunning(there.stage, 'probe', { running: false })).toMatchObject({ state: 'paused' });
  source?.next.push(...Array<string>(122).fill('Enabling'));
  await expect(setRunning(there.stage, 'probe', { running: true })).rejects.toMatchObject({
    name: 'SwitchTimeoutError',
  });
});
