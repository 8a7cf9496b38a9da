import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { type CfnQueue, Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { METRIC_MATH } from '../../../../lib/infra/leave-out.ts';
import { LEFT_OUT } from '../../../../localstack/gaps.ts';
import { faultsOf, jobTypeIn, ownApp, ownStack, resourcesOf, sluiceIn } from '../support/own-stack.ts';
import { ofType } from '../support/template.ts';

/** A queue that would lose jobs, as `UnsafeConfiguration` has it, and that cdk-nag refuses. */
function unsafeQueue(stack: ReturnType<typeof ownStack>): void {
  const deadLetterQueue = {
    queue: new Queue(stack, 'Dead', { retentionPeriod: Duration.days(1) }),
    maxReceiveCount: 3,
  };
  new Queue(stack, 'Own', { retentionPeriod: Duration.days(14), deadLetterQueue });
  new Bucket(stack, 'Uploads');
}

describe('Sluice’s checks, in an app that has its constructs alone', () => {
  test('find nothing in what is as it was made, and look at nothing of the team’s', () => {
    const app = ownApp();
    const stack = ownStack(app);
    const sluice = sluiceIn(stack, { securityChecks: true });
    jobTypeIn(stack, { sluice });
    unsafeQueue(stack);
    unsafeQueue(ownStack(app, 'Other'));
    expect(faultsOf(app)).toBe('');
  });

  test('refuse what an override makes unsafe', () => {
    const app = ownApp();
    const stack = ownStack(app);
    const { queue, consumer } = jobTypeIn(stack, { sluice: sluiceIn(stack) });
    (queue.node.defaultChild as CfnQueue).visibilityTimeout = 3;
    (consumer.node.defaultChild as CfnFunction).timeout = 4;
    const faults = faultsOf(app);
    expect(faults).toContain('VisibilityTooShort');
    expect(faults).toContain('BatchCannotFinish');
  });

  test('refuse a wildcard in a consumer’s rights by cdk-nag, if they are on', () => {
    const faults = [true, false].map((securityChecks) => {
      const app = ownApp();
      const stack = ownStack(app);
      const { consumer } = jobTypeIn(stack, { sluice: sluiceIn(stack, { securityChecks }) });
      consumer.addToRolePolicy(new PolicyStatement({ actions: ['s3:*'], resources: ['arn:aws:s3:::uploads/a'] }));
      return faultsOf(app);
    });
    expect(faults).toEqual([expect.stringContaining('IAM5[Action::s3:*]'), '']);
  });

  test.each([
    ['its own', 'alias/sluice-prod', ''],
    ['another’s', 'alias/sluice-dev', 'StoreWithoutKey'],
  ])('hold each of two stages to its key: %s', (_whose, alias, fault) => {
    const app = ownApp();
    const eu = { env: { region: 'eu-west-1' } };
    const stack = ownStack(app, 'Shop', eu);
    const { queue } = jobTypeIn(stack, { sluice: sluiceIn(stack, { encrypted: true }) });
    const unencrypted = sluiceIn(ownStack(app, 'Dev', eu), { stage: 'dev' });
    jobTypeIn(ownStack(app, 'DevMail', eu), { sluice: unencrypted });
    (queue.node.defaultChild as CfnQueue).kmsMasterKeyId = alias;
    expect(/StoreWithoutKey|Error/.exec(faultsOf(app))?.[0] ?? '').toBe(fault);
  });
});

test('an emulator gets a team’s app without what it refuses', () => {
  const whole = ownStack();
  jobTypeIn(whole, { sluice: sluiceIn(whole) });
  const types = ['AWS::CloudWatch::CompositeAlarm', METRIC_MATH];
  const app = ownApp({ emulator: 'embedded', leaveOut: types.join(',') });
  const stack = ownStack(app);
  jobTypeIn(stack, { sluice: sluiceIn(stack) });
  expect(LEFT_OUT).toEqual(expect.arrayContaining(types));
  app.synth();
  const left = resourcesOf(stack);
  expect(ofType(left, 'AWS::CloudWatch::CompositeAlarm')).toEqual([]);
  expect(ofType(left, 'AWS::CloudWatch::Alarm').length).toBeLessThan(
    ofType(resourcesOf(whole), 'AWS::CloudWatch::Alarm').length,
  );
});
