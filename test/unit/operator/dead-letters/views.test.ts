import { describe, expect, test } from 'vitest';
import { type DeadFilter, estimate, purge, redrive, show } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { envelope, outgoing } from '../../../support/factories.ts';
import { makeWorld, type World } from '../../../support/world.ts';
import { stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };
const FORMER_ID = '0198c1a2-7b3c-4def-8123-0123456789ab';
const sluice = (own: object) => ({ sluice: JSON.stringify(own) });

/** A world whose dead-letter queue holds these messages, `m1` and so on. */
function holding(...messages: { body: string; attributes?: Record<string, string> }[]): World {
  const world = makeWorld();
  for (const [i, { body, attributes = {} }] of messages.entries())
    world.deadLetters.add(outgoing(body, { attributes }), `m${i + 1}`);
  return world;
}

const look = async (world: World, filter: DeadFilter = {}) =>
  (await show(stageOf(world), 'probe', { filter })).deadLetters;

describe('a dead letter names its job', () => {
  test.each([
    [
      'by sluice, before its body',
      sluice({ id: 'a', key: 'k', run: 2, type: 'probe' }),
      { id: 'b', key: 'c' },
      'a',
      'k',
    ],
    ['by sluice, its key being its id', sluice({ id: 'a', run: 1, type: 'probe' }), { id: 'b', key: 'c' }, 'a', 'a'],
    ['by its body', {}, { id: 'b', key: 'c' }, 'b', 'c'],
    ['by its body, its key being its id', {}, { id: 'b' }, 'b', 'b'],
    ['by a key alone, its id being the message’s', {}, { key: 'c' }, 'm1', 'c'],
    ['by the message', {}, {}, 'm1', 'm1'],
    ['by a body with a wrong field', {}, { id: 'b', maxAtempts: 3 }, 'b', 'b'],
    ['by the version before’s jobId', { jobId: 'a', run: '1', jobType: 'probe' }, {}, 'a', 'a'],
    ['by the version before’s jobId, and a key of its body', { jobId: 'a', run: '1' }, { id: 'a', key: 'c' }, 'a', 'c'],
    [
      'by the version before’s jobId where the body was refused',
      { jobId: 'a', run: '1', jobType: 'probe' },
      { id: 'b', x: 1 },
      'a',
      'a',
    ],
    ['by sluice without a run: it is not dead', sluice({ id: 'a', type: 'probe' }), {}, 'a', 'a'],
    ['by a jobId that may be the version before’s', { jobId: FORMER_ID }, {}, FORMER_ID, FORMER_ID],
  ])('%s', async (_, attributes, fields, jobId, key) => {
    expect(await look(holding({ body: envelope(fields), attributes }))).toMatchObject([
      { messageId: 'm1', jobId, key },
    ]);
  });

  test('by the message where its body cannot be read', async () => {
    expect(await look(holding({ body: 'é no json' }))).toMatchObject([{ jobId: 'm1', key: 'm1', bytes: 10 }]);
  });
});

describe('a dead letter tells its death', () => {
  const own = { id: 'a', run: 3, type: 'probe' };
  const death = { reason: 'PermanentError', failedAt: '2025-12-31T23:00:00.000Z', errorName: 'E', errorMessage: 'm' };

  test('if it is ours', async () => {
    const [view] = await look(holding({ body: envelope(), attributes: { ...sluice(own), ...death } }));
    expect(view).toEqual({
      ...{ messageId: 'm1', jobId: 'a', key: 'a', ours: true, run: 3, reason: 'PermanentError' },
      ...{ error: { name: 'E', message: 'm' }, diedAt: death.failedAt, bytes: Buffer.byteLength(envelope()) },
    });
  });

  test.each([
    ['a message alone', { errorMessage: 'm' }, { name: 'Error', message: 'm' }],
    ['a name alone', { errorName: 'E' }, { name: 'E', message: '' }],
    ['neither', {}, undefined],
  ])('whose error is %s', async (_, attributes, error) => {
    const [view] = await look(holding({ body: envelope(), attributes: { ...sluice(own), ...attributes } }));
    expect(view).toMatchObject({ error, reason: undefined, diedAt: '2026-01-01T00:00:00.000Z' });
  });

  test('but not if SQS moved it: attributes of such names are its sender’s', async () => {
    const [view] = await look(holding({ body: envelope(), attributes: death }));
    expect(view).toMatchObject({
      ours: false,
      reason: undefined,
      error: undefined,
      diedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test.each([
    ['whose run is not known', sluice({ id: 'a', type: 'probe' })],
    ['that was put back, and whose sender has a jobType', { ...sluice({ id: 'a', run: 2 }), jobType: 'x' }],
    ['that the version before put back', { jobId: 'a', run: '2' }],
  ])('but not one %s', async (_, attributes) => {
    const [view] = await look(holding({ body: envelope(), attributes: { ...attributes, ...death } }));
    expect(view).toMatchObject({ ours: false, reason: undefined });
  });

  test('with its body only where that is asked for', async () => {
    const world = holding({ body: envelope() });
    expect((await look(world))[0]).not.toHaveProperty('body');
    const { deadLetters } = await show(stageOf(world), 'probe', { bodies: true });
    expect(deadLetters[0]?.body).toBe(envelope());
  });
});

describe('a filter', () => {
  const diedAtMs = Date.parse('2025-12-31T23:00:00Z');
  const at = (id: string, errorName: string) => ({
    body: envelope({ id }),
    attributes: { ...sluice({ id, run: 1, type: 'probe' }), errorName, failedAt: new Date(diedAtMs).toISOString() },
  });
  const all = () => holding(at('a', 'One'), at('b', 'Two'), { body: envelope({ id: 'c' }) });

  test.each([
    ['of the very time of a death takes it', { sinceMs: diedAtMs }, ['a', 'b', 'c']],
    ['of a time after it leaves it out', { sinceMs: diedAtMs + 1 }, ['c']],
    ['of an error takes no message that SQS moved', { error: 'one' }, ['a']],
    ['of what stands in each error takes all that have one', { error: ': ' }, ['a', 'b']],
    ['of a key takes that one', { key: 'b' }, ['b']],
    ['of nothing takes all', {}, ['a', 'b', 'c']],
  ])('%s', async (_, filter, keys) => {
    expect((await look(all(), filter)).map(({ key }) => key)).toEqual(keys);
  });
});

describe('what is received', () => {
  const inputs = ({ sqs }: World, call: string) =>
    sqs.calls.filter(({ name }) => name === call).map(({ input }) => input);

  test('by a look is hidden for a minute, by a redrive or purge for five', async () => {
    const world = holding({ body: envelope() });
    await look(world);
    await purge(stageOf(world), 'probe', { file: undefined, filter: { key: 'none' }, ...FAST });
    await redrive(stageOf(world), 'probe', { filter: { key: 'none' }, ...FAST });
    const hidden = inputs(world, 'ReceiveMessage').map(
      (input) => (input as { VisibilityTimeout: number }).VisibilityTimeout,
    );
    expect([...new Set(hidden)]).toEqual([60, 300]);
    expect(inputs(world, 'ReceiveMessage')[0]).toMatchObject({
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId', 'AWSTraceHeader'],
    });
  });

  test('of an empty queue is nothing, and is asked for twice by each of four workers', async () => {
    const world = holding();
    const { deadLetters, received } = await show(stageOf(world), 'probe');
    expect([deadLetters, received]).toEqual([[], { passedOver: 0, interrupted: false }]);
    expect(inputs(world, 'ReceiveMessage')).toHaveLength(8);
  });

  test('is made visible in calls of at most ten, also where SQS refuses one', async () => {
    const world = holding(...Array.from({ length: 23 }, () => ({ body: envelope() })));
    await look(world, { key: 'none' });
    const released = inputs(world, 'ChangeMessageVisibilityBatch') as { Entries: object[] }[];
    expect(released.map(({ Entries }) => Entries.length)).toEqual([10, 10, 3]);
    const error = awsError('AccessDenied', 'no', 403);
    world.sqs.faults.plan('ChangeMessageVisibilityBatch', { kind: 'fails', error });
    const { received } = await show(stageOf(world), 'probe', { filter: { key: 'none' } });
    expect(received).toEqual({ passedOver: 23, interrupted: false, failure: error });
  });
});

describe('an estimate', () => {
  test('counts those that somebody looks at, and leaves out those that are not delivered', async () => {
    const world = makeWorld();
    for (const id of ['a', 'b', 'c']) world.send({ id, payload: { do: 'permanent' } });
    await world.drain();
    world.deadLetters.receive(1);
    world.alter('a', { undelivered: true });
    expect(await estimate(stageOf(world), 'probe')).toEqual({ inQueue: 3, matching: 3, filtered: false });
    const filter = { reason: 'PermanentError', key: undefined };
    expect(await estimate(stageOf(world), 'probe', filter)).toEqual({ inQueue: 3, matching: 2, filtered: true });
    expect(await estimate(stageOf(world), 'probe', { key: undefined })).toMatchObject({ filtered: false });
  });

  test('says whether all were looked at', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain();
    const filter = { reason: 'PermanentError' };
    expect(await estimate(stageOf(world), 'probe', filter)).toStrictEqual({ inQueue: 1, matching: 1, filtered: true });
    const client = world.dynamoDb.client as { send(command: object): Promise<object> };
    const send = client.send.bind(client);
    const Items = Array.from({ length: 12_500 }, () => ({ id: { S: 'probe#a' }, listAt: { N: '1' } }));
    client.send = async (command) => {
      if (command.constructor.name === 'QueryCommand') return { Items, LastEvaluatedKey: { id: { S: 'x' } } };
      return command.constructor.name === 'BatchGetItemCommand' ? {} : send(command);
    };
    expect(await estimate(stageOf(world), 'probe', filter)).toMatchObject({ matching: 0, truncated: true });
  });
});
