import type { ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome } from '../behaviour.ts';
import { countOf, makeQueue, text } from '../queue.ts';

const ATTRIBUTES = { 'Help.Me': text('Me'), Hello: text('There'), General: text('Kenobi') };

/** Members, names and digest of a message that is received so. */
const receiving = (input: Partial<ReceiveMessageCommandInput>) => async (aws: AwsWithSqs) => {
  const queue = await makeQueue(aws);
  await queue.send({ MessageBody: 'msg', MessageAttributes: ATTRIBUTES });
  const [message] = await queue.receive({ WaitTimeSeconds: 2, ...input });
  return {
    system: Object.keys(message?.Attributes ?? {}).sort(),
    attributes: Object.keys(message?.MessageAttributes ?? {}).sort(),
    digest: message?.MD5OfMessageAttributes,
  };
};

const SYSTEM = ['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp'];
const OF_ALL = '4c360f3fdafd970e05fae2f149d997f5';
const FILTERS = 'test_receive_message_message_attribute_names_filters';

export const RECEIVING: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'receive-nothing',
    what: 'an empty receive has no Messages',
    source: { recorded: 'test_receive_empty_queue' },
    observe: async (aws) => (await makeQueue(aws)).receive(),
    onAws: [],
  },
  {
    id: 'receive-limits',
    what: 'a receive takes 1 to 10 messages and waits 0 to 20 s',
    source: { recorded: 'test_send_receive_max_number_of_messages' },
    async observe(aws) {
      // There is always something: no receive waits.
      const queue = await makeQueue(aws, { VisibilityTimeout: '0' });
      await queue.send();
      const inputs = [
        { MaxNumberOfMessages: 10 },
        { MaxNumberOfMessages: 11 },
        { MaxNumberOfMessages: 0 },
        { WaitTimeSeconds: 21 },
        { WaitTimeSeconds: -1 },
      ];
      const outcomes: string[] = [];
      for (const input of inputs) outcomes.push(await outcome(queue.receive(input)));
      return outcomes;
    },
    onAws: ['accepted', ...Array<string>(4).fill('InvalidParameterValue')],
  },
  {
    id: 'receive-bare',
    what: 'a receive that names no attributes gets none, and no digest of them',
    source: { recorded: FILTERS },
    observe: receiving({}),
    onAws: { system: [], attributes: [], digest: undefined },
  },
  {
    id: 'receive-all',
    what: 'All gets every attribute, and what SQS says of the message',
    source: { recorded: 'test_receive_message_attribute_names_filters' },
    observe: receiving({ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
    onAws: { system: SYSTEM, attributes: ['General', 'Hello', 'Help.Me'], digest: OF_ALL },
  },
  {
    id: 'receive-prefix',
    what: 'a prefix gets the attributes that begin with it; the digest is of those',
    source: { recorded: FILTERS },
    async observe(aws) {
      const { attributes, digest } = await receiving({ MessageAttributeNames: ['Hel.*', 'unknown', 'ill egal'] })(aws);
      return [attributes, digest !== undefined && digest !== OF_ALL];
    },
    onAws: [['Hello', 'Help.Me'], true],
  },
  {
    id: 'receive-both-names',
    what: 'of both lists of system attributes the newer one counts',
    source: { recorded: 'test_message_system_attribute_names_with_attribute_names' },
    observe: async (aws) =>
      (await receiving({ AttributeNames: ['All'], MessageSystemAttributeNames: ['SentTimestamp'] })(aws)).system,
    onAws: ['SentTimestamp'],
  },
  {
    id: 'receive-sender',
    what: 'SenderId is the caller’s identity, not the account’s number',
    source: { recorded: 'test_receive_message_attribute_names_filters' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send();
      const { Attributes } = await queue.receiveOne();
      return /^\d{12}$/.test(Attributes?.SenderId ?? '') ? 'the account' : 'an identity';
    },
    onAws: 'an identity',
  },
  {
    id: 'receive-times',
    what: 'times are whole epoch milliseconds in text',
    source: { recorded: 'test_receive_message_attributes_timestamp_types' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send();
      const { Attributes } = await queue.receiveOne();
      const { SentTimestamp = '', ApproximateFirstReceiveTimestamp: first = '' } = Attributes ?? {};
      return [SentTimestamp, first].map((time) => /^\d{13}$/.test(time));
    },
    onAws: [true, true],
  },
  {
    id: 'receive-body',
    what: 'a body comes back byte for byte',
    source: { recorded: 'sqs-body-unchanged' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send({ MessageBody: '{"a":"é&quot;\r\n\r😀"}\t' });
      return (await queue.receiveOne()).Body;
    },
    onAws: '{"a":"é&quot;\r\n\r😀"}\t',
  },
  {
    id: 'receive-group-and-trace',
    what: 'message group and trace come back as system attributes, without a sequence number',
    source: { recorded: 'sqs-group-id-on-standard-queue' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send({ MessageGroupId: 'test', MessageSystemAttributes: { AWSTraceHeader: text('Root=1') } });
      const { MessageGroupId, AWSTraceHeader, SequenceNumber } = (await queue.receiveOne()).Attributes ?? {};
      return { MessageGroupId, AWSTraceHeader, SequenceNumber };
    },
    onAws: { MessageGroupId: 'test', AWSTraceHeader: 'Root=1', SequenceNumber: undefined },
  },
  {
    id: 'receive-long-poll',
    what: 'a long poll ends when a message comes, with as many as are there',
    source: { recorded: 'test_receive_message_wait_time_seconds_and_max_number_of_messages_does_not_block' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const polling = queue.receive({ WaitTimeSeconds: 20, MaxNumberOfMessages: 10 });
      await aws.wait(0.5);
      await queue.send();
      return (await polling).length;
    },
    onAws: 1,
  },
  {
    id: 'receive-wait-of-queue',
    what: 'a queue’s own waiting time holds for a receive that names none',
    source: { recorded: 'test_wait_time_seconds_queue_attribute_waits_correctly' },
    async observe(aws) {
      const queue = await makeQueue(aws, { ReceiveMessageWaitTimeSeconds: '5', DelaySeconds: '1' });
      await queue.send();
      return queue.got();
    },
    onAws: 1,
  },
  {
    id: 'receive-visibility',
    what: 'a receive’s own visibility timeout is of that receive alone',
    source: { recorded: 'test_receive_terminate_visibility_timeout' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send();
      const first = await queue.receiveOne({ VisibilityTimeout: 0 });
      const second = await queue.receiveOne();
      return [countOf(first), countOf(second), await queue.got()];
    },
    onAws: [1, 2, 0],
  },
];
