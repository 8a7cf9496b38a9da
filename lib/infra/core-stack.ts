import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names } from '../contract/names.ts';
import { OperatorPolicies } from './access/operator-policy.ts';
import { StageKey } from './access/stage-key.ts';
import { Dispatcher } from './functions/dispatcher.ts';
import { JobsTable } from './jobs-table.ts';
import { AlarmTopic } from './monitoring/alarm-topic.ts';
import { StageDashboard } from './monitoring/dashboard.ts';
import { DispatcherAlarms } from './monitoring/dispatcher-alarms.ts';
import { SavedQueries } from './monitoring/saved-queries.ts';
import { subscribe } from './monitoring/subscribers.ts';
import { environmentOf, type StageSettings } from './stage-settings.ts';
import type { ChosenStage } from './stages/choose.ts';
import { STAGE_OUTPUT, writeRecord } from './stages/record.ts';

/** Settings of {@link CoreStack}. */
export interface CoreStackProps extends StageSettings {
  /** The dispatcher's entry file. */
  readonly dispatcherEntry: string;
  /** Its entry of bin/stages.ts. @default none: its settings come from the command line */
  readonly chosen?: ChosenStage | undefined;
}

/**
 * What all job types of a stage share: the jobs table, the retry dispatcher, the alarm topic, the stage's dashboard. It knows no
 * job type: the template is the same for every catalogue.
 */
export class CoreStack extends Stack {
  readonly settings: CoreStackProps;

  constructor(scope: Construct, props: CoreStackProps) {
    const { stage, disposable, encrypted, dispatcherEntry } = props;
    super(scope, names.coreStack(stage), {
      stackName: names.coreStack(stage),
      description: `Sluice, stage ${stage}: jobs table, retry dispatcher, alarm topic, dashboard`,
      terminationProtection: !disposable,
      ...environmentOf(props),
    });
    this.settings = props;
    const key = encrypted ? new StageKey(this, 'Key', props) : undefined;
    const table = new JobsTable(this, 'Jobs', { stage, disposable, key });
    const topic = new AlarmTopic(this, 'Alarms', { stage, key });
    subscribe(topic, props.alarmEmails);
    const dispatcher = new Dispatcher(this, 'Dispatcher', { ...props, key, entry: dispatcherEntry });
    // The dispatcher names the table by its fixed name. Without this dependency, its first ticks could come before the table.
    dispatcher.node.addDependency(table);
    new OperatorPolicies(this, 'Operators', { stage, encrypted });
    new DispatcherAlarms(this, 'DispatcherAlarms', { stage, topic, runbook: props.runbook });
    new StageDashboard(this, 'Dashboard', { stage });
    new SavedQueries(this, 'Queries', { stage });
    new CfnOutput(this, 'JobsTableName', { value: table.tableName, description: 'One item a job' });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn, description: 'Subscribe to it to receive alarms' });
    const description = 'What the next deploy may weaken only if it says so';
    new CfnOutput(this, STAGE_OUTPUT, { value: writeRecord(props), description });
  }
}
