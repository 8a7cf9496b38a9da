import { Stack } from 'aws-cdk-lib';
import { Dashboard, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { names, prefixOf } from '../../contract/names.ts';
import { DISPATCHER_ALARMS, dispatcherAlarmName, stageSchedulesAlarmName } from './alarm-names.ts';
import { alarmStates, LAST_HOUR } from './alarm-states.ts';
import { dispatcherRow, totals } from './dashboard-rows.ts';
import { WIDTH } from './graph.ts';
import { worstRows } from './worst-rows.ts';

/** Settings of {@link StageDashboard}. */
export interface StageDashboardProps {
  readonly stage: string;
}

/**
 * One screen for a stage: where to find its alarms, the totals, the job types that do worst, the dispatcher.
 *
 * It names no job type, so it is of one size for every catalogue. Each type has a dashboard of its own in its own stack.
 */
export class StageDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { stage }: StageDashboardProps) {
    const ofDispatcher = keys(DISPATCHER_ALARMS).map((alarm) => dispatcherAlarmName(stage, alarm));
    const alarms = [...ofDispatcher, stageSchedulesAlarmName(stage)];
    super(scope, id, {
      dashboardName: names.dashboard(stage, Stack.of(scope).region),
      start: LAST_HOUR,
      widgets: [
        links(stage),
        alarmStates(scope, `Alarms of the dispatcher and of schedules made at run time, stage ${stage}`, alarms),
        totals(stage),
        ...worstRows(stage),
        ...dispatcherRow(stage),
      ],
    });
  }
}

/** Links within the console. They search by the prefix that all names of the stage have. */
function links(stage: string): IWidget[] {
  const prefix = `${prefixOf(stage)}-`;
  const alarms = `[Alarms that are on](#alarmsV2:?~(alarmStateFilter~'ALARM~search~'${prefix}))`;
  const dashboards = `[Dashboards of the job types](#dashboards?~(searchTerm~'${prefix}))`;
  return [new TextWidget({ markdown: `# Stage ${stage}\n${alarms} · ${dashboards}`, width: WIDTH, height: 2 })];
}

const keys = <K extends string>(record: Readonly<Record<K, unknown>>) => Object.keys(record) as K[];
