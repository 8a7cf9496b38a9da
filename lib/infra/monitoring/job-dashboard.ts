import { Stack } from 'aws-cdk-lib';
import { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names } from '../../contract/names.ts';
import { alarmsOf, jobAlarmName, scheduleAlarmName } from './alarm-names.ts';
import { alarmStates, LAST_HOUR } from './alarm-states.ts';
import { jobRow } from './dashboard-rows.ts';
import { watchedSchedules } from './ticks.ts';

/** Settings of {@link JobDashboard}. */
export interface JobDashboardProps {
  readonly stage: string;
  readonly definition: JobDefinition;
  /** Of its queue. @default the fixed one */
  readonly queueName?: string | undefined;
  /** Epoch ms. @default Date.now() */
  readonly nowMs?: number;
}

/** One screen for a job type: the state of its alarms, and its row of widgets. */
export class JobDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { stage, definition, queueName, nowMs = Date.now() }: JobDashboardProps) {
    const { type } = definition;
    const alarms = [
      ...alarmsOf(definition).map((alarm) => jobAlarmName(stage, type, alarm)),
      ...watchedSchedules(scope, definition, { stage, nowMs }).map(({ name }) => scheduleAlarmName(stage, type, name)),
    ];
    super(scope, id, {
      dashboardName: names.jobDashboard(stage, type, Stack.of(scope).region),
      start: LAST_HOUR,
      widgets: [
        alarmStates(scope, `Alarms of ${type}, stage ${stage}`, alarms),
        ...jobRow(stage, definition, queueName),
      ],
    });
  }
}
