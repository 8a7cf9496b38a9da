import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { OperatorPolicies } from './access/operator-policy.ts';
import { StageKey } from './access/stage-key.ts';
import { checkPart } from './checks/attach.ts';
import { Dispatcher } from './functions/dispatcher.ts';
import type { SluiceFunction } from './functions/sluice-function.ts';
import { JobsTable } from './jobs-table.ts';
import { AlarmTopic } from './monitoring/alarm-topic.ts';
import { StageDashboard } from './monitoring/dashboard.ts';
import { DispatcherAlarms } from './monitoring/dispatcher-alarms.ts';
import { SavedQueries } from './monitoring/saved-queries.ts';
import { subscribe } from './monitoring/subscribers.ts';
import { PayloadsBucket } from './payloads-bucket.ts';
import { RunTimeSchedules } from './run-time-schedules.ts';
import type { CommonSettings } from './stage-settings.ts';

/** What {@link makeCore} makes it by. */
export interface CoreSettings extends CommonSettings {
  readonly alarmEmails: readonly string[];
  /** The dispatcher's entry file. */
  readonly dispatcherEntry: string;
  /** Name of the dispatcher's role. @default CloudFormation makes one */
  readonly roleName?: string | undefined;
}

/** What all job types of a stage share. */
export interface Core {
  readonly table: JobsTable;
  readonly topic: AlarmTopic;
  readonly dispatcher: SluiceFunction;
  /** The stage's key, if it has one. */
  readonly key: IKey | undefined;
  /** Of large payloads, if it has one. */
  readonly bucket: PayloadsBucket | undefined;
}

/**
 * Makes what all job types of a stage share: the jobs table, the retry dispatcher, the alarm topic, the stage's dashboard. It knows
 * no job type: it is the same for every catalogue.
 *
 * It stands directly in its scope, a stack of Sluice's or a construct in another's: one more construct in between would change
 * the paths in the templates of what is deployed already.
 */
export function makeCore(scope: Construct, settings: CoreSettings): Core {
  const { stage, disposable, encrypted, securityChecks, runbook, alarmEmails, dispatcherEntry, roleName } = settings;
  checkPart({ scope, stage, encrypted, securityChecks }, { warnOnly: settings.emulated });
  const key = encrypted ? new StageKey(scope, 'Key', settings) : undefined;
  const table = new JobsTable(scope, 'Jobs', { stage, disposable, key });
  const topic = new AlarmTopic(scope, 'Alarms', { stage, key });
  subscribe(topic, alarmEmails);
  const dispatcher = new Dispatcher(scope, 'Dispatcher', { stage, disposable, key, entry: dispatcherEntry, roleName });
  // The dispatcher names the table by its fixed name. Without this dependency, its first ticks could come before the table.
  dispatcher.node.addDependency(table);
  const { payloads, producers } = settings;
  const bucket = payloads ? new PayloadsBucket(scope, 'Payloads', { stage, disposable, key, producers }) : undefined;
  new OperatorPolicies(scope, 'Operators', { stage, encrypted, payloads });
  new RunTimeSchedules(scope, 'Schedules', { stage, disposable, key, topic, runbook });
  new DispatcherAlarms(scope, 'DispatcherAlarms', { stage, topic, runbook });
  new StageDashboard(scope, 'Dashboard', { stage });
  new SavedQueries(scope, 'Queries', { stage });
  return { table, topic, dispatcher: dispatcher.function, key, bucket };
}
