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
