import { ListDeadLetterSourceQueuesCommand, type Message, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { countOf, makeQueue, makeQueueWithDeadLetters, type Queue, text } from '../queue.ts';

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

/** A message that the redrive policy moved, at its second receive. */
export async function moved(aws: AwsWithSqs): Promise<{ queue: Queue; deadLetters: Queue; message: Message }> {
  const { queue, deadLetters } = await makeQueueWithDeadLetters(aws, 1);
  await queue.send({
    MessageBody: 'message-1',
    MessageAttributes: { MyAttribute: text('foobar') },
    MessageSystemAttributes: { AWSTraceHeader: text(TRACE) },
  });
  const message = await queue.receiveOne({ VisibilityTimeout: 0 });
  await queue.receive();
  return { queue, deadLetters, message };
}

const ALL = { MessageAttributeNames: ['All'], WaitTimeSeconds: 10 };

export const REDRIVE: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'redrive-receive-after',
    what: 'with maxReceiveCount n, receive n + 1 returns nothing of the message and moves it',
    source: { recorded: 'sqs-redrive-on-the-receive-after' },
    async observe(aws) {
      const { queue, deadLetters } = await makeQueueWithDeadLetters(aws, 2);
      await queue.send();
      const counts = [
        await queue.receiveOne({ VisibilityTimeout: 0 }),
        await queue.receiveOne({ VisibilityTimeout: 0 }),
      ];
      const early = await deadLetters.got();
      return [counts.map(countOf), early, await queue.got(), await deadLetters.got(ALL)];
    },
    onAws: [[1, 2], 0, 0, 1],
  },
  {
    id: 'redrive-keeps-message',
    what: 'a moved message keeps id, body, attributes, their MD5 and its trace; it says where it came from',
    source: { recorded: 'sqs-redrive-keeps-message' },
    async observe(aws) {
      const { queue, deadLetters, message } = await moved(aws);
      const deadLetter = await deadLetters.receiveOne(ALL);
      return {
        sameId: deadLetter.MessageId === message.MessageId,
        body: deadLetter.Body,
        digest: deadLetter.MD5OfMessageAttributes,
        trace: deadLetter.Attributes?.AWSTraceHeader,
        fromQueue: deadLetter.Attributes?.DeadLetterQueueSourceArn === (await queue.arn()),
      };
    },
    onAws: {
      sameId: true,
      body: 'message-1',
      digest: 'adb59cd4678ea5a855436b949cd07ab6',
      trace: TRACE,
      fromQueue: true,
    },
  },
  {
    id: 'redrive-keeps-count',
    what: 'the receive count goes on after the move: the first receive from the DLQ is the next one',
    source: { recorded: 'sqs-redrive-keeps-message' },
    async observe(aws) {
      const { deadLetters } = await moved(aws);
      return countOf(await deadLetters.receiveOne(ALL));
    },
    onAws: 2,
  },
  {
    id: 'redrive-keeps-enqueue',
    what: 'the time of the first enqueue stays after the move: retention counts from it',
    source: { page: 'SQS Developer Guide, "Setting-up dead-letter queue retention"' },
    async observe(aws) {
      const { deadLetters, message } = await moved(aws);
      const deadLetter = await deadLetters.receiveOne(ALL);
      return deadLetter.Attributes?.SentTimestamp === message.Attributes?.SentTimestamp;
    },
    onAws: true,
  },
  {
    id: 'redrive-policy-checked',
    what: 'a redrive policy names its target and a whole number of receives, also as text',
    source: { recorded: 'test_redrive_policy_attribute_validity' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const deadLetterTargetArn = await (await makeQueue(aws)).arn();
      const policies = [
        { deadLetterTargetArn },
        { maxReceiveCount: '42' },
        { deadLetterTargetArn, maxReceiveCount: 'invalid' },
        { deadLetterTargetArn, maxReceiveCount: '42' },
      ];
      const outcomes: string[] = [];
      for (const policy of policies) {
        const Attributes = { RedrivePolicy: JSON.stringify(policy) };
        const setting = aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
        outcomes.push(await outcome(setting));
      }
      return outcomes;
    },
    onAws: [...Array<string>(3).fill('InvalidParameterValue'), 'accepted'],
  },
  {
    id: 'redrive-policy-removed',
    what: 'an empty redrive policy takes it away',
    source: { recorded: 'test_set_empty_redrive_policy' },
    async observe(aws) {
      const { queue } = await makeQueueWithDeadLetters(aws, 3);
      const Attributes = { RedrivePolicy: '' };
      await aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes }));
      return (await queue.attributesOf('All')).RedrivePolicy;
    },
    onAws: undefined,
  },
  {
    id: 'redrive-sources',
    what: 'a dead-letter queue lists the queues that use it',
    source: { recorded: 'test_dead_letter_queue_list_sources' },
    async observe(aws) {
      const { queue, deadLetters } = await makeQueueWithDeadLetters(aws, 3);
      const command = new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters.url });
      const { queueUrls = [] } = await aws.sqs.send(command);
      return queueUrls.map((url) => url === queue.url);
    },
    onAws: [true],
  },
];
