import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type DeadLetterQueue, receiveDeadLetters } from '../../../../lib/operator/dead-letters/receive.ts';
import { sendBack } from '../../../../lib/operator/dead-letters/send-back.ts';
import { redrive } from '../../../../lib/operator/index.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { envelope, outgoing } from '../../../support/factories.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';
import { shortPolling, stageOf } from '../support/stage.ts';

const FAST = { perSecond: 100_000 };
const FORMER_ID = '0198c1a2-7b3c-4def-8123-0123456789ab';
const MIB = 1_048_576;

const dlqOf = ({ sqs, queue, deadLetters }: World): DeadLetterQueue => ({
  ...{ sqs: shortPolling(sqs), queueUrl: queue.url, deadLetterQueueUrl: deadLetters.url },
});
const sluice = (own: object) => ({ sluice: JSON.stringify(own) });
/** Attributes of the messages that stand in the queue, as text. */
const attributesIn = ({ queue }: World) =>
  queue
    .messages()
    .map(({ attributes }) =>
      Object.fromEntries(Object.entries(attributes).map(([name, { StringValue }]) => [name, StringValue])),
    );
const inputsOf = ({ sqs }: World, call: string) =>
  sqs.calls.filter(({ name }) => name === call).map(({ input }) => input as { Entries: { Id: string }[] });

/** A dead-letter queue that holds these. */
function holding(...messages: { body?: string; attributes?: Record<string, string> }[]): World {
  const world = makeWorld();
  for (const [i, { body = envelope(), attributes = {} }] of messages.entries())
    world.deadLetters.add(outgoing(body, { attributes }), `m${i}`);
  return world;
}

/** All of a queue, each with what goes with it. */
async function back(world: World, more: object = {}) {
  const found = [];
  for (let i = 0; i < 5; i++) found.push(...(await receiveDeadLetters(dlqOf(world))));
  found.sort((a, b) => Number(a.messageId.slice(1)) - Number(b.messageId.slice(1)));
  return sendBack(
    dlqOf(world),
    found.map((deadLetter) => ({ deadLetter, ...more })),
  );
}

describe('calls', () => {
  test('have at most ten messages', async () => {
    const world = holding(...Array.from({ length: 21 }, () => ({})));
    expect((await back(world)).sent).toHaveLength(21);
    expect(inputsOf(world, 'SendMessageBatch').map(({ Entries }) => Entries.length)).toEqual([10, 10, 1]);
  });

  test.each([
    [0, [2, 1]],
    [1, [1, 2]],
  ])('have at most 1 MiB, attributes included: %s bytes more', async (more, lengths) => {
    const ids = ['a', 'b', 'c'];
    // What each counts for beside its filler.
    const beside = (id: string) => {
      const names = { jobId: id, run: '1', sluice: JSON.stringify({ id, run: 1 }) };
      const attributes = Object.entries(names).reduce((sum, [name, value]) => sum + name.length + value.length + 6, 0);
      return envelope({ id, filler: '' }).length + attributes;
    };
    const fillers = [400_000 + more, MIB - 400_000 - beside('a') - beside('b'), 10];
    const world = holding(
      ...ids.map((id, i) => ({
        body: envelope({ id, filler: 'x'.repeat(fillers[i] ?? 0) }),
        attributes: sluice({ id, run: 1, type: 'probe' }),
      })),
    );
    expect((await back(world)).sent).toHaveLength(3);
    expect(inputsOf(world, 'SendMessageBatch').map(({ Entries }) => Entries.length)).toEqual(lengths);
  });

  test('after one that failed are made, and what failed stays', async () => {
    const world = holding(...Array.from({ length: 12 }, () => ({})));
    world.sqs.faults.plan('SendMessageBatch', { kind: 'meanwhile', happens: () => undefined });
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    const { sent, refused, left } = await back(world);
    expect([sent.length, left]).toEqual([10, []]);
    expect(refused.map(({ deadLetter, code, message }) => [deadLetter.messageId, code, message])).toEqual([
      ['m10', 'AccessDenied', 'no'],
      ['m11', 'AccessDenied', 'no'],
    ]);
    expect(world.deadLetters.messages()).toHaveLength(2);
  });

  test('whose contents SQS refuses are made again, one message each', async () => {
    const world = holding({}, {}, {});
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('InvalidMessageContents', 'odd') }, 2);
    const { sent, refused, left } = await back(world);
    expect(inputsOf(world, 'SendMessageBatch').map(({ Entries }) => Entries.length)).toEqual([3, 1, 1, 1]);
    expect([sent.length, left]).toEqual([2, []]);
    expect(refused).toMatchObject([{ code: 'InvalidMessageContents', message: 'odd' }]);
  });

  test('of one message whose contents SQS refuses leave it', async () => {
    const world = holding({});
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('InvalidParameterValue', 'odd') }, 2);
    expect(await back(world)).toMatchObject({ sent: [], left: [], refused: [{ code: 'InvalidParameterValue' }] });
  });

  test('that are answered in another order are read by their ids', async () => {
    const world = holding({}, {}, {});
    const client = world.sqs.client as { send(command: object): Promise<object> };
    const send = client.send.bind(client);
    const Failed = [{ Id: '2', Code: 'B', Message: 'b' }, { Id: '0' }];
    client.send = async (command) =>
      command.constructor.name === 'SendMessageBatchCommand' ? { Successful: [{ Id: '1' }], Failed } : send(command);
    const { sent, refused } = await back(world);
    expect(sent.map(({ messageId }) => messageId)).toEqual(['m1']);
    expect(refused.map(({ deadLetter, code, message }) => [deadLetter.messageId, code, message])).toEqual([
      ['m0', 'Unknown', ''],
      ['m2', 'B', 'b'],
    ]);
  });
});

describe('what goes back says', () => {
  test('the group and trace that it came with', async () => {
    const world = makeWorld();
    world.deadLetters.add(outgoing(envelope(), { group: 'g', trace: 'Root=1' }), 'm0');
    await back(world);
    expect(inputsOf(world, 'SendMessageBatch')[0]?.Entries).toMatchObject([
      {
        ...{ Id: '0', MessageGroupId: 'g' },
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1' } },
      },
    ]);
  });

  test('nothing of a first message where the job is named by it', async () => {
    const world = holding({ body: '{"payload":1}' });
    await back(world);
    expect(attributesIn(world)).toEqual([{ jobId: 'm0', sluice: '{"id":"m0","foreign":true}' }]);
  });

  test('the run that it was given, for one that had no room for it; then its body may be corrected', async () => {
    const world = holding({ body: envelope({ id: 'a' }) });
    await back(world, { run: 4, body: envelope({ id: 'a', payload: 2 }) });
    expect(attributesIn(world)).toEqual([{ jobId: 'a', run: '4', sluice: '{"id":"a","run":4}' }]);
    expect(world.queue.messages()[0]?.body).toBe(envelope({ id: 'a', payload: 2 }));
  });

  test('the key of its body, of a dead letter of the version before', async () => {
    const attributes = { jobId: 'a', run: '1', jobType: 'probe' };
    const world = holding({ body: envelope({ id: 'a', key: 'k', type: 'probe' }), attributes });
    await back(world);
    expect(attributesIn(world)).toEqual([{ jobId: 'a', run: '1', sluice: '{"id":"a","key":"k","run":1}' }]);
  });

  test('what its sender said, where its only jobId may be the sender’s own', async () => {
    const world = holding({ attributes: { jobId: FORMER_ID, other: 'x' } });
    await back(world);
    expect(attributesIn(world)).toEqual([{ jobId: FORMER_ID, other: 'x' }]);
  });
});

describe('a redrive of a message whose only jobId may be its sender’s own', () => {
  const body = envelope();
  const hash = (text: string) => createHash('sha256').update(text).digest('base64');
  const redriven = async (item: object | undefined) => {
    const world = holding({ body, attributes: { jobId: FORMER_ID } });
    if (item !== undefined) {
      const id = `probe#${FORMER_ID}`;
      world.dynamoDb.put(JOBS_TABLE, { id, type: 'probe', jobId: FORMER_ID, bodyHash: hash(body), ...item });
    }
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ sent: 1 });
    return attributesIn(world)[0];
  };

  test('names the job of that id and body', async () => {
    const named = await redriven({});
    expect(named).toEqual({
      jobId: FORMER_ID,
      sluice: JSON.stringify({ id: FORMER_ID, firstMessageId: 'm0' }),
    });
  });

  test.each([
    ['there is no job of that id', undefined],
    ['the job of that id had another body', { bodyHash: hash('other') }],
    ['the job of that key has another id', { jobId: 'other' }],
  ])('is named by the message, and keeps its sender’s jobId, where %s', async (_, item) => {
    const sender = { jobId: { type: 'String', value: FORMER_ID } };
    expect(await redriven(item)).toEqual({ jobId: 'm0', sluice: JSON.stringify({ id: 'm0', sender }) });
  });
});

describe('a redrive', () => {
  const reads = ({ dynamoDb }: World) => dynamoDb.calls.filter(({ name }) => name === 'GetItem').length;

  test('reads no item of what says all by itself', async () => {
    const world = holding(
      { body: envelope({ id: 'a' }), attributes: { ...sluice({ id: 'a', run: 1, type: 'probe' }), jobType: 'probe' } },
      { body: envelope({ id: 'b' }) },
      { body: envelope({ id: 'c' }), attributes: { ...sluice({ id: 'c', run: 2 }), jobType: 'mine' } },
    );
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ sent: 3 });
    expect(reads(world)).toBe(0);
  });

  test('takes the run of a dead letter that was cut to its type from the item', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.drain();
    const [deadLetter] = world.deadLetters.messages();
    world.deadLetters.purge();
    world.deadLetters.add(outgoing(deadLetter?.body ?? '', { attributes: { jobType: 'probe' } }), 'm0');
    await world.clock.advance(1000);
    expect(await redrive(stageOf(world), 'probe', FAST)).toMatchObject({ sent: 1 });
    await world.drain();
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2 });
  });

  test('with a corrected body sends one of two dead letters of a job', async () => {
    const own = { body: envelope({ id: 'a' }), attributes: sluice({ id: 'a', run: 1, type: 'probe' }) };
    const world = holding(own, own);
    const report = await redrive(stageOf(world), 'probe', { body: envelope({ id: 'a', payload: 2 }), ...FAST });
    expect(report).toMatchObject({ sent: 1, received: { passedOver: 1 } });
  });

  test('sends two dead letters of one run, and of a later run only that which came first', async () => {
    const own = (run: number) => ({ attributes: sluice({ id: 'a', run, type: 'probe' }) });
    const world = holding(...Array.from({ length: 10 }, () => own(1)), own(1), own(2));
    const report = await redrive(stageOf(world), 'probe', { ...FAST, workers: 1 } as object);
    expect(report).toMatchObject({ sent: 11, received: { passedOver: 1 } });
  });

  test('reports nothing done where nothing matches, and names what was refused or left', async () => {
    const world = holding({ body: envelope({ id: 'a' }) });
    const done: number[] = [];
    const onProgress = (count: number) => void done.push(count);
    await redrive(stageOf(world), 'probe', { filter: { key: 'other' }, onProgress, ...FAST });
    expect(done).toEqual([]);
    world.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' });
    expect((await redrive(stageOf(world), 'probe', { onProgress, ...FAST })).refused).toEqual([
      { jobId: 'a', messageId: 'm0', code: 'InternalError', message: 'InternalError: injected' },
    ]);
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    expect((await redrive(stageOf(world), 'probe', { onProgress, ...FAST })).left).toEqual([
      { jobId: 'a', messageId: 'm0', code: 'AccessDenied', message: 'no' },
    ]);
    expect(done).toEqual([0, 0]);
  });
});
