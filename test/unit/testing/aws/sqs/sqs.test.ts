import {
  ChangeMessageVisibilityCommand,
  GetQueueUrlCommand,
  type MessageAttributeValue,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { makeMemorySqs, makeVirtualClock } from '../../../../../lib/testing/index.ts';

const MIB = 1_048_576;
const DAY_S = 24 * 3600;

function setUp({ maxReceiveCount = 2, retentionSeconds = 4 * DAY_S } = {}) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const dead = sqs.createQueue('q-dlq', { visibilityTimeoutSeconds: 30, retentionSeconds: 14 * DAY_S });
  const redrive = { maxReceiveCount, to: dead };
  const queue = sqs.createQueue('q', { visibilityTimeoutSeconds: 30, retentionSeconds, redrive });
  const send = (input: Partial<SendMessageCommandInput>) =>
    sqs.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'body', ...input }));
  const hide = (ReceiptHandle: string, VisibilityTimeout: number) =>
    sqs.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout }));
  const receiveOne = () => {
    const [message] = queue.receive(1);
    if (message === undefined) throw new Error('nothing was visible');
    return message;
  };
  return { clock, sqs, queue, dead, send, hide, receiveOne };
}

const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

describe('receiving', () => {
  test('hides for the visibility timeout and counts, with a new handle each time', async () => {
    const { clock, queue, send, receiveOne } = setUp();
    await send({});
    const first = receiveOne();
    expect(queue.receive(10)).toEqual([]);
    await clock.advance(30_000);
    const second = receiveOne();
    expect([first.receiveCount, second.receiveCount]).toEqual([1, 2]);
    expect(second.messageId).toBe(first.messageId);
    expect(second.receiptHandle).not.toBe(first.receiptHandle);
  });

  test('a delay of 900 s hides a message, one of 901 s is refused', async () => {
    const { clock, queue, send } = setUp();
    await send({ DelaySeconds: 900 });
    await clock.advance(899_999);
    expect(queue.receive(1)).toEqual([]);
    await clock.advance(1);
    expect(queue.receive(1)).toHaveLength(1);
    await expect(send({ DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send({ DelaySeconds: 0.5 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('group and trace travel with the message', async () => {
    const { send, receiveOne } = setUp();
    await send({ MessageGroupId: 'g', MessageSystemAttributes: { AWSTraceHeader: text('Root=1') } });
    expect(receiveOne()).toMatchObject({ group: 'g', trace: 'Root=1' });
    await expect(send({ MessageGroupId: 'with space' })).rejects.toThrow('MessageGroupId');
  });
});

describe('handles', () => {
  test('of an earlier receive still hide and delete: SQS fences nothing', async () => {
    const { clock, queue, send, hide, receiveOne } = setUp({ maxReceiveCount: 10 });
    await send({});
    const first = receiveOne();
    await clock.advance(30_000);
    receiveOne();
    await hide(first.receiptHandle, 0);
    expect(receiveOne().receiveCount).toBe(3);
    queue.delete(first.receiptHandle);
    expect(queue.messages()).toEqual([]);
  });

  test('hide for at most 43,200 s from now', async () => {
    const { clock, queue, send, hide, receiveOne } = setUp();
    await send({});
    const { receiptHandle } = receiveOne();
    await hide(receiptHandle, 43_200);
    expect(queue.nextVisibleAtMs()).toBe(clock.now() + 43_200_000);
    await expect(hide(receiptHandle, 43_201)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  test('of a deleted message delete again, but cannot hide', async () => {
    const { queue, send, hide, receiveOne } = setUp();
    await send({});
    const { receiptHandle } = receiveOne();
    queue.delete(receiptHandle);
    queue.delete(receiptHandle);
    await expect(hide(receiptHandle, 1)).rejects.toThrow('Message does not exist');
    expect(() => queue.delete('garbage')).toThrow('is not a valid receipt handle');
  });
});

describe('the redrive policy', () => {
  test('moves at receive n + 1, keeping id, count, attributes and first enqueue', async () => {
    const { clock, queue, dead, send, receiveOne } = setUp();
    const sentAtMs = clock.now();
    await send({ MessageAttributes: { jobId: text('a') } });
    const { messageId } = receiveOne();
    await clock.advance(30_000);
    receiveOne();
    await clock.advance(30_000);
    expect(queue.messages()).toHaveLength(1);
    expect(queue.receive(1)).toEqual([]);
    expect(queue.messages()).toEqual([]);
    const [moved] = dead.receive(1);
    expect(moved).toMatchObject({ messageId, sentAtMs, receiveCount: 3, attributes: { jobId: text('a') } });
  });

  test('retention counts from the first enqueue, also in the dead-letter queue', async () => {
    const { clock, dead, send, receiveOne, queue } = setUp({ maxReceiveCount: 1, retentionSeconds: 4 * DAY_S });
    await send({});
    await clock.advance(3 * DAY_S * 1000);
    receiveOne();
    await clock.advance(30_000);
    queue.receive(1);
    await clock.advance(11 * DAY_S * 1000 - 30_001);
    expect(dead.messages()).toHaveLength(1);
    await clock.advance(1);
    expect(dead.messages()).toEqual([]);
  });
});

describe('limits', () => {
  test('a message of 1 MiB is taken, attributes included, a byte more is not', async () => {
    const { send, queue } = setUp();
    await send({ MessageBody: 'x'.repeat(MIB) });
    const attribute = { n: text('v') };
    const bytes = 'n'.length + 'String'.length + 'v'.length;
    await send({ MessageBody: 'x'.repeat(MIB - bytes), MessageAttributes: attribute });
    expect(queue.messages()).toHaveLength(2);
    const tooLong = send({ MessageBody: 'x'.repeat(MIB - bytes + 1), MessageAttributes: attribute });
    await expect(tooLong).rejects.toThrow('must be shorter than 1048576 bytes');
  });

  test.each([
    ['an empty body', { MessageBody: '' }],
    ['a control character in the body', { MessageBody: 'a\u0001' }],
    ['an empty attribute', { MessageAttributes: { a: text('') } }],
    ['a control character in an attribute', { MessageAttributes: { a: text('\u0008') } }],
    ['an attribute name with a space', { MessageAttributes: { 'a b': text('v') } }],
    ['an attribute name of AWS’s', { MessageAttributes: { 'aws.x': text('v') } }],
    ['eleven attributes', { MessageAttributes: Object.fromEntries([...'abcdefghijk'].map((n) => [n, text('v')])) }],
  ])('refuses %s', async (_, input) => {
    const { send, queue } = setUp();
    await expect(send(input)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
    expect(queue.messages()).toEqual([]);
  });

  const batch = (Entries: ConstructorParameters<typeof SendMessageBatchCommand>[0]['Entries']) => {
    const world = setUp();
    const sending = world.sqs.client.send(new SendMessageBatchCommand({ QueueUrl: world.queue.url, Entries }));
    return { ...world, sending };
  };
  const entries = (count: number, MessageBody = 'b') =>
    Array.from({ length: count }, (_, i) => ({ Id: `e${i}`, MessageBody }));

  test.each([
    ['no entry', entries(0), 'EmptyBatchRequest'],
    ['eleven entries', entries(11), 'TooManyEntriesInBatchRequest'],
    ['an entry id with a colon', [{ Id: 'a:b', MessageBody: 'b' }], 'InvalidBatchEntryId'],
    ['an entry id of 81', [{ Id: 'a'.repeat(81), MessageBody: 'b' }], 'InvalidBatchEntryId'],
    ['one id twice', [...entries(1), ...entries(1)], 'BatchEntryIdsNotDistinct'],
    ['more than 1 MiB together', entries(2, 'x'.repeat(MIB / 2 + 1)), 'BatchRequestTooLong'],
  ])('a batch of %s sends nothing', async (_, given, name) => {
    const { sending, queue } = batch(given);
    await expect(sending).rejects.toMatchObject({ name });
    expect(queue.messages()).toEqual([]);
  });

  test('an entry that is refused fails alone', async () => {
    const { sending, queue } = batch([...entries(2), { Id: 'bad', MessageBody: '\u0001' }]);
    const { Successful, Failed } = await sending;
    expect(Successful?.map(({ Id }) => Id)).toEqual(['e0', 'e1']);
    expect(Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }]);
    expect(queue.messages()).toHaveLength(2);
  });

  test('names no URL for a queue that is not there', async () => {
    const { sqs, queue } = setUp();
    await expect(sqs.client.send(new GetQueueUrlCommand({ QueueName: 'q' }))).resolves.toEqual({ QueueUrl: queue.url });
    const missing = sqs.client.send(new GetQueueUrlCommand({ QueueName: 'other' }));
    await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });
});
