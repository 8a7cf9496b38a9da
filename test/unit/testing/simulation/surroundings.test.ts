import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import {
  type Disorder,
  deliver,
  makeMemoryDynamoDb,
  makeMemorySqs,
  makeVirtualClock,
  skewed,
} from '../../../../lib/testing/index.ts';
import { makeRandom } from '../../../../lib/testing/simulation/random.ts';

async function queueOf(count: number, disorder?: Disorder) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const settings = { visibilityTimeoutSeconds: 60, retentionSeconds: 3600, ...(disorder && { disorder }) };
  const queue = sqs.createQueue('q', settings);
  for (let i = 0; i < count; i++) {
    await sqs.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: `body ${i}` }));
  }
  return { clock, sqs, queue };
}

const bodies = (messages: readonly { body: string }[]) => messages.map(({ body }) => body);

describe('a throttled event source', () => {
  test('receives and counts, and invokes nobody', async () => {
    const { clock, queue } = await queueOf(2);
    const consumer = () => Promise.reject(new Error('invoked'));
    const delivery = await deliver(queue, { consumer, clock, functionTimeoutSeconds: 10, throttled: true });
    expect(delivery).toMatchObject({ outcome: 'throttled', kept: delivery.records.map(({ messageId }) => messageId) });
    expect(queue.receive(10)).toEqual([]);
    await clock.advance(60_000);
    expect(queue.receive(10)).toMatchObject([{ receiveCount: 2 }, { receiveCount: 2 }]);
  });
});

describe('a queue in disorder', () => {
  test('gives all messages in an order that its seed chooses, and the same again for the same seed', async () => {
    const received = async (seed: number) => {
      const { queue } = await queueOf(10, { random: makeRandom(seed).next, duplicates: 0 });
      return bodies(queue.receive(10));
    };
    const inOrder = bodies((await queueOf(10)).queue.receive(10));
    const orders = await Promise.all([1, 2, 3].map(received));
    for (const order of orders) expect(order.toSorted()).toEqual(inOrder);
    expect(new Set([...orders, inOrder].map(String)).size).toBe(4);
    expect(await received(1)).toEqual(orders[0]);
  });

  test('gives a message twice, each time with a handle that works', async () => {
    const { queue } = await queueOf(1, { random: () => 0, duplicates: 0.01 });
    const [first] = queue.receive(10);
    const [second] = queue.receive(10);
    expect(second).toMatchObject({ messageId: first?.messageId, receiveCount: 2 });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.messages()).toEqual([]);
  });
});

describe('the counts of a queue', () => {
  test('tell visible, in flight and delayed messages apart', async () => {
    const { clock, sqs, queue } = await queueOf(3);
    const delayed = { QueueUrl: queue.url, MessageBody: 'later', DelaySeconds: 30 };
    await sqs.client.send(new SendMessageCommand(delayed));
    queue.receive(2);
    expect(queue.counts()).toEqual({ visible: 1, inFlight: 2, delayed: 1 });
    await clock.advance(30_000);
    expect(queue.counts()).toEqual({ visible: 2, inFlight: 2, delayed: 0 });
    queue.purge();
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });
});

describe('TTL', () => {
  test('takes what has expired, whenever it comes, and its index entry', () => {
    const clock = makeVirtualClock();
    const dynamoDb = makeMemoryDynamoDb({ clock, tables: { t: ['id'] } });
    const nowSeconds = clock.now() / 1000;
    dynamoDb.put('t', { id: 'out', expiration: nowSeconds, listKey: 'dead#1', listAt: 1 });
    dynamoDb.put('t', { id: 'lives', expiration: nowSeconds + 1 });
    dynamoDb.put('t', { id: 'for ever' });
    expect(dynamoDb.table('t').index()).toHaveLength(1);
    dynamoDb.table('t').expire();
    expect(dynamoDb.table('t').items()).toMatchObject([{ id: { S: 'lives' } }, { id: { S: 'for ever' } }]);
    expect(dynamoDb.table('t').index()).toEqual([]);
  });
});

describe('a skewed clock', () => {
  test('shows another time; its timers take as long', async () => {
    const clock = makeVirtualClock();
    const startMs = clock.now();
    const behind = skewed(clock, -500);
    let firedAtMs = 0;
    behind.after(1000, () => {
      firedAtMs = clock.now();
    });
    expect(behind.now()).toBe(startMs - 500);
    await clock.advance(1000);
    expect(firedAtMs).toBe(startMs + 1000);
  });
});
