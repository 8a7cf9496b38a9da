import { Duration } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnEventSourceMapping, CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { CfnQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import type { JobResources } from '../../../../lib/infra/job/job-resources.ts';
import { KEYED, only, override, queueOf, type Stack, said } from '../support/said.ts';

const dlqOf = (stack: Stack) => only(stack, CfnQueue, ({ queueName = '' }) => queueName.endsWith('-dlq'));
const alarmOn = (scope: Stack['scope'], settings: Partial<ConstructorParameters<typeof Alarm>[2]>) =>
  new Alarm(scope, 'Mine', {
    metric: new Metric({ namespace: 'Mine', metricName: 'Mine', period: Duration.minutes(1) }),
    threshold: 1,
    evaluationPeriods: 5,
    ...settings,
  });

/** Each breaks one rule by hand, past the definition: as a `resources.ts` can. */
const BROKEN: readonly (readonly [rule: string, what: string, resources: JobResources, said: RegExp])[] = [
  [
    'VisibilityTooShort',
    'a message is hidden for less than the function’s time',
    (stack) => override(queueOf(stack), 'VisibilityTimeout', 44),
    /hidden for 44 s and worked on for up to 45 s.*set it to 270 s/,
  ],
  [
    'VisibilityTooShort',
    'the batch window is not counted',
    (stack) => {
      override(queueOf(stack), 'VisibilityTimeout', 50);
      override(only(stack, CfnEventSourceMapping), 'MaximumBatchingWindowInSeconds', 6);
    },
    /hidden for 50 s and worked on for up to 51 s/,
  ],
  [
    'TooManyReceives',
    'receives that outlast the retention',
    (stack) => override(queueOf(stack), 'MessageRetentionPeriod', 26_999),
    /100 receives of 270 s each take 27000 s, the queue keeps a message for 26999 s.*lower maxReceiveCount to 79/,
  ],
  [
    'TooManyReceives',
    'more receives than SQS counts',
    (stack) => override(queueOf(stack), 'RedrivePolicy.maxReceiveCount', 1001),
    /must be 1 to 1000 \(SQS limit\), got 1001/,
  ],
  [
    'BatchCannotFinish',
    'a function that ends before its batch',
    ({ scope }) => override(only({ scope } as Stack, CfnFunction), 'Timeout', 44),
    /a batch of 10 \(side by side, 30 s each\) needs 45 s, the function ends at 44 s/,
  ],
  [
    'ItemsExpireFirst',
    'a queue that keeps a message as long as an item',
    (stack) => override(queueOf(stack), 'MessageRetentionPeriod', 8 * 86_400),
    /message for 691200 s, a finished job's item for 691200 s.*at least 9 days/,
  ],
  [
    'DeadLettersExpire',
    'a queue that keeps a message longer than its dead-letter queue',
    (stack) => override(dlqOf(stack), 'MessageRetentionPeriod', 604_799),
    /message for 604800 s, its dead-letter queue for 604799 s.*dropped at once/,
  ],
  [
    'ReservedConcurrencyTooLow',
    'fewer reserved than the event source runs',
    (stack) => override(only(stack, CfnFunction), 'ReservedConcurrentExecutions', 49),
    /up to 50 invocations, of which 49 are reserved.*lower maxConcurrency to 49/,
  ],
  [
    'ConcurrencyAndPollers',
    'both ways of polling',
    (stack) =>
      override(only(stack, CfnEventSourceMapping), 'ProvisionedPollerConfig', { MinimumPollers: 2, MaximumPollers: 3 }),
    /maximum concurrency \(50\) and provisioned pollers cannot be combined/,
  ],
  [
    'NameTooLong',
    'a name that AWS refuses',
    (stack) => override(queueOf(stack), 'QueueName', 'x'.repeat(81)),
    /has 81 characters, AWS allows 80/,
  ],
  [
    'AlarmWindowTooLong',
    'an alarm over more than a day',
    ({ scope }) => void alarmOn(scope, { evaluationPeriods: 1441 }),
    /looks at 86460 s, more than a day/,
  ],
  [
    'AlarmNeverFires',
    'an age that no message reaches',
    (stack) =>
      void alarmOn(stack.scope, {
        metric: new Metric({
          namespace: 'AWS/SQS',
          metricName: 'ApproximateAgeOfOldestMessage',
          dimensionsMap: { QueueName: 'sluice-dev-plain' },
        }),
        threshold: 604_801,
      }),
    /threshold of 604801 can never be reached: its queue drops a message after 604800 s/,
  ],
  [
    'AlarmNeverFires',
    'a duration at which the function has ended',
    ({ scope, consumer }) => void alarmOn(scope, { metric: consumer.metricDuration(), threshold: 45_001 }),
    /threshold of 45001 can never be reached: its function ends at 45000 ms/,
  ],
  [
    'KeyGrantMissing',
    'an encrypted queue whose key the consumer may not use',
    (stack) => {
      override(
        queueOf(stack),
        'KmsMasterKeyId',
        (new Key(stack.scope, 'Key').node.defaultChild as { ref?: string }).ref,
      );
      override(queueOf(stack), 'SqsManagedSseEnabled', false);
    },
    /sqs:ReceiveMessage and sqs:SendMessage on the encrypted queue sluice-dev-plain and not kms:Decrypt and kms:GenerateDataKey/,
  ],
  [
    'KeyGrantMissing',
    'a queue of AWS’s own key to which SNS is to send',
    ({ scope }) => {
      const queue = new Queue(scope, 'Mine', { encryption: QueueEncryption.KMS_MANAGED, enforceSSL: true });
      queue.grantSendMessages(new ServicePrincipal('sns.amazonaws.com'));
    },
    /lets sns send to the encrypted queue \S+, whose key does not: what is sent would vanish/,
  ],
  [
    'KeyGrantMissing',
    'a stage’s queue to which a service is to send that its key does not know',
    (stack) => {
      override(queueOf(stack), 'KmsMasterKeyId', 'alias/sluice-dev');
      stack.queue.grantSendMessages(new ServicePrincipal('ses.amazonaws.com'));
    },
    /lets ses send to the encrypted queue sluice-dev-plain/,
  ],
];
const STAGES_KEY = [
  ['alias/sluice-dev', KEYED, false],
  ['alias/shop-dev', { ...KEYED, app: 'shop' }, false],
  ['alias/shop-dev', KEYED, false],
  ['alias/my-own-dev', KEYED, true],
] as const;

describe('cdk synth refuses an unsafe configuration', () => {
  test.each(BROKEN)('%s: %s', (rule, _what, resources, expected) => {
    const report = said(resources);
    expect(report).toMatch(expected);
    expect(report).toContain(rule);
  });

  test.each(STAGES_KEY)('%s is the key of a stage with %j, or of somebody else (%s)', (alias, context, isForeign) => {
    const resources: JobResources = (stack) => {
      override(queueOf(stack), 'KmsMasterKeyId', alias);
      stack.queue.grantSendMessages(new ServicePrincipal('sns.amazonaws.com'));
    };
    const report = said(resources, false, context);
    expect(/lets sns send/.test(report)).toBe(isForeign);
  });

  test('but not a topic and a bucket that send to the encrypted queue of a stage', () => {
    const resources: JobResources = ({ scope, queue, key }) => {
      const topic = new Topic(scope, 'Orders', { ...(key && { masterKey: key }) });
      topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
      const bucket = new Bucket(scope, 'Uploads', { ...(key && { encryptionKey: key }) });
      bucket.addObjectCreatedNotification(new SqsDestination(queue));
    };
    expect(said(resources, false, KEYED)).toBe('');
  });

  test('but accepts the longest name that AWS allows', () => {
    expect(said(({ scope }) => void new Queue(scope, 'Mine', { queueName: 'x'.repeat(80), enforceSSL: true }))).toBe(
      '',
    );
  });

  test('but accepts a key with its grant', () => {
    const report = said((stack) => {
      const key = new Key(stack.scope, 'Key', { enableKeyRotation: true });
      override(queueOf(stack), 'KmsMasterKeyId', stack.consumer.stack.resolve(key.keyArn));
      override(queueOf(stack), 'SqsManagedSseEnabled', false);
      stack.consumer.addToRolePolicy(
        new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [key.keyArn] }),
      );
    });
    expect(report).toBe('');
  });

  test('but only warns of a judgement, unless it is strict', () => {
    const short: JobResources = (stack) => override(queueOf(stack), 'VisibilityTimeout', 269);
    expect(said(short)).toBe('');
    expect(said(short, true)).toMatch(/269 s leaves no room for throttled receives/);
  });
});
