import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';
import { pair, sent } from '../../recorded/recordings.ts';
import type { AwsWithSqs } from '../aws.ts';
import { type Behaviour, outcome, refusal } from '../behaviour.ts';
import { makeQueue, text } from '../queue.ts';

const LIMIT = 1_048_576;
const SEND = 'SQS API Reference, SendMessage';
const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

/** How a queue takes each of these, in order. */
const sending =
  (...inputs: Partial<SendMessageCommandInput>[]) =>
  async (aws: AwsWithSqs): Promise<string[]> => {
    const queue = await makeQueue(aws);
    const outcomes: string[] = [];
    for (const input of inputs) outcomes.push(await outcome(queue.send(input)));
    return outcomes;
  };

const attribute = (name: string, value = 'Valid') => ({ MessageAttributes: { [name]: text(value) } });

/** A recorded request to a queue of its own. */
async function sendRecorded(aws: AwsWithSqs, id: string) {
  const queue = await makeQueue(aws);
  return queue.send(sent(pair(id), queue.url) as SendMessageCommandInput);
}

export const SENDING: readonly Behaviour<AwsWithSqs>[] = [
  {
    id: 'send-md5',
    what: 'a send answers the MD5 of its body and of its attributes',
    source: { recorded: 'sqs-send-md5' },
    async observe(aws) {
      const { MD5OfMessageBody: ofBody, MD5OfMessageAttributes: ofAttributes } = await sendRecorded(
        aws,
        'sqs-send-md5',
      );
      return { ofBody, ofAttributes };
    },
    onAws: { ofBody: '6e2baaf3b97dbeef01c0043275f9a0e7', ofAttributes: '4c360f3fdafd970e05fae2f149d997f5' },
  },
  {
    id: 'send-md5-of-trace',
    what: 'the trace header has an MD5 of its own and does not change the attributes’',
    source: { recorded: 'sqs-trace-header' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      const MessageSystemAttributes = { AWSTraceHeader: text(TRACE) };
      const reply = await queue.send({ MessageSystemAttributes });
      return [reply.MD5OfMessageAttributes, reply.MD5OfMessageSystemAttributes];
    },
    onAws: [undefined, '5ae4d5d7636402d80f4eb6d213245a88'],
  },
  {
    id: 'send-longest',
    what: 'a message has at most 1,048,576 bytes, attribute names, types and values included',
    source: { recorded: 'sqs-send-too-long' },
    observe: sending(
      { MessageBody: 'a'.repeat(LIMIT) },
      { MessageBody: 'a'.repeat(LIMIT - 8), ...attribute('k', 'x') },
      { MessageBody: 'a'.repeat(LIMIT - 7), ...attribute('k', 'x') },
    ),
    onAws: ['accepted', 'accepted', 'InvalidParameterValue'],
  },
  {
    id: 'send-too-long-message',
    what: 'a message too long is refused in these words',
    source: { recorded: 'sqs-send-too-long' },
    observe: (aws) => refusal(sendRecorded(aws, 'sqs-send-too-long')),
    onAws: {
      name: 'InvalidParameterValue',
      message: 'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      status: 400,
    },
  },
  {
    id: 'send-queue-maximum',
    what: 'a queue’s own maximum holds for a message: exactly so many bytes pass',
    source: { recorded: 'sqs-exact-limit-accepted' },
    async observe(aws) {
      const queue = await makeQueue(aws, { MaximumMessageSize: '1024' });
      const send = (bytes: number) => outcome(queue.send({ MessageBody: 'a'.repeat(bytes) }));
      return [await send(1024), await send(1025)];
    },
    onAws: ['accepted', 'InvalidParameterValue'],
  },
  {
    id: 'send-empty-body',
    what: 'an empty body is refused',
    source: { recorded: 'sqs-send-empty-body' },
    observe: sending({ MessageBody: '' }),
    onAws: ['MissingParameter'],
  },
  {
    id: 'send-body-characters',
    what: 'control characters and non-characters in a body are refused, tab and line ends are not',
    source: { recorded: 'sqs-send-invalid-character' },
    observe: sending(...['\u0000', '\b', '\u0013', '\uffff'].map((MessageBody) => ({ MessageBody })), {
      MessageBody: '\t\r\n',
    }),
    onAws: [...Array<string>(4).fill('InvalidMessageContents'), 'accepted'],
  },
  {
    id: 'send-attribute-empty',
    what: 'a text attribute with an empty value refuses the send',
    source: { recorded: 'sqs-attribute-empty-value' },
    observe: sending(attribute('ErrorDetails', '')),
    onAws: ['InvalidParameterValue'],
  },
  {
    id: 'send-attribute-characters',
    what: 'a control character in an attribute refuses the send',
    source: { recorded: 'sqs-attribute-control-character' },
    observe: sending(attribute('attr1', 'Invalid-\b,\u000b')),
    onAws: ['InvalidParameterValue'],
  },
  {
    id: 'send-attribute-names',
    what: 'attribute names: none of AWS’s, no dot at the ends, no blank or sign, 256 characters',
    source: { recorded: 'test_send_message_with_invalid_string_attributes' },
    observe: sending(
      ...['aWs.-Invalid-attr', 'amazon.x', '.a', 'a.', 'a!', 'a b', 'a'.repeat(257)].map((name) => attribute(name)),
      attribute('attr.1øßä'),
    ),
    onAws: [...Array<string>(7).fill('InvalidParameterValue'), 'accepted'],
  },
  {
    id: 'send-attribute-type',
    what: 'an attribute’s type is String, Number or Binary, with a label of its own after a dot',
    source: { recorded: 'test_send_message_with_invalid_string_attributes' },
    observe: sending(
      { MessageAttributes: { a: { DataType: 'Invalid', StringValue: 'x' } } },
      { MessageAttributes: { a: { DataType: `Number.${'a'.repeat(256)}`, StringValue: '1' } } },
      { MessageAttributes: { a: { DataType: 'Number.seconds', StringValue: '1' } } },
    ),
    onAws: ['InvalidParameterValue', 'InvalidParameterValue', 'accepted'],
  },
  {
    id: 'send-attribute-count',
    what: 'a message has at most ten attributes',
    source: { page: 'SQS Developer Guide, "Message quotas"' },
    observe: sending({ MessageAttributes: Object.fromEntries([...'abcdefghijk'].map((name) => [name, text('v')])) }),
    onAws: ['InvalidParameterValue'],
  },
  {
    id: 'send-group',
    what: 'a standard queue takes a message group, printable and 1 to 128 long',
    source: { recorded: 'sqs-group-id-spaces' },
    observe: sending({ MessageGroupId: 'test' }, { MessageGroupId: 'group 123' }, { MessageGroupId: 'a'.repeat(129) }),
    onAws: ['accepted', 'InvalidParameterValue', 'InvalidParameterValue'],
  },
  {
    id: 'send-delay-limits',
    what: 'DelaySeconds is 0 to 900',
    source: { page: SEND },
    observe: sending({ DelaySeconds: 900 }, { DelaySeconds: 901 }, { DelaySeconds: -1 }),
    onAws: ['accepted', 'InvalidParameterValue', 'InvalidParameterValue'],
  },
  {
    id: 'send-delay',
    what: 'DelaySeconds hides a message for so long; a long poll then returns it',
    source: { recorded: 'sqs-delay' },
    async observe(aws) {
      const queue = await makeQueue(aws);
      await queue.send({ DelaySeconds: 1 });
      return [await queue.got(), await queue.got({ WaitTimeSeconds: 3 })];
    },
    onAws: [0, 1],
  },
];
