import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { names } from '../../contract/names.ts';

/** Settings of {@link AlarmTopic}. */
export interface AlarmTopicProps {
  readonly stage: string;
  readonly key: IKey | undefined;
}

/**
 * The topic that alarms notify. Subscribe e-mail, chat or a pager to it.
 *
 * It is encrypted only with a customer-managed key: CloudWatch cannot use the key that AWS manages for SNS, and an alarm holds
 * no payload.
 */
export class AlarmTopic extends Topic {
  constructor(scope: Construct, id: string, { stage, key }: AlarmTopicProps) {
    super(scope, id, {
      topicName: names.alarmTopic(stage),
      displayName: `Sluice ${stage}`,
      enforceSSL: true,
      ...(key !== undefined && { masterKey: key }),
    });
    // enforceSSL adds a policy that only denies. It replaces SNS's default policy, so CloudWatch needs this statement. It allows
    // only alarms of this account.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowCloudWatchAlarms',
        effect: Effect.ALLOW,
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
  }
}
