import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names } from '../../contract/names.ts';
import type { SluiceFunction } from '../functions/sluice-function.ts';
import type { JobAlarm } from '../monitoring/alarm-names.ts';
import { environmentOf, type StageSettings } from '../stage-settings.ts';
import { makeJobType } from './job-type-parts.ts';

/** Settings of {@link JobStack}. */
export interface JobStackProps extends StageSettings {
  readonly definition: JobDefinition;
  /** File that exports the job type's `handler`. */
  readonly entry: string;
}

/** One job type as a stack of its own: what `JobType` makes, and its outputs. */
export class JobStack extends Stack {
  readonly consumer: SluiceFunction;
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly alarms: Readonly<Partial<Record<JobAlarm, IAlarm>>>;
  /** The stage's key, for what `resources.ts` deploys. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, props: JobStackProps) {
    const { stage, disposable, definition } = props;
    const { type } = definition;
    super(scope, names.jobStack(stage, type), {
      stackName: names.jobStack(stage, type),
      description: `Sluice, stage ${stage}: job type ${type}`,
      terminationProtection: !disposable,
      ...environmentOf(props),
    });
    const { consumer, queue, deadLetterQueue, alarms, key } = makeJobType(this, props);
    this.consumer = consumer;
    this.queue = queue;
    this.deadLetterQueue = deadLetterQueue;
    this.alarms = alarms;
    this.key = key;
    new CfnOutput(this, 'QueueUrl', { value: queue.queueUrl, description: `Send ${type} jobs here` });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: deadLetterQueue.queueUrl, description: 'Dead jobs' });
  }
}
