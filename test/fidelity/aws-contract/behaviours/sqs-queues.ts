import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { okOf } from '../../recorded/recordings.ts';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { makeQueue, type Queue } from '../queue.ts';

const {
  RedrivePolicy: _,
  Policy: __,
  ...FRESH
} = okOf<{ Attributes: Record<string, string> }>('sqs-queue-defaults').Attributes;

/** One message each that is visible, in flight and delayed. */
async function filled(aws: AwsWithSqs): Promise<Queue> {
  const queue = await makeQueue(aws);
  await queue.send();
  await queue.receiveOne();
  await queue.send();
  await queue.send({ DelaySeconds: 60 });
  return queue;
}

async function counts(queue: Queue) {
  const { attributesOf } = queue;
  const found = await attributesOf(
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  );
  return Object.values(found);
}

const purge = ({ sqs }: AwsWithSqs, { url }: Queue) => sqs.send(new PurgeQueueCommand({ QueueUrl: url }));

export const QUEUES: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'queue-defaults',
    what: 'attributes of a new queue, all of them text',
    source: { recorded: 'sqs-queue-defaults' },
    async observe(aws) {
      const all = await (await makeQueue(aws)).attributesOf('All');
      return Object.fromEntries(Object.keys(FRESH).map((name) => [name, all[name as 'DelaySeconds']]));
    },
    onAws: FRESH,
  },
  {
    id: 'queue-same-name',
    what: 'a queue of the same name is the same one, if the attributes given are the same',
    source: { recorded: 'test_create_queue_with_different_attributes_raises_exception' },
    async observe(aws) {
      const queue = await makeQueue(aws, { DelaySeconds: '1', VisibilityTimeout: '2' });
      const create = (DelaySeconds: string) =>
        aws.sqs.send(new CreateQueueCommand({ QueueName: queue.name, Attributes: { DelaySeconds } }));
      return [(await create('1')).QueueUrl === queue.url, await outcome(create('2'))];
    },
    onAws: [true, 'QueueNameExists'],
  },
  {
    id: 'queue-attribute-limits',
    what: 'attributes beyond SQS’s limits are refused',
    source: { page: 'SQS API Reference, SetQueueAttributes' },
    async observe(aws) {
      const { url: QueueUrl } = await makeQueue(aws);
      const set = (Attributes: Record<string, string>) =>
        outcome(aws.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })));
      return [
        await set({ DelaySeconds: '901' }),
        await set({ VisibilityTimeout: '43201' }),
        await set({ MessageRetentionPeriod: '1209601' }),
        await set({ MaximumMessageSize: '1048577' }),
        await set({ ReceiveMessageWaitTimeSeconds: '21' }),
      ];
    },
    onAws: Array<string>(5).fill('InvalidAttributeValue'),
  },
  {
    id: 'queue-missing',
    what: 'a queue that does not exist is refused by name and by URL',
    source: { recorded: 'sqs-no-such-queue' },
    async observe(aws) {
      const { url } = await makeQueue(aws);
      const send = new SendMessageCommand({ QueueUrl: `${url}-never-created`, MessageBody: 'body' });
      const ask = new GetQueueUrlCommand({ QueueName: aws.newName('never') });
      return [await refusal(aws.sqs.send(ask)), await outcome(aws.sqs.send(send))];
    },
    onAws: [
      { name: 'QueueDoesNotExist', message: 'The specified queue does not exist.', status: 400 },
      'QueueDoesNotExist',
    ],
  },
  {
    id: 'queue-counts',
    what: 'a queue counts what is visible, in flight and delayed (approximately, and late)',
    source: { recorded: 'test_approximate_number_of_messages_not_visible' },
    async observe(aws) {
      const queue = await filled(aws);
      let found: string[] = [];
      for (let tries = 0; tries < 8 && found.join() !== '1,1,1'; tries++) {
        if (tries > 0) await aws.wait(0.5);
        found = await counts(queue);
      }
      return found;
    },
    onAws: ['1', '1', '1'],
  },
  {
    id: 'queue-purge',
    what: 'a purge takes what is in flight and delayed, too',
    source: { recorded: 'test_purge_queue_deletes_inflight_messages' },
    async observe(aws) {
      const queue = await filled(aws);
      await purge(aws, queue);
      return counts(queue);
    },
    onAws: ['0', '0', '0'],
  },
  {
    id: 'queue-purge-twice',
    what: 'a second purge within 60 s is refused',
    source: { recorded: 'test_successive_purge_calls_fail' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await purge(aws, queue);
      const again = (await refusal(purge(aws, queue))) as { message?: string };
      return typeof again === 'string' ? again : { ...again, message: again.message?.replace(queue.name, '<queue>') };
    },
    onAws: {
      name: 'PurgeQueueInProgress',
      message: 'Only one PurgeQueue operation on <queue> is allowed every 60 seconds.',
      status: 403,
    },
  },
];
