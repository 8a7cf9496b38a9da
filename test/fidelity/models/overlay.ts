import { MAX_BATCH_ENTRIES, MAX_DELAY_SECONDS } from '../../../lib/contract/sqs-limits.ts';
import { MAX_VISIBILITY_SECONDS } from '../../../lib/testing/aws/sqs/limits.ts';
import type { Shape } from './service-models.ts';

type More = Partial<Pick<Shape, 'min' | 'max' | 'pattern' | 'union'>>;

const DELAY: More = { min: 0, max: MAX_DELAY_SECONDS };
const VISIBILITY: More = { min: 0, max: MAX_VISIBILITY_SECONDS };
const ENTRIES: More = { min: 1, max: MAX_BATCH_ENTRIES };
const ENTRY_ID: More = { min: 1, max: 80, pattern: '[A-Za-z0-9_-]+' };
const GROUP: More = { min: 1, max: 128, pattern: '[!-~]+' };
const BODY: More = { min: 1, pattern: '[\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\ud800\\udc00-\\udbff\\udfff]+' };

/**
 * What AWS says in texts alone, by client and by `Shape` or `Shape.member`. The numbers are those of the register, which holds them
 * to the texts.
 */
export const OVERLAY: Readonly<Record<string, Readonly<Record<string, More>>>> = {
  sqs: {
    'SendMessageRequest.MessageBody': BODY,
    'SendMessageRequest.DelaySeconds': DELAY,
    'SendMessageRequest.MessageGroupId': GROUP,
    'SendMessageRequest.MessageAttributes': { max: 10 },
    'SendMessageBatchRequest.Entries': ENTRIES,
    'SendMessageBatchRequestEntry.Id': ENTRY_ID,
    'SendMessageBatchRequestEntry.MessageBody': BODY,
    'SendMessageBatchRequestEntry.DelaySeconds': DELAY,
    'SendMessageBatchRequestEntry.MessageGroupId': GROUP,
    'SendMessageBatchRequestEntry.MessageAttributes': { max: 10 },
    'DeleteMessageBatchRequest.Entries': ENTRIES,
    'DeleteMessageBatchRequestEntry.Id': ENTRY_ID,
    'ChangeMessageVisibilityBatchRequest.Entries': ENTRIES,
    'ChangeMessageVisibilityBatchRequestEntry.Id': ENTRY_ID,
    'ChangeMessageVisibilityBatchRequestEntry.VisibilityTimeout': VISIBILITY,
    'ChangeMessageVisibilityRequest.VisibilityTimeout': VISIBILITY,
    'ReceiveMessageRequest.MaxNumberOfMessages': { min: 1, max: MAX_BATCH_ENTRIES },
    'ReceiveMessageRequest.WaitTimeSeconds': { min: 0, max: 20 },
    'ReceiveMessageRequest.VisibilityTimeout': VISIBILITY,
    'GetQueueUrlRequest.QueueName': { min: 1, max: 80, pattern: '[A-Za-z0-9_-]+' },
    'ListQueuesRequest.MaxResults': { min: 1, max: 1000 },
    'MessageAttributeValue.DataType': { pattern: '(String|Number|Binary)(\\..{1,249})?' },
    'MessageAttributeValue.StringValue': { min: 1 },
  },
  dynamodb: { AttributeValue: { union: true } },
  eventbridge: { 'PutEventsRequestEntry.DetailType': { max: 128 } },
  cloudwatch: { 'GetMetricDataInput.MetricDataQueries': { max: 500 } },
  'cloudwatch-logs': { 'StartQueryRequest.logGroupNames': { min: 1, max: 50 } },
};
