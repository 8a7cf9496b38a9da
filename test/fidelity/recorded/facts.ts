/** A fact about AWS that Sluice rests on, and all that stands behind it; at least one of the three. */
export interface RestsOn {
  readonly area: 'SQS' | 'Event source' | 'Lambda' | 'DynamoDB' | 'EventBridge' | 'CloudWatch' | 'CloudFormation';
  readonly fact: string;
  /** Ids in `pairs.json` or `facts.json`: AWS was seen to do so. */
  readonly recordings?: readonly string[];
  /** AWS says so. */
  readonly page?: string;
  /** Nobody says so: why we believe it, and what happens if it is wrong. */
  readonly reasoning?: string;
}

const QUOTAS = 'SQS Developer Guide, "Message quotas"';
const ESM = 'Lambda Developer Guide, "Using Lambda with Amazon SQS"';
const ESM_ERRORS = 'Lambda Developer Guide, "Handling errors for an SQS event source"';
const PARTIQL = 'DynamoDB API Reference, BatchExecuteStatement and BatchStatementError';
const TRANSACT = 'DynamoDB API Reference, TransactWriteItems';
const DDB_QUOTAS = 'DynamoDB Developer Guide, "Quotas"';

const SQS: readonly Omit<RestsOn, 'area'>[] = [
  {
    fact: 'a message has at most 1,048,576 bytes, attribute names, types and values included; exactly that many pass',
    recordings: ['sqs-send-too-long', 'sqs-exact-limit-accepted'],
  },
  {
    fact: 'a batch call has at most 1,048,576 bytes over all entries, or nothing of it is sent',
    recordings: ['sqs-batch-too-long', 'sqs-batch-total-above-queue-maximum'],
  },
  {
    fact: 'an entry can fail alone, named with a code, while the others are sent',
    recordings: ['sqs-batch-entry-too-long', 'sqs-batch-invalid-character'],
  },
  { fact: 'a batch call has at most 10 entries', recordings: ['sqs-batch-too-many'] },
  {
    fact: 'an entry id is 1 to 80 of letters, digits, hyphen and underscore: a job id is none',
    recordings: ['sqs-batch-invalid-entry-id'],
  },
  {
    fact: 'an attribute that is empty, holds a control character or has a reserved name refuses the whole send',
    recordings: ['sqs-attribute-empty-value', 'sqs-attribute-control-character', 'sqs-attribute-reserved-name'],
  },
  {
    fact: 'a body with such a character is refused, an empty one too; any other comes back byte for byte',
    recordings: ['sqs-send-invalid-character', 'sqs-send-empty-body', 'sqs-body-unchanged'],
  },
  {
    fact: 'a standard queue takes a message group (printable, at most 128) and hands it on; the trace is a system attribute',
    recordings: ['sqs-group-id-on-standard-queue', 'sqs-group-id-spaces', 'sqs-trace-header'],
  },
  { fact: 'DelaySeconds hides a message', recordings: ['sqs-delay'] },
  { fact: 'DelaySeconds is at most 900', page: QUOTAS },
  {
    fact: 'a visibility timeout can be set anew after it ran out; a handle that SQS no longer knows is refused, not fatal',
    recordings: ['sqs-visibility-after-expiry', 'sqs-visibility-deleted', 'sqs-visibility-invalid-handle'],
  },
  {
    fact: 'a receipt handle of an earlier receive still works: SQS fences nothing',
    recordings: ['sqs-visibility-older-handle', 'sqs-delete-after-expiry'],
  },
  { fact: 'visibility reaches 43,200 s from the receive at most', page: 'SQS API Reference, ChangeMessageVisibility' },
  {
    fact: 'receive n + 1 moves the message to the DLQ, with its id and attributes, its count going on',
    recordings: ['sqs-redrive-count', 'sqs-redrive-on-the-receive-after', 'sqs-redrive-keeps-message'],
  },
  {
    fact: 'retention is at most 14 days, takes messages in flight too, and counts from the first enqueue after a native move',
    recordings: ['sqs-retention-takes-in-flight'],
    page: 'SQS Developer Guide, "Using dead-letter queues" (the first enqueue is not recorded)',
  },
  { fact: 'at most 120,000 messages are in flight', page: QUOTAS },
  {
    fact: 'a redrive of dead letters that a consumer sent itself needs a custom destination',
    page: 'SQS Developer Guide, "Troubleshooting DLQ redrive"',
  },
  {
    fact: 'a call to a queue that does not exist is refused with 400, QueueDoesNotExist',
    recordings: ['sqs-no-such-queue'],
  },
];

const EVENT_SOURCE: readonly Omit<RestsOn, 'area'>[] = [
  {
    fact: 'the record: its members, counts and times in text, attributes in camelCase',
    recordings: ['esm-event-record', 'esm-record', 'esm-message-attributes'],
  },
  { fact: 'md5OfMessageAttributes is absent or null without attributes', recordings: ['esm-md5-null'] },
  { fact: 'listed failures stay, the others are deleted', recordings: ['esm-judge-item-failure', 'esm-failures-stay'] },
  {
    fact: 'a thrown batch keeps every record, after the visibility timeout',
    recordings: ['esm-judge-throws', 'esm-thrown-keeps-all', 'esm-thrown-comes-back'],
  },
  {
    fact: 'an entry that names no record of the batch fails the whole batch',
    recordings: ['esm-judge-wrong-key', 'esm-judge-unknown-identifier'],
    page: ESM_ERRORS,
  },
  {
    fact: '{}, null and an empty list succeed',
    recordings: ['esm-judge-empty-object', 'esm-judge-null', 'esm-judge-empty-list'],
  },
  {
    fact: 'a failed record keeps the visibility that its consumer gave it',
    reasoning:
      'no page says it outright; if AWS set it to 0, retries would come early and be sent back as early (row `early`), each costing a receive',
  },
  { fact: 'reported failures do not slow the pollers, a thrown batch does', page: ESM_ERRORS },
  {
    fact: 'a batch has at most 10 messages without a batching window',
    recordings: ['esm-batch-without-window', 'esm-create-defaults'],
  },
  {
    fact: 'maximum concurrency is 2 to 1,000, and does not throttle by itself',
    recordings: ['esm-maximum-concurrency', 'esm-no-throttling'],
    page: `${ESM} (the bounds)`,
  },
  {
    fact: 'throttled receives raise the receive count',
    reasoning:
      'implied by the guide, never recorded; attempts are counted by us, so nothing but maxReceiveCount depends on it',
  },
  { fact: 'a filter deletes what it does not match', recordings: ['esm-filter-deletes'] },
  { fact: 'the queue’s visibility timeout should be six times the function’s, plus the window', page: ESM },
];

const LAMBDA: readonly Omit<RestsOn, 'area'>[] = [
  {
    fact: 'Lambda’s own timeout ends the process: no handler outlives it',
    recordings: ['lambda-timeout-kills', 'lambda-timeout'],
  },
  {
    fact: 'an asynchronous invocation is repeated twice, under the same request id',
    recordings: ['lambda-async-twice'],
  },
  { fact: 'environment variables have at most 4 KB together', recordings: ['lambda-environment-4k'] },
  { fact: 'an invocation lasts at most 900 s', page: 'Lambda Developer Guide, "Lambda quotas"' },
  {
    fact: 'SIGTERM arrives only where an extension is registered',
    page: 'Lambda Developer Guide, "Lambda execution environment"',
  },
  {
    fact: 'a Node 24 handler takes no callback',
    page: 'Lambda Developer Guide, "Define Lambda function handler in Node.js"',
  },
];

const DYNAMODB: readonly Omit<RestsOn, 'area'>[] = [
  {
    fact: 'a failed condition returns the old item in attribute-value form',
    recordings: ['ddb-condition-failed-all-old', 'ddb-all-old'],
  },
  {
    fact: 'BatchExecuteStatement answers one response a statement, writes without an item',
    recordings: ['ddb-batch-execute-statement', 'ddb-batch-execute'],
  },
  { fact: 'a statement of a batch fails alone, with Code and the old item', page: PARTIQL },
  {
    fact: 'INSERT on an existing item is a DuplicateItem, an UPDATE never creates',
    page: `${PARTIQL}; "PartiQL update statements"`,
  },
  { fact: 'IS MISSING works in a WHERE', recordings: ['ddb-is-missing'] },
  { fact: 'an empty parameter list is refused', recordings: ['ddb-statement-empty-parameters'] },
  { fact: 'an empty string is a valid attribute', recordings: ['ddb-empty-string-attribute'] },
  {
    fact: 'a cancelled transaction is a TransactionCanceledException with one reason a write in its message',
    recordings: ['ddb-transaction-cancelled'],
  },
  { fact: 'CancellationReasons come in the order of the writes, with the old item', page: TRANSACT },
  { fact: 'a repeat under the same ClientRequestToken succeeds', recordings: ['ddb-client-request-token'] },
  {
    fact: 'a transaction mixes checks, puts, updates and deletes; 100 items at most, none twice',
    recordings: ['ddb-transact-mix'],
    page: `${TRANSACT} (the bounds)`,
  },
  { fact: 'a missing table is a ResourceNotFoundException, 400', recordings: ['ddb-no-such-table'] },
  {
    fact: 'a read that finds nothing answers an empty list; a query ends without LastEvaluatedKey',
    recordings: ['ddb-batch-get-nothing', 'ddb-query-end'],
  },
  { fact: 'an item has at most 400 KB; a batch 25 statements', page: DDB_QUOTAS },
  {
    fact: 'an item too large is a ValidationError of its statement whose message names the size',
    reasoning:
      'seen on emulators; if the message differs, a job whose item is too large stays in its queue instead of waiting there for its retry (row `retryInPlace`)',
  },
  {
    fact: 'PartiQL writes need dynamodb:PartiQLInsert and PartiQLUpdate',
    page: 'DynamoDB Developer Guide, "IAM security policies with PartiQL"',
  },
  { fact: 'TTL deletes late; an expired item is still read', page: 'DynamoDB Developer Guide, "Using time to live"' },
];

const REST: readonly RestsOn[] = [
  {
    area: 'EventBridge',
    fact: 'a rule of rate(1 minute) fires every 60 s, within 5 s',
    recordings: ['events-every-minute', 'events-invalid-rate-1-minutes'],
  },
  {
    area: 'EventBridge',
    fact: 'the scheduled event has no member that the dispatcher reads',
    recordings: ['events-scheduled-event'],
  },
  {
    area: 'EventBridge',
    fact: 'a rule calls its target at least once',
    page: 'EventBridge User Guide, "How Amazon EventBridge retries delivering events"',
  },
  {
    area: 'EventBridge',
    fact: 'PutEvents takes 10 entries and at least 256 KB, and each may fail by itself',
    page: 'EventBridge API Reference, PutEvents',
  },
  {
    area: 'EventBridge',
    fact: '`$.time` of a scheduled event is the same in both deliveries of one tick',
    reasoning: 'if it differed, a tick that is delivered twice would run its job twice',
  },
  {
    area: 'EventBridge',
    fact: 'in an input template, `\\u003c` in JSON text is no mark',
    reasoning: 'tried on MiniStack; if AWS refused it, a deploy with such a payload in its schedule would fail',
  },
  {
    area: 'EventBridge',
    fact: 'Scheduler puts the scheduled time in the place of `<aws.scheduler.scheduled-time>`, as 2022-03-22T18:59:43Z',
    page: 'EventBridge Scheduler User Guide, "Adding context attributes"',
  },
  {
    area: 'CloudWatch',
    fact: 'a metric is found only by the exact dimension set it was written with',
    recordings: ['cw-exact-dimensions'],
  },
  {
    area: 'CloudWatch',
    fact: 'alarms reach a topic only if its policy lets cloudwatch.amazonaws.com publish, and its key too',
    page: 'CloudWatch User Guide, "Notifying users on alarm changes"',
  },
  {
    area: 'CloudFormation',
    fact: 'a template without MaximumMessageSize sets an existing queue to 262,144 bytes',
    recordings: ['cfn-maximum-message-size', 'sqs-queue-defaults'],
  },
];

const of = (area: RestsOn['area'], rows: readonly Omit<RestsOn, 'area'>[]) => rows.map((row) => ({ area, ...row }));

/** All of them, in the order of the page's table. */
export const RESTS_ON: readonly RestsOn[] = [
  ...of('SQS', SQS),
  ...of('Event source', EVENT_SOURCE),
  ...of('Lambda', LAMBDA),
  ...of('DynamoDB', DYNAMODB),
  ...REST,
];
