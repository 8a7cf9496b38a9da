import { accepted, type Difference, MEMBERS, record, SYSTEM } from './difference.ts';

const NO_MOVE_TASKS = {
  name: 'InvalidAction',
  message: 'The action StartMessageMoveTask is not valid for this endpoint.',
  status: 400,
};

/** Of MiniStack alone. */
export const OF_MINISTACK: readonly Difference[] = [
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
    how: 'an entry of a batch loses its trace header',
    observed: { 'batch-trace': ['g', undefined] },
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
      'move-own-dead-letters': { throws: 'InvalidAction' },
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
    how: 'a new queue does not say that it is encrypted',
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
      'esm-bad-answers': {
        ...{ 'wrong member': [1], 'no member': [1], 'empty id': [1], 'null id': [1] },
        ...{ 'unknown id': [1], 'number as id': [1] },
      },
      'esm-bad-answer-keeps-all': { good: [1], bad: [1] },
    },
  },
];
