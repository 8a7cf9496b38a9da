import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeEach, expect, it } from 'vitest';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { together } from '../../../../lib/engine/calls/sqs.ts';
import { type MemoryQueue, type MemorySqs, makeMemorySqs, makeVirtualClock } from '../../../../lib/testing/index.ts';

let sqs: MemorySqs;
let queue: MemoryQueue;
let client: MemorySqs['client'];
const clock = makeVirtualClock();
beforeEach(() => {
  sqs = makeMemorySqs(clock);
  queue = sqs.createQueue('sluice-test-probe', { visibilityTimeoutSeconds: 60, retentionSeconds: 86_400 });
  client = together(sqs.client, makeCallTime({ clock, random: () => 0 }));
});

const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody }));
const names = () => sqs.calls.map(({ name }) => name);

it('messages that are sent side by side travel in calls of ten', async () => {
  const sent = await Promise.all(Array.from({ length: 23 }, (_, i) => send(`body ${i}`)));
  expect(names()).toEqual(Array(3).fill('SendMessageBatch'));
  expect(new Set(sent.map(({ MessageId }) => MessageId)).size).toBe(23);
  expect(queue.messages()).toHaveLength(23);
});

it('a lone message is sent by SendMessage', async () => {
  await send('alone');
  await send('and alone again');
  expect(names()).toEqual(['SendMessage', 'SendMessage']);
});

it('messages that exceed 1 MiB together travel in calls of their own', async () => {
  await Promise.all([send('x'.repeat(600_000)), send('y'.repeat(600_000))]);
  expect(names()).toEqual(['SendMessage', 'SendMessage']);
});

it('a refused entry fails alone, under the code that SQS gave', async () => {
  const [good, bad] = await Promise.allSettled([send('fine'), send('not \u0000 fine')]);
  expect(names()).toEqual(['SendMessageBatch']);
  expect(good.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: { name: 'InvalidMessageContents' } });
});

it('messages that are hidden side by side travel in one call, each with its own time', async () => {
  await Promise.all([send('a'), send('b')]);
  const received = queue.receive(10);
  await Promise.all(
    received.map(({ receiptHandle: ReceiptHandle }, i) =>
      client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: queue.url, ReceiptHandle, VisibilityTimeout: 100 * (i + 1) }),
      ),
    ),
  );
  expect(names().slice(1)).toEqual(['ChangeMessageVisibilityBatch']);
  expect(queue.receive(10)).toEqual([]);
});

it.each([true, false])('an entry that the answer leaves out fails alone, whether it was taken: %s', async (taken) => {
  sqs.faults.plan('SendMessageBatch', { kind: 'unanswered', indexes: [1], taken });
  const sent = await Promise.allSettled([send('a'), send('b'), send('c')]);
  expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(sent[1]).toMatchObject({ reason: { name: 'Unanswered', message: expect.stringMatching(/fewer entries/) } });
  expect(queue.messages()).toHaveLength(taken ? 3 : 2);
});

it('an answer without any entry fails each of them', async () => {
  sqs.faults.plan('SendMessageBatch', { kind: 'unanswered', indexes: [0, 1], taken: false });
  const sent = await Promise.allSettled([send('a'), send('b')]);
  expect(sent.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
