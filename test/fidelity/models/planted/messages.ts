import { least, long, MATCH, MISSING, most, NUMBER, ONE_OF, type Planted, TEXT, times, UNKNOWN } from './plant.ts';

const QueueUrl = 'https://sqs.eu-central-1.amazonaws.com/123456789012/q';
const entry = (i: number) => ({ Id: String(i), MessageBody: 'body' });
const handle = (i: number) => ({ Id: String(i), ReceiptHandle: 'handle' });

/** What goes to SQS and EventBridge. */
export const MESSAGES: readonly Planted[] = [
  {
    operation: 'SendMessage',
    request: {
      ...{ QueueUrl, MessageBody: '{"payload":{}}', DelaySeconds: 900, MessageGroupId: 'acme' },
      MessageAttributes: { jobId: { DataType: 'String', StringValue: 'a' } },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-2-3' } },
    },
    mistakes: [
      ['QueueUrl', undefined, MISSING],
      ['MessageBody', undefined, MISSING],
      ['MessageBody', '', least(1)],
      ['MessageBody', 'a\u0000b', MATCH],
      ['MessageBody', { payload: {} }, TEXT],
      ['DelaySeconds', 901, most(900)],
      ['DelaySeconds', -1, least(0)],
      ['DelaySeconds', '5', NUMBER],
      ['DelaySeconds', 1.5, NUMBER],
      ['MessageGroupId', 'acme inc', MATCH],
      ['MessageGroupId', long(129), most(128)],
      ['MessageGroupId', '', least(1)],
      ['MessageAttributes.jobId.DataType', undefined, MISSING],
      ['MessageAttributes.jobId.DataType', 'Text', MATCH],
      ['MessageAttributes.jobId.StringValue', '', least(1)],
      ['MessageAttributes.jobId', 'a', /must be an object/],
      [
        'MessageAttributes',
        Object.fromEntries(times(11, (i) => [`a${i}`, { DataType: 'String', StringValue: 'a' }])),
        most(10),
      ],
      ['MessageSystemAttributes.Trace', { DataType: 'String', StringValue: 'a' }, ONE_OF],
      ['Delay', 5, UNKNOWN],
    ],
  },
  {
    operation: 'SendMessageBatch',
    request: { QueueUrl, Entries: times(10, entry) },
    mistakes: [
      ['Entries', times(11, entry), most(10)],
      ['Entries', [], least(1)],
      ['Entries', undefined, MISSING],
      ['Entries[0].Id', 'a:b', MATCH],
      ['Entries[9].Id', long(81), most(80)],
      ['Entries[3].MessageBody', undefined, MISSING],
      ['Entries[3].DelaySeconds', 3600, most(900)],
      ['Entries[4].MessageBody', 'a\u0000b', MATCH],
      ['Entries[4].MessageGroupId', 'a b', MATCH],
      ['Entries[3].MessageDeduplicationKey', 'a', UNKNOWN],
    ],
  },
  {
    operation: 'ReceiveMessage',
    request: {
      ...{ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20, VisibilityTimeout: 43_200 },
      ...{ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId'] },
    },
    mistakes: [
      ['MaxNumberOfMessages', 11, most(10)],
      ['MaxNumberOfMessages', 0, least(1)],
      ['WaitTimeSeconds', 21, most(20)],
      ['VisibilityTimeout', 43_201, most(43_200)],
      ['MessageSystemAttributeNames[0]', 'SentAt', ONE_OF],
      ['MessageAttributeNames', 'All', /must be a list/],
    ],
  },
  {
    operation: 'ChangeMessageVisibilityBatch',
    request: { QueueUrl, Entries: [{ ...handle(0), VisibilityTimeout: 60 }] },
    mistakes: [
      ['Entries[0].VisibilityTimeout', 43_201, most(43_200)],
      ['Entries[0].ReceiptHandle', undefined, MISSING],
      ['Entries[0].Id', '', least(1)],
    ],
  },
  {
    operation: 'ChangeMessageVisibility',
    request: { QueueUrl, ReceiptHandle: 'handle', VisibilityTimeout: 0 },
    mistakes: [
      ['VisibilityTimeout', undefined, MISSING],
      ['VisibilityTimeout', -1, least(0)],
    ],
  },
  {
    operation: 'DeleteMessageBatch',
    request: { QueueUrl, Entries: [handle(0)] },
    mistakes: [
      ['Entries', times(11, handle), most(10)],
      ['Entries[0].ReceiptHandle', 7, TEXT],
    ],
  },
  {
    operation: 'GetQueueAttributes',
    request: { QueueUrl, AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages'] },
    mistakes: [['AttributeNames[1]', 'NumberOfMessages', ONE_OF]],
  },
  {
    operation: 'GetQueueUrl',
    request: { QueueName: 'sluice-prod-send-email' },
    mistakes: [
      ['QueueName', long(81), most(80)],
      ['QueueName', 'a/b', MATCH],
    ],
  },
  {
    operation: 'PutEvents',
    request: {
      Entries: [
        { Source: 'sluice.test', DetailType: 'Job Completed', Detail: '{}', Time: new Date(0), TraceHeader: 'Root=1' },
      ],
    },
    mistakes: [
      ['Entries', times(11, () => ({ Source: 's', DetailType: 'd', Detail: '{}' })), most(10)],
      ['Entries', [], least(1)],
      ['Entries[0].DetailType', long(129), most(128)],
      ['Entries[0].Detail', {}, TEXT],
      ['Entries[0].Time', 'now', /must be a date/],
      ['Entries[0].TraceHeader', long(501), most(500)],
      ['Entries[0].EventBusName', 'a b', MATCH],
    ],
  },
];
