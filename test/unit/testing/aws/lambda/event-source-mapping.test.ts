import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { sleep } from '../../../../../lib/engine/clock.ts';
import {
  type BatchConsumer,
  type Delivery,
  type EventSourceMappingOptions,
  makeMemorySqs,
  makeVirtualClock,
  startEventSourceMapping,
  type VirtualClock,
} from '../../../../../lib/testing/index.ts';

function setUp(
  makeConsumer: (clock: VirtualClock) => BatchConsumer,
  options: Partial<EventSourceMappingOptions> = {},
  maxInFlight = 120_000,
) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const queue = sqs.createQueue('q', { visibilityTimeoutSeconds: 60, retentionSeconds: 86_400, maxInFlight });
  const deliveries: (Delivery & { atMs: number })[] = [];
  const startMs = clock.now();
  const consumer = makeConsumer(clock);
  const mapping = startEventSourceMapping(queue, {
    environment: () => ({ consumer }),
    clock,
    functionTimeoutSeconds: 10,
    onDelivery: (delivery) => deliveries.push({ ...delivery, atMs: clock.now() - startMs }),
    ...options,
  });
  const send = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await sqs.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: `${i}` }));
    }
  };
  return { clock, queue, mapping, send, deliveries };
}

const sizes = (deliveries: readonly Delivery[]) => deliveries.map(({ records }) => records.length);

test('messages are delivered as they come, in batches', async () => {
  const { clock, queue, mapping, send, deliveries } = setUp(() => async () => undefined, { maxConcurrency: 1 });
  await clock.advance(5000);
  expect(deliveries).toEqual([]);
  await send(12);
  await clock.settle();
  expect(sizes(deliveries).reduce((a, b) => a + b)).toBe(12);
  expect(Math.max(...sizes(deliveries))).toBeGreaterThan(1);
  expect(queue.messages()).toEqual([]);
  await clock.run(mapping.stop());
});

test('as many batches run side by side as concurrency allows', async () => {
  let running = 0;
  let most = 0;
  const { clock, send, mapping, deliveries } = setUp(
    (virtual) => async () => {
      most = Math.max(most, ++running);
      await sleep(virtual, 1000);
      running -= 1;
    },
    { maxConcurrency: 3, batchSize: 1 },
  );
  await send(7);
  await clock.advance(3000);
  expect(most).toBe(3);
  expect(deliveries.map(({ atMs }) => atMs)).toEqual([1000, 1000, 1000, 2000, 2000, 2000, 3000]);
  await clock.run(mapping.stop());
});

test('a batch that throws comes back when its visibility ends, and slows the poller; a reported failure does not', async () => {
  let throws = true;
  const { clock, send, mapping, deliveries } = setUp(
    () =>
      async ({ Records }) => {
        if (throws) throw new Error('no');
        return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
      },
    { maxConcurrency: 1, batchSize: 1 },
  );
  await send(3);
  await clock.advance(10_000);
  // Pauses of 1, 2 and 4 seconds.
  expect(deliveries.map(({ outcome, atMs }) => [outcome, atMs])).toEqual([
    ['failed', 0],
    ['failed', 1000],
    ['failed', 3000],
  ]);
  throws = false;
  await clock.advance(60_000);
  expect(deliveries.slice(3).map(({ outcome, atMs }) => [outcome, atMs])).toEqual([
    ['answered', 60_000],
    ['answered', 61_000],
    ['answered', 63_000],
  ]);
  await clock.run(mapping.stop());
});

test('a throttled batch is received and counted, and nobody is invoked', async () => {
  let invoked = 0;
  const { clock, send, queue, mapping, deliveries } = setUp(() => async () => void invoked++, {
    throttled: () => true,
  });
  await send(1);
  await clock.advance(125_000);
  expect(invoked).toBe(0);
  expect(deliveries.map(({ outcome }) => outcome)).toEqual(['throttled', 'throttled', 'throttled']);
  expect(queue.messages()[0]?.receiveCount).toBe(3);
  await clock.run(mapping.stop());
});

test('a batch that is not full waits its window for more', async () => {
  const { clock, send, mapping, deliveries } = setUp(() => async () => undefined, {
    batchWindowSeconds: 5,
    maxConcurrency: 1,
  });
  await send(2);
  await clock.advance(3000);
  await send(1);
  await clock.advance(3000);
  expect(deliveries).toMatchObject([{ atMs: 5000, records: [{}, {}, {}] }]);
  expect(deliveries[0]?.records[0]).toHaveProperty('md5OfMessageAttributes', null);
  await send(10);
  await clock.settle();
  expect(deliveries).toHaveLength(2);
  await clock.run(mapping.stop());
});

test('a batch of more than ten needs a window', () => {
  expect(() => setUp(() => async () => undefined, { batchSize: 11 })).toThrow('needs a batching window');
});

test('a queue at its in-flight quota gives nothing until something is deleted', async () => {
  const { clock, send, queue, mapping, deliveries } = setUp(
    () => async () => ({ batchItemFailures: 'all' }),
    { maxConcurrency: 1 },
    2,
  );
  await send(3);
  await clock.advance(30_000);
  expect(sizes(deliveries)).toEqual([2]);
  queue.delete(deliveries[0]?.records[0]?.receiptHandle ?? '');
  await clock.settle();
  expect(sizes(deliveries)).toEqual([2, 1]);
  await clock.run(mapping.stop());
});

test('once stopped it takes no more, and waits for what runs', async () => {
  const { clock, send, queue, mapping, deliveries } = setUp((virtual) => () => sleep(virtual, 4000), {
    maxConcurrency: 1,
  });
  await send(1);
  await clock.settle();
  const stopped = mapping.stop();
  await send(1);
  await clock.run(stopped);
  expect(deliveries.map(({ atMs }) => atMs)).toEqual([4000]);
  await clock.advance(100_000);
  expect(queue.messages()).toHaveLength(1);
  expect(clock.nextTimerMs()).toBeUndefined();
});
