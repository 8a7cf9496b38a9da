import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names, STAGE_OUTPUT } from '../contract/names.ts';
import { makeCore } from './core.ts';
import { environmentOf, type StageSettings } from './stage-settings.ts';
import type { ChosenStage } from './stages/choose.ts';
import { writeRecord } from './stages/record.ts';

/** Settings of {@link CoreStack}. */
export interface CoreStackProps extends StageSettings {
  /** The dispatcher's entry file. */
  readonly dispatcherEntry: string;
  /** Its entry of `stages`. @default none: its settings come from the command line */
  readonly chosen?: ChosenStage | undefined;
}

/** What all job types of a stage share, as a stack of its own: what `Sluice` makes, and its outputs. */
export class CoreStack extends Stack {
  readonly settings: CoreStackProps;

  constructor(scope: Construct, props: CoreStackProps) {
    const { stage, disposable } = props;
    super(scope, names.coreStack(stage), {
      stackName: names.coreStack(stage),
      description: `Sluice, stage ${stage}: jobs table, retry dispatcher, alarm topic, dashboard`,
      terminationProtection: !disposable,
      ...environmentOf(props),
    });
    this.settings = props;
    const { table, topic, bucket } = makeCore(this, props);
    new CfnOutput(this, 'JobsTableName', { value: table.tableName, description: 'One item a job' });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn, description: 'Subscribe to it to receive alarms' });
    if (bucket !== undefined) {
      const description = 'Where producers put payloads of more than 256 KB';
      new CfnOutput(this, 'PayloadsBucket', { value: bucket.bucketName, description });
    }
    const description = 'What the next deploy may weaken only if it says so';
    new CfnOutput(this, STAGE_OUTPUT, { value: writeRecord(props), description });
  }
}
