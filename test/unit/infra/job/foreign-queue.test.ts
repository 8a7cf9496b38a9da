import { Duration } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import type { ForeignQueue } from '#sluice/infra';
import { plain } from '../support/fixture.ts';
import { faultsOf, jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { ofType, one, rightsOf, rightsOfRole, statementsOf } from '../support/template.ts';

const PLACE = { env: { account: '111122223333', region: 'eu-west-1' } };
const ARN = 'arn:aws:sqs:eu-west-1:111122223333:uploads';
const ENOUGH = { visibilityTimeout: Duration.seconds(270), retentionPeriod: Duration.days(7) };

/** A type in another stack than its stage, which consumes a queue of another app. */
function foreign(queue: ForeignQueue) {
  const app = ownApp();
  const sluice = sluiceIn(ownStack(app, 'Core', PLACE));
  const stack = ownStack(app, 'Shop', PLACE);
  return { app, stack, jobType: jobTypeIn(stack, { sluice, queue }) };
}

describe('a job type that consumes a queue of another app', () => {
  const { app, stack, jobType } = foreign({ arn: ARN, keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1' });
  const senders = ownStack(app, 'Api', PLACE);
  const role = new Role(senders, 'Sender', { assumedBy: new AccountPrincipal('111122223333') });
  jobType.grantEnqueue(role);
  const resources = resourcesOf(stack);
  const { properties: consumer } = one(resources, 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-plain' });

  test('makes a dead-letter queue alone, which takes messages from that queue', () => {
    const queues = ofType(resources, 'AWS::SQS::Queue');
    expect(queues.map(({ properties }) => properties.QueueName)).toEqual(['sluice-prod-plain-dlq']);
    expect(queues[0]?.properties.RedriveAllowPolicy).toEqual({ redrivePermission: 'byQueue', sourceQueueArns: [ARN] });
  });

  test('is fed from it, may use it and its key, and keeps its URL with what it parks', () => {
    const source = one(resources, 'AWS::Lambda::EventSourceMapping');
    expect(source.properties.EventSourceArn).toBe(ARN);
    const { Variables } = consumer.Environment as { Variables: Record<string, string> };
    expect(JSON.stringify([Variables.SLUICE_QUEUE_URL, Variables.SLUICE_PARKED])).toContain('/111122223333/uploads');
    const rights = rightsOf(resources, 'sluice-prod-plain');
    expect(rights).toEqual(
      expect.arrayContaining([
        `sqs:ReceiveMessage ${ARN}`,
        `sqs:SendMessage ${ARN}`,
        'kms:Decrypt arn:aws:kms:eu-west-1:111122223333:key/1',
      ]),
    );
    expect(rights.join()).not.toContain(':sluice-prod-plain,');
  });

  test('lets the dispatcher send, by the fixed name of its role, in its own stack', () => {
    const policy = one(resources, 'AWS::IAM::Policy', { PolicyName: 'sluice-prod-plain' });
    expect(policy.properties.Roles).toEqual(['sluice-prod-dispatcher-eu-west-1']);
    expect(statementsOf(policy.properties.PolicyDocument)).toMatchObject([
      { actions: ['sqs:SendMessage'], resources: [ARN] },
      { actions: ['kms:Decrypt', 'kms:GenerateDataKey'] },
    ]);
    const core = app.node.findChild('Core') as typeof stack;
    expect(one(resourcesOf(core), 'AWS::IAM::Role', { RoleName: 'sluice-prod-dispatcher-eu-west-1' })).toBeDefined();
    expect(JSON.stringify(resourcesOf(core))).not.toContain('uploads');
  });

  test('is alarmed on by the name of that queue', () => {
    const dimensions = ofType(resources, 'AWS::CloudWatch::Alarm').map(({ properties }) => properties.Dimensions);
    expect(dimensions).toContainEqual([{ Name: 'QueueName', Value: 'uploads' }]);
    expect(dimensions).not.toContainEqual([{ Name: 'QueueName', Value: 'sluice-prod-plain' }]);
  });

  test('lets others send to that queue', () => {
    const sending = resourcesOf(senders);
    expect(rightsOfRole(sending, one(sending, 'AWS::IAM::Role').id)).toContain(`sqs:SendMessage ${ARN}`);
  });
});

test('a queue with a name of its own is made, and what needs the name has it', () => {
  const stack = ownStack();
  jobTypeIn(stack, { sluice: sluiceIn(stack), queueName: 'mails' });
  const resources = resourcesOf(stack);
  const queue = one(resources, 'AWS::SQS::Queue', { QueueName: 'mails' });
  expect(queue.dependsOn).toEqual([]);
  const policy = one(resources, 'AWS::IAM::Policy', { PolicyName: 'sluice-prod-plain' });
  expect(JSON.stringify(policy.properties.Roles)).toContain('sluice-prod-dispatcher-');
  const dispatcher = one(resources, 'AWS::Lambda::Function', { FunctionName: 'sluice-prod-dispatcher' });
  // Which depends on its role.
  expect(policy.dependsOn).toContain(dispatcher.id);
  const allow = one(resources, 'AWS::SQS::Queue', { QueueName: 'sluice-prod-plain-dlq' }).properties.RedriveAllowPolicy;
  expect(JSON.stringify(allow)).toContain(':mails');
});

describe('a queue is refused, and the error says why', () => {
  const wrong: readonly (readonly [string, ForeignQueue, string])[] = [
    ['FIFO', { arn: `${ARN}.fifo` }, 'uploads.fifo is FIFO'],
    [
      'of another region',
      { arn: ARN.replace('west', 'north') },
      'is of region eu-north-1, and the function of eu-west-1',
    ],
    [
      'of another account',
      { arn: ARN.replace('1111', '9999') },
      'neither consumer nor dispatcher may send to it, unless its policy lets them',
    ],
    ['no ARN', { arn: 'uploads' }, 'the queue uploads is no ARN of an SQS queue'],
  ];
  test.each(wrong)('%s', (_what, queue, said) => {
    expect(() => foreign(queue)).toThrow(said);
  });

  test('but one of another account is taken, if its policy is said to allow it', () => {
    expect(() => foreign({ arn: ARN.replace('1111', '9999'), policyAllows: true })).not.toThrow();
  });

  test.each([
    ['sluice-prod-mails', 'not begin with sluice-prod-, as fixed names do, got "sluice-prod-mails"'],
    ['my.mails', 'queueName must be 1 to 80 letters, digits, hyphens and underscores'],
  ])('a name: %s', (queueName, said) => {
    const stack = ownStack();
    expect(() => jobTypeIn(stack, { sluice: sluiceIn(stack), queueName })).toThrow(said);
  });

  test('schedules for a queue whose policy is another app’s', () => {
    const schedule = [{ name: 'daily', expression: 'rate(1 day)', payload: {} }];
    const definition = defineJob({ type: 'daily', payload: z.unknown(), schedule });
    const stack = ownStack(ownApp(), 'Shop', PLACE);
    expect(() => jobTypeIn(stack, { sluice: sluiceIn(stack), definition, queue: { arn: ARN } })).toThrow(
      'schedules need a queue whose policy lets EventBridge send',
    );
  });
});

describe('a queue of the same app', () => {
  /** What a synth says of a job type that consumes such a queue, of another stack. */
  function saidOf(props: QueueProps, receives: number | undefined = 100): string {
    const app = ownApp();
    const stack = ownStack(app, 'Uploads', PLACE);
    const deadLetterQueue =
      receives === 0
        ? {}
        : {
            deadLetterQueue: {
              queue: new Queue(stack, 'Dead', { retentionPeriod: Duration.days(14) }),
              maxReceiveCount: receives,
            },
          };
    const queue = new Queue(stack, 'Queue', { ...deadLetterQueue, ...props });
    const own = ownStack(app, 'Shop', PLACE);
    jobTypeIn(own, { sluice: sluiceIn(own, { securityChecks: true }), queue });
    return faultsOf(app);
  }

  test('is taken, if it has what is needed', () => {
    expect(saidOf(ENOUGH)).toBe('');
  });

  test('with a key is taken, and the consumer may use the key', () => {
    const app = ownApp();
    const stack = ownStack(app, 'Shop', PLACE);
    const encryptionMasterKey = new Key(stack, 'Theirs');
    const dead = { queue: new Queue(stack, 'Dead', { retentionPeriod: Duration.days(14) }), maxReceiveCount: 100 };
    const queue = new Queue(stack, 'Uploads', { ...ENOUGH, encryptionMasterKey, deadLetterQueue: dead });
    jobTypeIn(stack, { sluice: sluiceIn(stack), queue });
    expect(faultsOf(app)).toBe('');
    expect(rightsOf(resourcesOf(stack), 'sluice-prod-plain').join()).toContain('kms:GenerateDataKey ${Theirs');
  });

  const wrong: readonly (readonly [string, QueueProps, number, string])[] = [
    [
      'too short a visibility timeout',
      { retentionPeriod: ENOUGH.retentionPeriod },
      100,
      'hides a message for 30 s, and a batch takes up to 45 s',
    ],
    ['no dead-letter queue', ENOUGH, 0, 'has no dead-letter queue: a message on which the process crashes'],
    ['too few receives', ENOUGH, 5, 'dead-letters a message after 5 receives'],
    [
      'messages that outlive a job’s item',
      { ...ENOUGH, retentionPeriod: Duration.days(14) },
      100,
      `a finished job's item for ${plain.retention}`,
    ],
  ];
  test.each(wrong)('with %s is refused', (_what, props, receives, said) => {
    expect(saidOf(props, receives)).toContain(said);
  });

  test('that is FIFO is refused', () => {
    expect(() => saidOf({ ...ENOUGH, fifo: true }, 0)).toThrow('is FIFO');
  });
});
