import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { sleep } from '../../../../../lib/engine/clock.ts';
import {
  type BatchConsumer,
  deliver,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
  makeProcess,
  makeVirtualClock,
} from '../../../../../lib/testing/index.ts';

async function setUp(count = 3) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const queue = sqs.createQueue('q', { visibilityTimeoutSeconds: 60, retentionSeconds: 3600 });
  const { client, documents } = makeMemoryDynamoDb({ clock, tables: {} });
  const process = makeProcess({
    dynamoDb: client,
    documents,
    sqs: sqs.client,
    events: makeMemoryEvents().client,
    clock,
  });
  const MessageAttributes = { jobId: { DataType: 'String', StringValue: 'a' } };
  const command = new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'body', MessageAttributes });
  for (let i = 0; i < count; i++) await sqs.client.send(command);
  const invoke = (consumer: BatchConsumer, functionTimeoutSeconds = 10) =>
    clock.run(deliver(queue, { consumer, clock, process, functionTimeoutSeconds }));
  return { clock, sqs, queue, process, invoke, command };
}

describe('partial batch responses', () => {
  test('what is reported stays, the rest is deleted', async () => {
    const { invoke, queue } = await setUp();
    const delivery = await invoke(async ({ Records: [, second] }) => ({
      batchItemFailures: [{ itemIdentifier: second?.messageId ?? '' }],
    }));
    expect(delivery).toMatchObject({ outcome: 'answered', kept: [delivery.records[1]?.messageId] });
    expect(queue.messages().map(({ messageId }) => messageId)).toEqual(delivery.kept);
  });

  test.each([[undefined], [null], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])(
    '%j: the batch succeeds',
    async (answer) => {
      const { invoke, queue } = await setUp();
      expect(await invoke(async () => answer)).toMatchObject({ outcome: 'answered', kept: [] });
      expect(queue.messages()).toEqual([]);
    },
  );

  test.each([
    [{ batchItemFailures: [{ foo: 'notvalid' }] }],
    [{ batchItemFailures: [{}] }],
    [{ batchItemFailures: [null] }],
    [{ batchItemFailures: ['an-id'] }],
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ itemIdentifier: 123 }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'of-another-batch' }] }],
    [{ batchItemFailures: 'all' }],
    ['ok'],
  ])('%j: the whole batch fails', async (answer) => {
    const { invoke, queue } = await setUp();
    expect(await invoke(async () => answer)).toMatchObject({ outcome: 'failed' });
    expect(queue.messages()).toHaveLength(3);
  });

  test('a throw keeps the whole batch', async () => {
    const { invoke, queue } = await setUp();
    const error = new Error('no');
    expect(await invoke(() => Promise.reject(error))).toMatchObject({ outcome: 'failed', error });
    expect(queue.messages()).toHaveLength(3);
  });
});

describe('a batch', () => {
  test('is deleted at its end, not before', async () => {
    const { clock, invoke, queue } = await setUp();
    let during = 0;
    await invoke(async () => {
      await sleep(clock, 5000);
      during = queue.messages().length;
    });
    expect(during).toBe(3);
    expect(queue.messages()).toEqual([]);
  });

  test('has records as Lambda hands them over', async () => {
    const { invoke, queue, clock } = await setUp(1);
    const { records } = await invoke(async () => undefined);
    expect(records[0]).toMatchObject({
      body: 'body',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(clock.now()) },
      messageAttributes: {
        jobId: { stringValue: 'a', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: '841a2d689ad86bd1611447453c22c6fc',
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
    });
  });

  test('of an empty queue is none', async () => {
    const { invoke } = await setUp(0);
    const never = () => Promise.reject(new Error('invoked'));
    expect(await invoke(never)).toEqual({ records: [], outcome: 'idle', kept: [] });
  });
});

describe('the end of a process', () => {
  test('at the function’s timeout: what it still does has no effect', async () => {
    const { clock, process, invoke, queue, command } = await setUp();
    let remainingMs = 0;
    const { outcome } = await invoke(async (_, context) => {
      remainingMs = context.getRemainingTimeInMillis();
      await sleep(clock, 60_000);
      await process.sqs.send(command);
    });
    expect([outcome, remainingMs]).toEqual(['timedOut', 10_000]);
    await clock.advance(120_000);
    expect(queue.messages()).toHaveLength(3);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('%s its second call', async (moment, more) => {
    const { process, invoke, queue, command } = await setUp();
    process.crashAt(2, moment);
    let went = 0;
    const { outcome } = await invoke(async () => {
      for (; went < 5; went++) await process.sqs.send(command);
    });
    expect(outcome).toBe('crashed');
    expect(went).toBe(1);
    expect(queue.messages()).toHaveLength(3 + 1 + more);
    expect(process.alive).toBe(false);
  });

  test('its timers never fire', async () => {
    const { clock, process } = await setUp();
    let fired = 0;
    process.clock.after(10, () => fired++);
    process.kill();
    await clock.advance(100);
    expect(fired).toBe(0);
  });
});
