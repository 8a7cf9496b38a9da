import { DEAD_LETTER_RETENTION_DAYS } from '../../../../lib/contract/protocol/expiration.ts';
import {
  MAX_BATCH_ENTRIES,
  MAX_DELAY_SECONDS,
  MAX_MESSAGE_BYTES,
  MESSAGE_GROUP,
} from '../../../../lib/contract/sqs-limits.ts';
import { MAX_VISIBILITY_SECONDS as OWN_VISIBILITY } from '../../../../lib/engine/message/wait.ts';
import { DEFAULTS as RULE_DEFAULTS } from '../../../../lib/infra/checks/queue-rules.ts';
import { IN_FLIGHT_QUOTA } from '../../../../lib/operator/dead-letters/receive-all.ts';
import { DLQ_SECONDS } from '../../../../lib/operator/doctor/queues.ts';
import { DLQ_DAYS } from '../../../../lib/operator/jobs/job.ts';
import { COUNTS } from '../../../../lib/operator/queues/counts.ts';
import * as memory from '../../../../lib/testing/aws/sqs/limits.ts';
import { MAX_IN_FLIGHT } from '../../../../lib/testing/aws/sqs/queue.ts';
import { IGNORED, NEW_QUEUE, NUMBERS } from '../../../../lib/testing/aws/sqs/queue-attributes.ts';
import { PURGE_MS } from '../../../../lib/testing/aws/sqs/queues.ts';
import { MAX_WAIT_SECONDS } from '../../../../lib/testing/aws/sqs/receive.ts';
import { type Bound, recorded, text, words } from '../bound.ts';
import { jobOf, quota, throws } from './ours.ts';

/** A number of an attribute's text in CreateQueue: `from 0 to 900`, `Default: 30`. */
const attribute = (name: string, says: string, unit = 1) =>
  text('sqs', 'CreateQueueRequest.Attributes', new RegExp(`${name} – (?:(?! – ).)*?${says}`), unit);
const most = (name: string) => attribute(name, 'An integer from [\\d,]+ .*?to ([\\d,]+)');
const least = (name: string) => attribute(name, 'An integer from ([\\d,]+) ');
const initial = (name: string) => attribute(name, 'Default: ([\\d,]+)');
const DAY_SECONDS = 24 * 3600;

const entries = (length: number, id = (i: number) => String(i)) => Array.from({ length }, (_, i) => ({ Id: id(i) }));
const taken = (act: () => unknown) => !throws(act);

const refusedOf = (signs: readonly string[], takes: (sign: string) => boolean): string | undefined => {
  const refused = signs.filter((sign) => !takes(sign)).map((sign) => JSON.stringify(sign));
  return refused.length === 0 ? undefined : `AWS takes ${refused.join(' ')}, ours does not`;
};
/** Of `#x9 | #x20 to #xD7FF`, each character that a range begins or ends with. */
const edgesIn = (ranges: string): string[] =>
  [...ranges.matchAll(/#x([0-9A-F]+)/g)].map(([, hex = '']) => String.fromCodePoint(Number.parseInt(hex, 16)));

const MESSAGES: readonly Bound[] = [
  {
    what: 'a message, bytes (MAX_MESSAGE_BYTES of the contract)',
    ours: { is: MAX_MESSAGE_BYTES },
    from: text('sqs', 'SendMessageRequest.MessageBody', /maximum size is 1 MiB or ([\d,]+) bytes/),
  },
  {
    what: 'a message, bytes (MAX_MESSAGE_BYTES of the in-memory SQS)',
    ours: { is: memory.MAX_MESSAGE_BYTES },
    from: recorded('sqs-send-too-long', /shorter than (\d+) bytes/),
  },
  {
    what: 'a call over all its entries, bytes',
    ours: { is: MAX_MESSAGE_BYTES },
    from: text('sqs', 'SendMessageBatchCommand', /are both 1 MiB ([\d,]+) bytes/),
  },
  {
    what: 'a call over all its entries, bytes, as it is refused',
    ours: { is: memory.MAX_MESSAGE_BYTES },
    from: recorded('sqs-batch-too-long', /longer than (\d+) bytes/),
  },
  {
    what: 'entries of a send (MAX_BATCH_ENTRIES)',
    ours: { is: MAX_BATCH_ENTRIES },
    from: text('sqs', 'SendMessageBatchCommand', /send up to (\d+) messages/),
  },
  {
    what: 'entries of a call, in memory',
    ours: { takes: (count) => taken(() => memory.checkEntries(entries(count))), end: 'most' },
    from: recorded('sqs-batch-too-many', /entries per request are (\d+)/),
  },
  {
    what: 'entries of a delete',
    ours: { is: MAX_BATCH_ENTRIES },
    from: text('sqs', 'DeleteMessageBatchCommand', /Deletes up to (\w+) messages/),
  },
  {
    what: 'entries of a change of visibility',
    ours: { is: MAX_BATCH_ENTRIES },
    from: text('sqs', 'ChangeMessageVisibilityBatchCommand', /send up to (\d+)/),
  },
  {
    what: 'an entry’s id, characters',
    ours: { takes: (length) => taken(() => memory.checkEntries(entries(1, () => 'x'.repeat(length)))), end: 'most' },
    from: text('sqs', 'SendMessageBatchRequestEntry.Id', /up to (\d+) characters/),
  },
  {
    what: 'DelaySeconds (MAX_DELAY_SECONDS of the contract)',
    ours: { is: MAX_DELAY_SECONDS },
    from: text('sqs', 'SendMessageRequest.DelaySeconds', /Valid values: 0 to ([\d,]+)/),
  },
  {
    what: 'DelaySeconds of an entry (MAX_DELAY_SECONDS of the in-memory SQS)',
    ours: { is: memory.MAX_DELAY_SECONDS },
    from: text('sqs', 'SendMessageBatchRequestEntry.DelaySeconds', /Valid values: 0 to ([\d,]+)/),
  },
  ...['SendMessageRequest', 'SendMessageBatchRequestEntry'].flatMap((shape): Bound[] => [
    {
      what: `a message group, characters (MESSAGE_GROUP), ${shape}`,
      ours: { takes: (length) => MESSAGE_GROUP.test('x'.repeat(length)), end: 'most' },
      from: text('sqs', `${shape}.MessageGroupId`, /length of MessageGroupId is (\d+) characters/),
    },
    {
      what: `a message group, its signs (MESSAGE_GROUP), ${shape}`,
      ours: { differs: (signs) => refusedOf([...signs], (sign) => MESSAGE_GROUP.test(sign)) },
      from: text('sqs', `${shape}.MessageGroupId`, /and punctuation \((\S+)\)\./),
    },
  ]),
  {
    what: 'the characters of a body (FORBIDDEN of the in-memory SQS)',
    ours: {
      differs: (ranges) => refusedOf(edgesIn(ranges), (one) => taken(() => memory.checkMessage({ MessageBody: one }))),
    },
    from: text('sqs', 'SendMessageRequest.MessageBody', /(#x9 [#| \w]*#x10FFFF)/),
  },
  {
    what: 'the attribute that carries a trace',
    ours: { words: ['AWSTraceHeader'] },
    from: words('sqs', 'MessageSystemAttributeNameForSends'),
  },
];

const RECEIVES: readonly Bound[] = [
  {
    what: 'messages of a receive',
    ours: { is: MAX_BATCH_ENTRIES },
    from: text('sqs', 'ReceiveMessageRequest.MaxNumberOfMessages', /Valid values: 1 to (\d+)/),
  },
  {
    what: 'the wait of a receive, seconds (MAX_WAIT_SECONDS)',
    ours: { is: MAX_WAIT_SECONDS },
    from: most('ReceiveMessageWaitTimeSeconds'),
  },
  {
    what: 'a visibility timeout, seconds (MAX_VISIBILITY_SECONDS of the in-memory SQS)',
    ours: { is: memory.MAX_VISIBILITY_SECONDS },
    from: text('sqs', 'ChangeMessageVisibilityRequest.VisibilityTimeout', /Values range: 0 to (\d+)/),
  },
  {
    what: 'how long a consumer hides a message (MAX_VISIBILITY_SECONDS of the engine)',
    ours: { within: OWN_VISIBILITY },
    from: text('sqs', 'ChangeMessageVisibilityRequest.VisibilityTimeout', /Values range: 0 to (\d+)/),
  },
  {
    what: 'messages in flight (MAX_IN_FLIGHT of the in-memory SQS)',
    ours: { is: MAX_IN_FLIGHT },
    from: text('sqs', 'ChangeMessageVisibilityCommand', /maximum of (?:approximately )?([\d,]+) in flight messages/),
  },
  {
    what: 'messages in flight while dead letters are read (IN_FLIGHT_QUOTA)',
    ours: { is: IN_FLIGHT_QUOTA },
    from: text('sqs', 'ChangeMessageVisibilityCommand', /maximum of (?:approximately )?([\d,]+) in flight messages/),
  },
  {
    what: 'what a dead letter is read with',
    ours: { words: ['SentTimestamp', 'MessageGroupId', 'AWSTraceHeader'] },
    from: words('sqs', 'MessageSystemAttributeName'),
  },
  {
    what: 'what an event source’s record has',
    ours: { words: ['ApproximateReceiveCount', 'SentTimestamp', 'SenderId', 'ApproximateFirstReceiveTimestamp'] },
    from: words('sqs', 'MessageSystemAttributeName'),
  },
];

const QUEUES: readonly Bound[] = [
  ...Object.entries(NUMBERS).flatMap(([name, number]): Bound[] => [
    { what: `${name}, its most (in memory)`, ours: { is: number.max }, from: most(name) },
    { what: `${name}, its least (in memory)`, ours: { is: number.min }, from: least(name) },
    { what: `${name} of a new queue (in memory)`, ours: { is: number.initial }, from: initial(name) },
  ]),
  {
    what: 'the visibility timeout of a queue that sets none (NEW_QUEUE)',
    ours: { is: NEW_QUEUE.visibilityTimeoutSeconds },
    from: initial('VisibilityTimeout'),
  },
  {
    what: 'the retention of a queue that sets none, seconds (NEW_QUEUE)',
    ours: { is: NEW_QUEUE.retentionSeconds },
    from: recorded('sqs-queue-defaults', /"MessageRetentionPeriod":"(\d+)"/),
  },
  {
    what: 'the visibility timeout that a rule assumes (queue-rules)',
    ours: { is: RULE_DEFAULTS.visibilitySeconds },
    from: initial('VisibilityTimeout'),
  },
  {
    what: 'the retention that a rule assumes (queue-rules)',
    ours: { is: RULE_DEFAULTS.retentionSeconds },
    from: initial('MessageRetentionPeriod'),
  },
  {
    what: 'queueRetention of a job, days',
    ours: { takes: (seconds) => jobOf({ queueRetention: Math.ceil(seconds / DAY_SECONDS) }), end: 'most' },
    from: most('MessageRetentionPeriod'),
  },
  ...[
    ['DEAD_LETTER_RETENTION_DAYS', DEAD_LETTER_RETENTION_DAYS * DAY_SECONDS] as const,
    ['DLQ_SECONDS of the doctor', DLQ_SECONDS] as const,
    ['DLQ_DAYS of a job’s view', DLQ_DAYS * DAY_SECONDS] as const,
  ].map(([name, seconds]) => ({
    ...{
      what: `how long a dead letter is kept (${name})`,
      ours: { is: seconds },
      from: most('MessageRetentionPeriod'),
    },
  })),
  {
    what: 'a queue’s name, characters (QUOTAS)',
    ours: { is: quota('AWS::SQS::Queue', 'QueueName') },
    from: text('sqs', 'CreateQueueRequest.QueueName', /can have up to (\d+) characters/),
  },
  {
    what: 'source queues of a dead-letter queue (QUOTAS)',
    ours: { is: quota('AWS::SQS::Queue', 'RedriveAllowPolicy.sourceQueueArns') },
    from: text('sqs', 'CreateQueueRequest.Attributes', /up to (\d+) source queue ARNs/),
  },
  {
    what: 'between two purges, ms (PURGE_MS)',
    ours: { is: PURGE_MS },
    from: text('sqs', 'PurgeQueueCommand', /takes up to (\d+) seconds/, 1000),
  },
  { what: 'counts of a queue (COUNTS)', ours: { words: COUNTS }, from: words('sqs', 'QueueAttributeName') },
  {
    what: 'attributes that the in-memory SQS takes',
    ours: { words: [...Object.keys(NUMBERS), ...IGNORED, 'RedrivePolicy', 'QueueArn'] },
    from: words('sqs', 'QueueAttributeName'),
  },
];

export const SQS: readonly Bound[] = [...MESSAGES, ...RECEIVES, ...QUEUES];
