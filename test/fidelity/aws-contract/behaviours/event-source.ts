import type { AwsWithLambda } from '../aws.ts';
import type { Behaviour } from '../behaviour.ts';
import { text } from '../queue.ts';
import { counts, type Delivery, playing, type SceneOptions } from '../scene.ts';

const ERRORS = 'Lambda Developer Guide, "Handling errors for an SQS event source"';

const ATTRIBUTES = {
  Title: text('The Whistler'),
  Author: text('John Grisham'),
  WeeksOn: { DataType: 'Number', StringValue: '6' },
};

const digestOf = ({ received: [first] }: { received: readonly Delivery[] }) =>
  first && ('md5OfMessageAttributes' in first.record ? first.record.md5OfMessageAttributes : 'absent');

/** Each answer once, for a message that is alone in its batch; what comes again was kept. */
const answers = (shapes: Readonly<Record<string, { is?: unknown }>>, receives: number): SceneOptions => ({
  batchSize: 1,
  receives,
  messages: Object.fromEntries(Object.entries(shapes).map(([label, answer]) => [label, { answer, receives: 1 }])),
});

const GOOD = {
  nothing: {},
  null: { is: null },
  'empty object': { is: {} },
  'empty list': { is: { batchItemFailures: [] } },
  'null list': { is: { batchItemFailures: null } },
};

const BAD = {
  'wrong member': { is: { batchItemFailures: [{ foo: 'notvalid' }] } },
  'no member': { is: { batchItemFailures: [{}] } },
  'empty id': { is: { batchItemFailures: [{ itemIdentifier: '' }] } },
  'null id': { is: { batchItemFailures: [{ itemIdentifier: null }] } },
  'unknown id': { is: { batchItemFailures: [{ itemIdentifier: '123' }] } },
  'number as id': { is: { batchItemFailures: [{ itemIdentifier: 123 }] } },
};

const each = <T>(of: object, value: T) => Object.fromEntries(Object.keys(of).map((name) => [name, value]));

export const EVENT_SOURCE_BEHAVIOURS: readonly Behaviour<AwsWithLambda>[] = [
  {
    id: 'esm-record',
    what: 'a record has these members, counts and times in text, attributes in camelCase, their MD5',
    source: { recorded: 'esm-event-record' },
    observe: playing({ messages: { a: {} }, messageAttributes: ATTRIBUTES, receives: 1 }, ({ received: [first] }) => ({
      members: Object.keys(first?.record ?? {}).sort(),
      system: Object.keys(first?.record.attributes ?? {}).sort(),
      title: first?.record.messageAttributes.Title,
      digest: first?.record.md5OfMessageAttributes,
      source: first?.record.eventSource,
    })),
    onAws: {
      members: [
        ...['attributes', 'awsRegion', 'body', 'eventSource', 'eventSourceARN', 'md5OfBody'],
        ...['md5OfMessageAttributes', 'messageAttributes', 'messageId', 'receiptHandle'],
      ],
      system: ['ApproximateFirstReceiveTimestamp', 'ApproximateReceiveCount', 'SenderId', 'SentTimestamp'],
      title: { stringValue: 'The Whistler', stringListValues: [], binaryListValues: [], dataType: 'String' },
      digest: 'd25a6aea97eb8f585bfa92d314504a92',
      source: 'aws:sqs',
    },
  },
  {
    id: 'esm-no-digest',
    what: 'a record without attributes has no md5OfMessageAttributes',
    source: { recorded: 'esm-md5-null' },
    observe: playing({ messages: { a: {} }, receives: 1 }, digestOf),
    onAws: 'absent',
  },
  {
    id: 'esm-null-digest',
    what: 'with a batching window, a record without attributes has the digest null',
    source: { recorded: 'esm-md5-null' },
    observe: playing({ messages: { a: {} }, batchWindowSeconds: 1, receives: 1 }, digestOf),
    onAws: null,
  },
  {
    id: 'esm-failures-stay',
    what: 'what is listed as failed stays and comes again, counted by itself; the rest is deleted',
    source: { recorded: 'esm-failures-stay' },
    observe: playing(
      { messages: { a: {}, b: { fails: true, receives: 1 }, c: {}, d: { fails: true, receives: 1 } }, receives: 6 },
      ({ received }) => counts(received),
    ),
    onAws: { a: [1], b: [1, 2], c: [1], d: [1, 2] },
  },
  {
    id: 'esm-throw-keeps-all',
    what: 'a throw keeps the whole batch, good records too',
    source: { recorded: 'esm-thrown-keeps-all' },
    observe: playing({ messages: { good: {}, bad: { throws: true, receives: 1 } }, receives: 4 }, ({ received }) =>
      counts(received),
    ),
    onAws: { good: [1, 2], bad: [1, 2] },
  },
  {
    id: 'esm-throw-comes-back',
    what: 'a thrown batch comes back after the visibility timeout, not earlier',
    source: { recorded: 'esm-thrown-comes-back' },
    observe: playing(
      { messages: { a: { throws: true, receives: 1 } }, receives: 2 },
      ({ received: [first, second] }) =>
        first === undefined || second === undefined
          ? 'not twice'
          : second.atMs - Number(first.record.attributes.ApproximateFirstReceiveTimestamp) > 3900,
    ),
    onAws: true,
  },
  {
    id: 'esm-good-answers',
    what: 'nothing, null, {}, and no list or an empty one: the batch succeeds',
    source: { recorded: 'esm-judge-empty-object' },
    observe: playing({ ...answers(GOOD, 6), seconds: 8 }, ({ received }) => counts(received)),
    onAws: each(GOOD, [1]),
  },
  {
    id: 'esm-bad-answers',
    what: 'an entry that names no record of the batch fails the whole batch',
    source: { recorded: 'esm-judge-wrong-key' },
    observe: playing({ ...answers(BAD, 12), seconds: 30 }, ({ received }) => counts(received)),
    onAws: each(BAD, [1, 2]),
  },
  {
    id: 'esm-bad-answer-keeps-all',
    what: 'one such entry keeps the records that did well, too',
    source: { page: ERRORS },
    observe: playing(
      { messages: { good: {}, bad: { answer: BAD['unknown id'], receives: 1 } }, receives: 4, seconds: 12 },
      ({ received }) => counts(received),
    ),
    onAws: { good: [1, 2], bad: [1, 2] },
  },
  {
    id: 'esm-dead-letter',
    what: 'what fails maxReceiveCount times was delivered so often, and is then in the DLQ under its id',
    source: { recorded: 'test_redrive_policy_with_failing_lambda' },
    observe: playing(
      { messages: { a: { fails: true } }, maxReceiveCount: 2, receives: 2 },
      async ({ received, reports, deadLetters }) => {
        const { MessageId } = await deadLetters.receiveOne({ WaitTimeSeconds: 20 });
        return [counts(received), await reports.got(), MessageId === received[0]?.record.messageId];
      },
    ),
    onAws: [{ a: [1, 2] }, 0, true],
  },
  {
    id: 'esm-visibility-kept',
    what: 'a record that is reported as failed keeps the visibility that the function gave it',
    source: { reasoning: 'no page says it; were it 0, retries would come early, and each be sent back at a receive' },
    observe: playing(
      {
        messages: { a: { fails: true, hideSeconds: 5, receives: 1 } },
        attributes: { VisibilityTimeout: '30' },
        receives: 2,
        seconds: 18,
      },
      ({ received: [first, second] }) => {
        if (first === undefined || second === undefined) return 'not twice';
        const gapMs = second.atMs - first.atMs;
        return gapMs > 4500 && gapMs < 15_000;
      },
    ),
    onAws: true,
  },
  {
    id: 'esm-each-once',
    what: 'a backlog is delivered in batches of ten at most, each message once',
    source: { page: 'Lambda Developer Guide, "Using Lambda with Amazon SQS"' },
    observe: playing(
      {
        messages: Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`m${i}`, {}])),
        attributes: { VisibilityTimeout: '30' },
        receives: 25,
      },
      ({ batches, received }) => [
        Math.max(...batches.map((batch) => batch.length)) <= 10,
        Object.values(counts(received)).filter(([count, again]) => count === 1 && again === undefined).length,
      ],
    ),
    onAws: [true, 25],
  },
  {
    id: 'esm-deleted-at-end',
    what: 'a message is in flight until its batch ends, and then deleted',
    source: { page: ERRORS },
    observe: playing(
      { messages: { a: { workSeconds: 3 } }, attributes: { VisibilityTimeout: '30' }, receives: 1 },
      async ({ queue }, aws) => {
        const held = await queue.attributesOf('ApproximateNumberOfMessagesNotVisible');
        await aws.wait(5);
        const left = await queue.attributesOf('ApproximateNumberOfMessagesNotVisible');
        return [held, left].map((found) => found.ApproximateNumberOfMessagesNotVisible);
      },
    ),
    onAws: ['1', '0'],
  },
];
