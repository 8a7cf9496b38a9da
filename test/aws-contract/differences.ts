import type { StandIn } from './aws.ts';

/** One cause for which what stands in for AWS does otherwise. */
export interface Difference {
  readonly on: readonly StandIn[];
  /** In words, for people: what it does. */
  readonly how: string;
  /** What is seen there, by the behaviour's id; `{ throws }` where a call fails that AWS takes. */
  readonly observed: Readonly<Record<string, unknown>>;
}

const accepted = (times: number) => Array<string>(times).fill('accepted');

/** Both emulators. */
const OF_BOTH: readonly Difference[] = [
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a delay has no limits',
    observed: { 'send-delay-limits': accepted(3), 'batch-entry-delay': 'sent' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a visibility has no limits',
    observed: { 'visibility-limits': accepted(2), 'visibility-twelve-hours': accepted(2) },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a message has any number of attributes',
    observed: { 'send-attribute-count': accepted(1) },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'SenderId is the account’s number',
    observed: { 'receive-sender': 'the account' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'a queue can be purged again at once',
    observed: { 'queue-purge-twice': 'accepted' },
  },
  {
    on: ['MiniStack', 'LocalStack'],
    how: 'no digest is ever null: a schema that refuses null passes here and fails on AWS',
    observed: { 'esm-null-digest': 'absent' },
  },
  {
    on: ['MiniStack', 'LocalStack', 'DynamoDB Local'],
    how: 'an empty list of parameters is taken',
    observed: { 'statements-empty-parameters': 'accepted' },
  },
];

const NO_MOVE_TASKS = {
  name: 'InvalidAction',
  message: 'The action StartMessageMoveTask is not valid for this endpoint.',
  status: 400,
};

/** The record's members without the digest of its attributes. */
const MEMBERS = [
  ...['attributes', 'awsRegion', 'body', 'eventSource', 'eventSourceARN', 'md5OfBody'],
  ...['messageAttributes', 'messageId', 'receiptHandle'],
];
const SYSTEM = ['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp'];
const DIGEST = 'd25a6aea97eb8f585bfa92d314504a92';
const record = (members: readonly string[], digest: string | undefined) => ({
  members,
  system: SYSTEM,
  title: { stringValue: 'The Whistler', dataType: 'String' },
  digest,
  source: 'aws:sqs',
});

const OF_MINISTACK: readonly Difference[] = [
  {
    on: ['MiniStack'],
    how: 'attributes are not checked: empty values, control characters, reserved names, unknown types pass',
    observed: {
      'send-attribute-empty': accepted(1),
      'send-attribute-characters': accepted(1),
      'send-attribute-names': accepted(8),
      'send-attribute-type': accepted(3),
    },
  },
  { on: ['MiniStack'], how: 'a message group is not checked', observed: { 'send-group': accepted(3) } },
  {
    on: ['MiniStack'],
    how: 'attributes do not count towards a message’s bytes',
    observed: { 'send-longest': accepted(3), 'send-too-long-message': 'accepted' },
  },
  {
    on: ['MiniStack'],
    how: 'a batch has no limit of its own: what is too long together is sent',
    observed: { 'batch-longest': ['accepted', 1] },
  },
  {
    on: ['MiniStack'],
    how: 'the trace header has no MD5',
    observed: { 'send-md5-of-trace': [undefined, undefined] },
  },
  {
    on: ['MiniStack'],
    how: 'waiting times of a receive have no limits',
    observed: {
      'receive-limits': ['accepted', 'InvalidParameterValue', 'InvalidParameterValue', 'accepted', 'accepted'],
    },
  },
  {
    on: ['MiniStack'],
    how: 'both lists of system attributes count',
    observed: { 'receive-both-names': SYSTEM },
  },
  {
    on: ['MiniStack'],
    how: 'a handle dies with the next receive and with the message: SQS seems to fence what it does not',
    observed: {
      'visibility-older-handle': { throws: 'ReceiptHandleIsInvalid' },
      'visibility-of-deleted': 'ReceiptHandleIsInvalid',
      'delete-twice': ['accepted', 'ReceiptHandleIsInvalid'],
    },
  },
  {
    on: ['MiniStack'],
    how: 'a made-up handle is refused in other words',
    observed: {
      'handle-made-up': [
        { name: 'ReceiptHandleIsInvalid', message: 'The input receipt handle is invalid.', status: 400 },
        'ReceiptHandleIsInvalid',
      ],
    },
  },
  {
    on: ['MiniStack'],
    how: 'a wrong redrive policy is an InvalidAttributeValue',
    observed: { 'redrive-policy-checked': [...Array<string>(3).fill('InvalidAttributeValue'), 'accepted'] },
  },
  {
    on: ['MiniStack'],
    how: 'there is no ListDeadLetterSourceQueues',
    observed: { 'redrive-sources': { throws: 'InvalidAction' } },
  },
  {
    on: ['MiniStack'],
    how: 'there are no move tasks',
    observed: {
      'move-to-source': { throws: 'InvalidAction' },
      'move-is-new': { throws: 'InvalidAction' },
      'move-own-letters': { throws: 'InvalidAction' },
      'move-to-custom-destination': { throws: 'InvalidAction' },
      'move-needs-dead-letter-queue': NO_MOVE_TASKS,
      'move-needs-destination': NO_MOVE_TASKS,
      'move-one-at-a-time': { throws: 'InvalidAction' },
      'move-cancelled': { throws: 'InvalidAction' },
      'move-cancel-refused': ['InvalidAction', 'InvalidAction'],
    },
  },
  {
    on: ['MiniStack'],
    how: 'a fresh queue does not tell that it is encrypted',
    observed: {
      'queue-defaults': {
        ApproximateNumberOfMessages: '0',
        ApproximateNumberOfMessagesDelayed: '0',
        ApproximateNumberOfMessagesNotVisible: '0',
        DelaySeconds: '0',
        MaximumMessageSize: '1048576',
        MessageRetentionPeriod: '345600',
        ReceiveMessageWaitTimeSeconds: '0',
        SqsManagedSseEnabled: undefined,
        VisibilityTimeout: '30',
      },
    },
  },
  {
    on: ['MiniStack'],
    how: 'a record has neither the digest of its attributes nor their empty lists',
    observed: { 'esm-record': record(MEMBERS, undefined) },
  },
  {
    on: ['MiniStack'],
    how: '{"batchItemFailures": null} fails the batch',
    observed: {
      'esm-good-answers': { nothing: [1], null: [1], 'empty object': [1], 'empty list': [1], 'null list': [1, 2] },
    },
  },
  {
    on: ['MiniStack'],
    how: 'an entry that names no record is passed over: the whole batch is deleted where AWS keeps it',
    observed: {
      'esm-bad-answers': { 'wrong member': [1], 'empty id': [1], 'null id': [1], 'unknown id': [1] },
      'esm-bad-answer-keeps-all': { good: [1], bad: [1] },
    },
  },
  {
    on: ['MiniStack'],
    how: 'one attribute can be set and removed in one update',
    observed: {
      'item-update-refused': ['ValidationException', 'accepted', 'ValidationException', 'ValidationException'],
    },
  },
];

const OF_LOCALSTACK: readonly Difference[] = [
  {
    on: ['LocalStack'],
    how: 'an entry’s code is the name of the JSON protocol',
    observed: {
      'batch-entry-too-long': { fits: 'sent', exceeds: 'InvalidParameterValueException, the sender’s fault' },
    },
  },
  {
    on: ['LocalStack'],
    how: 'a receive of no message is taken',
    observed: {
      'receive-limits': [
        ...['accepted', 'InvalidParameterValue', 'accepted'],
        ...['InvalidParameterValue', 'InvalidParameterValue'],
      ],
    },
  },
  {
    on: ['LocalStack'],
    how: 'a visibility set anew after it ran out hides nothing',
    observed: { 'visibility-after-expiry': ['accepted', 1] },
  },
  {
    on: ['LocalStack'],
    how: 'a message that a task moved keeps its id and its count',
    observed: { 'move-is-new': { sameId: true, count: 3 } },
  },
  {
    on: ['LocalStack'],
    how: 'a task fails for dead letters without a source with an error of its own',
    observed: { 'move-own-letters': ['FAILED', 'AttributeError', 1] },
  },
  {
    on: ['LocalStack'],
    how: 'a queue’s attributes have no limits',
    observed: { 'queue-attribute-limits': accepted(5) },
  },
  {
    on: ['LocalStack'],
    how: 'a record’s attributes have no empty lists',
    observed: { 'esm-record': record([...MEMBERS, 'md5OfMessageAttributes'].sort(), DIGEST) },
  },
  {
    on: ['LocalStack', 'DynamoDB Local'],
    how: 'a missing table is refused in other words',
    observed: {
      'item-table-missing': {
        name: 'ResourceNotFoundException',
        message: 'Cannot do operations on a non-existent table',
        status: 400,
      },
    },
  },
  {
    on: ['LocalStack', 'DynamoDB Local'],
    how: 'a sum keeps its zeros at the end',
    observed: { 'item-numbers': [{ N: '1.5' }, { N: '2.0' }] },
  },
];

/** All that was found. */
export const DIFFERENCES: readonly Difference[] = [...OF_BOTH, ...OF_MINISTACK, ...OF_LOCALSTACK];
