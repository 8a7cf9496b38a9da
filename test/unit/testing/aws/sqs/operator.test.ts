import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { makeMemorySqs, makeVirtualClock } from '../../../../../lib/testing/index.ts';

function setUp() {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const { client } = sqs;
  const settings = { visibilityTimeoutSeconds: 30, retentionSeconds: 86_400, maxInFlight: 3 };
  const dead = sqs.createQueue('q-dlq', settings);
  const queue = sqs.createQueue('q', { ...settings, redrive: { maxReceiveCount: 1, to: dead } });
  const send = async (count: number, { url: QueueUrl } = queue) => {
    for (let i = 0; i < count; i++) await client.send(new SendMessageCommand({ QueueUrl, MessageBody: `body ${i}` }));
  };
  const receive = (input: Partial<ReceiveMessageCommandInput> = {}) =>
    client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, MaxNumberOfMessages: 10, ...input }));
  return { clock, sqs, client, dead, queue, send, receive };
}

describe('the in-flight quota', () => {
  test('a short poll is refused with OverLimit, a long one ends empty, the other messages wait', async () => {
    const { clock, send, receive } = setUp();
    await send(5);
    const { Messages = [] } = await receive();
    expect(Messages).toHaveLength(3);
    await expect(receive()).rejects.toMatchObject({ name: 'OverLimit', $metadata: { httpStatusCode: 403 } });
    const startMs = clock.now();
    expect(await clock.run(receive({ WaitTimeSeconds: 20 }))).toEqual({});
    expect(clock.now() - startMs).toBe(20_000);
  });

  test('a deletion makes room, also for a poll that waits', async () => {
    const { clock, send, receive, queue, client } = setUp();
    await send(5);
    const { Messages: [first] = [] } = await receive();
    const startMs = clock.now();
    const waiting = receive({ WaitTimeSeconds: 20 });
    const Entries = [{ Id: 'a', ReceiptHandle: first?.ReceiptHandle }];
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue.url, Entries }));
    expect((await clock.run(waiting)).Messages).toHaveLength(1);
    expect(clock.now()).toBe(startMs);
  });

  test('what is delayed does not count', async () => {
    const { client, queue, send, receive } = setUp();
    for (let i = 0; i < 3; i++) {
      await client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: 'late', DelaySeconds: 900 }));
    }
    await send(1);
    expect((await receive()).Messages).toHaveLength(1);
    expect(queue.counts()).toEqual({ visible: 0, inFlight: 1, delayed: 3 });
  });
});

describe('move tasks', () => {
  const start = ({ client, dead }: ReturnType<typeof setUp>, input: object = {}) =>
    client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn, ...input }));
  const tasks = async ({ client, dead }: ReturnType<typeof setUp>) =>
    (await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn, MaxResults: 10 }))).Results ?? [];

  test('one message a second takes three seconds for four', async () => {
    const world = setUp();
    await world.send(4, world.dead);
    await start(world, { DestinationArn: world.queue.arn, MaxNumberOfMessagesPerSecond: 1 });
    await world.clock.advance(2999);
    expect(await tasks(world)).toMatchObject([{ Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 3 }]);
    await world.clock.advance(1001);
    expect(await tasks(world)).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 4, ApproximateNumberOfMessagesToMove: 4 },
    ]);
    expect(world.queue.messages()).toHaveLength(4);
  });

  test('bring each message back to its own queue', async () => {
    const world = setUp();
    const redrive = { maxReceiveCount: 1, to: world.dead };
    const other = world.sqs.createQueue('other', { visibilityTimeoutSeconds: 0, retentionSeconds: 60, redrive });
    await world.send(1);
    await world.send(1, other);
    for (const { receive } of [world.queue, other]) {
      receive(1, 0);
      receive(1);
    }
    expect(world.dead.messages().map(({ movedFrom }) => movedFrom)).toEqual([world.queue.arn, other.arn]);
    await start(world);
    await world.clock.advance(1);
    expect([world.queue, other].map((queue) => queue.messages().map(({ receiveCount }) => receiveCount))).toEqual([
      [0],
      [0],
    ]);
  });

  test('start a message’s retention anew', async () => {
    const world = setUp();
    await world.send(1);
    world.queue.receive(1, 0);
    world.queue.receive(1);
    await world.clock.advance(86_000_000);
    await start(world);
    await world.clock.advance(86_000_000);
    expect(world.queue.messages()).toHaveLength(1);
    await world.clock.advance(400_000);
    expect(world.queue.messages()).toEqual([]);
  });

  test('fail where a message’s queue is gone, and leave it', async () => {
    const world = setUp();
    await world.send(1);
    world.queue.receive(1, 0);
    world.queue.receive(1);
    await start(world);
    await world.client.send(new DeleteQueueCommand({ QueueUrl: world.queue.url }));
    await world.clock.advance(1);
    const FailureReason = 'AWS.SimpleQueueService.NonExistentQueue';
    expect(await tasks(world)).toMatchObject([{ Status: 'FAILED', FailureReason }]);
    expect(world.dead.counts()).toMatchObject({ visible: 1 });
  });

  test('are listed the latest first; one that ended cannot be cancelled', async () => {
    const world = setUp();
    const { TaskHandle } = await start(world, { DestinationArn: world.queue.arn });
    await world.clock.advance(1);
    await start(world, { DestinationArn: world.queue.arn, MaxNumberOfMessagesPerSecond: 5 });
    expect((await tasks(world)).map(({ MaxNumberOfMessagesPerSecond: rate }) => rate)).toEqual([5, undefined]);
    const cancel = world.client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    await expect(cancel).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});

describe('queues', () => {
  test('are purged again after a minute', async () => {
    const { client, clock, queue, send } = setUp();
    const purge = () => client.send(new PurgeQueueCommand({ QueueUrl: queue.url }));
    await purge();
    await clock.advance(59_999);
    await expect(purge()).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
    await clock.advance(1);
    await send(2);
    await purge();
    expect(queue.messages()).toEqual([]);
  });

  test('take attributes, report them, and hold to them', async () => {
    const { client, clock, dead, sqs } = setUp();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 7 });
    const Attributes = { DelaySeconds: '10', VisibilityTimeout: '5', RedrivePolicy };
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: 'made', Attributes }));
    const AttributeNames = ['DelaySeconds' as const, 'RedrivePolicy' as const];
    const reported = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(reported.Attributes).toEqual({ DelaySeconds: '10', RedrivePolicy });
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b' }));
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'b', DelaySeconds: 0 }));
    const made = sqs.queue(QueueUrl);
    expect(made.counts()).toMatchObject({ visible: 1, delayed: 1 });
    await clock.advance(10_000);
    await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '60' } }));
    expect(made.receive(2)).toHaveLength(2);
    expect(made.nextVisibleAtMs()).toBe(clock.now() + 60_000);
  });

  test.each([
    [{ NoSuchThing: '1' }, 'InvalidAttributeName'],
    [{ DelaySeconds: 'soon' }, 'InvalidAttributeValue'],
    [{ RedrivePolicy: 'no JSON' }, 'InvalidParameterValue'],
    [{ RedrivePolicy: '{"deadLetterTargetArn":"arn:of:nobody","maxReceiveCount":3}' }, 'InvalidParameterValue'],
    [{ RedrivePolicy: '[]' }, 'InvalidParameterValue'],
  ])('refuse %j', async (Attributes, name) => {
    const { client, queue } = setUp();
    const setting = client.send(
      new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: Attributes as object }),
    );
    await expect(setting).rejects.toMatchObject({ name });
  });

  test('are listed by prefix', async () => {
    const { client, queue, dead } = setUp();
    expect(await client.send(new ListQueuesCommand())).toEqual({ QueueUrls: [dead.url, queue.url] });
    expect(await client.send(new ListQueuesCommand({ QueueNamePrefix: 'q-' }))).toEqual({ QueueUrls: [dead.url] });
    expect(await client.send(new ListQueuesCommand({ QueueNamePrefix: 'x' }))).toEqual({});
  });
});

describe('disorder', () => {
  test('a deletion by an older handle may delete nothing, one by the latest always does', async () => {
    const { sqs, clock } = setUp();
    const disorder = { random: () => 0, duplicates: 0, staleDeletes: 1 };
    const queue = sqs.createQueue('odd', { visibilityTimeoutSeconds: 1, retentionSeconds: 600, disorder });
    queue.add({ MessageBody: 'b' }, 'm');
    const [first] = queue.receive(1);
    await clock.advance(1000);
    const [second] = queue.receive(1);
    queue.delete(first?.receiptHandle ?? '');
    expect(queue.messages()).toHaveLength(1);
    queue.delete(second?.receiptHandle ?? '');
    expect(queue.messages()).toEqual([]);
  });
});
