import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../contract/job-definition.ts';
import { names } from '../contract/names.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { StageDashboard } from './dashboard.ts';
import { Dispatcher } from './dispatcher.ts';
import { DispatcherAlarms } from './dispatcher-alarms.ts';
import { JobsTable } from './jobs-table.ts';
import { OperatorPolicies } from './operator-policy.ts';
import { SavedQueries } from './saved-queries.ts';
import { StageKey } from './stage-key.ts';
import type { StageSettings } from './stage-settings.ts';
import { subscribe } from './subscribers.ts';

/** Settings of {@link CoreStack}. */
export interface CoreStackProps extends StageSettings {
  /** The dispatcher's entry file. */
  readonly dispatcherEntry: string;
  readonly definitions: readonly JobDefinition[];
}

/** What all job types of a stage share: the jobs table, the retry dispatcher, the alarm topic, the dashboard. */
export class CoreStack extends Stack {
  constructor(scope: Construct, props: CoreStackProps) {
    const { stage, disposable, encrypted, region, dispatcherEntry, definitions } = props;
    super(scope, names.coreStack(stage), {
      stackName: names.coreStack(stage),
      description: `Sluice, stage ${stage}: jobs table, retry dispatcher, alarm topic, dashboard`,
      terminationProtection: !disposable,
      ...(region !== undefined && { env: { region } }),
    });
    const key = encrypted ? new StageKey(this, 'Key', props) : undefined;
    const table = new JobsTable(this, 'Jobs', { stage, disposable, key });
    const topic = new AlarmTopic(this, 'Alarms', { stage, key });
    subscribe(topic, props.alarmEmails);
    const types = definitions.map(({ type }) => type);
    const dispatcher = new Dispatcher(this, 'Dispatcher', { ...props, entry: dispatcherEntry, types });
    // It knows the table by its fixed name: without this, its first ticks could come before there is one.
    dispatcher.node.addDependency(table);
    new OperatorPolicies(this, 'Operators', { stage, encrypted });
    new DispatcherAlarms(this, 'DispatcherAlarms', { stage, topic, runbook: props.runbook });
    new StageDashboard(this, 'Dashboard', { stage, definitions });
    new SavedQueries(this, 'Queries', { stage, types });
    new CfnOutput(this, 'JobsTableName', { value: table.tableName, description: 'One item a job' });
    new CfnOutput(this, 'AlarmTopicArn', { value: topic.topicArn, description: 'Subscribe to it to be told' });
  }
}
