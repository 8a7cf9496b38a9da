import { describe, expect, test } from 'vitest';
import type { Accept } from '../../../../lib/contract/index.ts';
import { type DeadLetterQueue, isOurs, receiveDeadLetters } from '../../../../lib/operator/dead-letters/receive.ts';
import { sendBack } from '../../../../lib/operator/dead-letters/send-back.ts';
import { awsError } from '../../../../lib/testing/index.ts';
import { envelope } from '../../../support/factories.ts';
import { defineProbe, type ProbePayload } from '../../../support/probe.ts';
import { makeWorld, type World, type WorldOptions } from '../../../support/world.ts';
import { shortPolling } from '../support/stage.ts';

const POISON = { id: 'a', payload: { do: 'permanent' } };
const CORRECTED = envelope({ id: 'a', payload: { do: 'complete', result: 'corrected' } });

const dlqOf = ({ sqs, queue, deadLetters }: World): DeadLetterQueue => ({
  sqs: shortPolling(sqs),
  queueUrl: queue.url,
  deadLetterQueueUrl: deadLetters.url,
});

async function dead(options = {}): Promise<World> {
  const world = makeWorld();
  world.send(POISON, options);
  await world.deliver();
  expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 1 });
  return world;
}

/** A message that SQS moved, because no consumer could start. */
async function moved(
  body: object | string = { id: 'a' },
  options = {},
  worldOptions: WorldOptions = {},
): Promise<World> {
  const world = makeWorld(worldOptions);
  world.send(body, options);
  for (let i = 0; i < 200 && world.deadLetters.messages().length === 0; i++) {
    await world.deliver({ throttled: true });
    const next = world.queue.nextVisibleAtMs();
    if (next !== undefined) await world.clock.advance(next - world.clock.now());
  }
  expect(world.deadLetters.messages()).toHaveLength(1);
  return world;
}

async function redrive(world: World, body?: string) {
  const deadLetters = await receiveDeadLetters(dlqOf(world));
  return sendBack(
    dlqOf(world),
    deadLetters.map((deadLetter) => ({ deadLetter, ...(body !== undefined && { body }) })),
  );
}

describe('a dead letter of ours', () => {
  test('goes back with its id, run, group and trace, and leaves the DLQ', async () => {
    const world = await dead({ group: 'tenant-1', trace: 'Root=1-2' });
    const { sent, refused, left } = await redrive(world);
    expect([sent.length, refused, left]).toEqual([1, [], []]);
    expect(world.deadLetters.messages()).toEqual([]);
    const [message] = world.queue.messages();
    expect(message).toMatchObject({ group: 'tenant-1', trace: 'Root=1-2' });
    expect(Object.keys(message?.attributes ?? {}).sort()).toEqual(['jobId', 'run', 'sluice']);
    await world.deliver();
    expect(world.starts).toEqual(['a/1', 'a/1']);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2, attempts: 1 });
    expect(world.deadLetters.messages().at(-1)?.attributes.run?.StringValue).toBe('2');
  });

  test('goes back with a corrected body, under the same id', async () => {
    const world = await dead();
    await redrive(world, CORRECTED);
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2, result: 'corrected' });
  });

  test('stays in the dead-letter queue if the queue refuses it', async () => {
    const world = await dead();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'partly', indexes: [0], code: 'InternalError' });
    const { sent, refused } = await redrive(world);
    expect([sent, refused.map(({ code }) => code)]).toEqual([[], ['InternalError']]);
    expect(world.deadLetters.messages()).toHaveLength(1);
    expect(world.queue.messages()).toEqual([]);
  });

  test('stays in the dead-letter queue if the call fails', async () => {
    const world = await dead();
    world.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    await expect(redrive(world)).rejects.toThrow('no');
    expect(world.deadLetters.messages()).toHaveLength(1);
  });

  test('that was accepted but not deleted comes back, and runs once', async () => {
    const world = await dead();
    world.sqs.faults.plan('DeleteMessageBatch', { kind: 'fails', error: awsError('AccessDenied', 'no', 403) });
    const { sent, left } = await redrive(world, CORRECTED);
    expect([sent, left.map(({ code }) => code)]).toEqual([[], ['AccessDenied']]);
    await world.drain();
    await world.clock.advance(400_000);
    expect((await redrive(world)).sent).toHaveLength(1);
    await world.drain(3600);
    expect(world.starts).toEqual(['a/1', 'a/1']);
    expect(world.job('a')).toMatchObject({ status: 'COMPLETED', runNo: 2, result: 'corrected' });
    expect([world.queue.messages(), world.deadLetters.messages()]).toEqual([[], []]);
  });
});

describe('a message that SQS moved', () => {
  test('without an id gets its message id', async () => {
    const world = await moved({});
    const [deadLetter] = await receiveDeadLetters(dlqOf(world), { hiddenSeconds: 0 });
    expect(deadLetter && isOurs(deadLetter)).toBe(false);
    await redrive(world);
    expect(world.queue.messages()[0]?.attributes.jobId?.StringValue).toBe('sent-1');
    await world.drain();
    expect(world.job('sent-1')).toMatchObject({ status: 'COMPLETED', runNo: 1, attempts: 1 });
  });

  test('resumes the job that waits for it', async () => {
    const world = makeWorld();
    const id = world.send({ payload: { do: 'fail', times: 1 } });
    await world.deliver();
    const [message] = world.queue.messages();
    if (message === undefined) throw new TypeError('no message');
    world.queue.purge();
    world.deadLetters.move({ ...message, visibleAtMs: 0 });
    await redrive(world);
    await world.drain(60);
    expect(world.starts).toHaveLength(2);
    expect(world.job(message.attributes.jobId?.StringValue ?? id)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  });

  test('keeps its id, run, due and its sender’s attributes', async () => {
    const attributes = { jobId: 'a', run: '3', due: '1700000000000', other: 'x' };
    const world = await moved({ id: 'a' }, { attributes });
    await redrive(world);
    const own = Object.entries(world.queue.messages()[0]?.attributes ?? {}).map(([name, v]) => [name, v.StringValue]);
    const sluice = JSON.stringify({ id: 'a', run: 3, due: 1_700_000_000_000, firstMessageId: 'sent-1' });
    expect(Object.fromEntries(own)).toEqual({ jobId: 'a', run: '3', due: '1700000000000', other: 'x', sluice });
  });

  test('refuses a corrected body and stays in the dead-letter queue', async () => {
    const world = await moved();
    await expect(redrive(world, CORRECTED)).rejects.toThrow(/moved by SQS.*send a new job/);
    expect(world.queue.messages()).toEqual([]);
    expect(world.deadLetters.messages()).toHaveLength(1);
  });
});

describe('many dead letters', () => {
  test('go back in calls of at most ten messages and 1 MiB', async () => {
    const world = makeWorld();
    for (let i = 0; i < 8; i++) {
      const filler = 'x'.repeat(300 * 1024);
      world.send({ id: `a${i}`, payload: { do: 'permanent', filler } });
    }
    for (let i = 8; i < 30; i++) world.send({ id: `a${i}`, payload: { do: 'permanent' } });
    await world.drain();
    for (;;) {
      const deadLetters = await receiveDeadLetters(dlqOf(world));
      if (deadLetters.length === 0) break;
      const { sent } = await sendBack(
        dlqOf(world),
        deadLetters.map((deadLetter) => ({ deadLetter })),
      );
      expect(sent).toHaveLength(deadLetters.length);
    }
    expect(world.deadLetters.messages()).toEqual([]);
    await world.drain();
    expect(world.deadLetters.messages()).toHaveLength(30);
    expect(world.job('a29')).toMatchObject({ runNo: 2, status: 'DEAD' });
  });
});

describe('a message of a type with accept', () => {
  const accept: Accept<ProbePayload> = ({ body, messageId }) => {
    if (body.startsWith('{')) throw new TypeError('an envelope is none of theirs');
    return { id: `${body}-${messageId}`, payload: { do: 'complete' } };
  };
  const definition = defineProbe({ accept });

  test('that SQS moved before anybody read it goes to accept, with the id that it had', async () => {
    const world = await moved('order', {}, { definition });
    await redrive(world);
    await world.drain();
    expect(world.starts).toEqual(['order-sent-1/1']);
  });

  test('that is an envelope, and that SQS moved, does not', async () => {
    const world = await moved({ id: 'a' }, { attributes: { sluice: '{"envelope":true}' } }, { definition });
    await redrive(world);
    await world.drain();
    expect(world.starts).toEqual(['a/1']);
  });

  test('of which accept made no job is asked about again, and not once its body is corrected', async () => {
    const world = makeWorld({ definition });
    world.send('{"order":1}');
    await world.drain();
    await redrive(world);
    await world.drain();
    expect(world.job('sent-1')).toMatchObject({ status: 'DEAD', reason: 'NotAccepted', runNo: 2 });
    await redrive(world, envelope());
    await world.drain();
    expect(world.job('sent-1')).toMatchObject({ status: 'COMPLETED', runNo: 3 });
  });
});
