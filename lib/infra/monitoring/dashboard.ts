import { Stack } from 'aws-cdk-lib';
import { Alarm, AlarmStatusWidget, AlarmStatusWidgetSortBy, Dashboard, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names } from '../../contract/names.ts';
import { alarmsOf, DISPATCHER_ALARMS, dispatcherAlarmName, jobAlarmName } from './alarm-names.ts';
import { dispatcherRow, jobRow, totals, WIDTH } from './dashboard-rows.ts';

/** Settings of {@link StageDashboard}. */
export interface StageDashboardProps {
  readonly stage: string;
  readonly definitions: readonly JobDefinition[];
}

/** One alarm widget shows at most 100 alarms (CloudWatch User Guide, "Alarm widgets"). */
const ALARMS_A_WIDGET = 100;
/** The names are long: four in a line are readable on a laptop. */
const ALARMS_A_LINE = 4;

/**
 * One screen for a stage: every alarm's state and the totals, a row a job type, the dispatcher.
 *
 * It is part of the core stack and refers to all by name, so it works also while a job type's stack is broken.
 */
export class StageDashboard extends Dashboard {
  constructor(scope: Construct, id: string, { stage, definitions }: StageDashboardProps) {
    super(scope, id, {
      dashboardName: names.dashboard(stage),
      // CloudWatch's default is three hours. The cause of an alarm lies within the last one.
      start: '-PT1H',
      widgets: [
        ...alarmStates(scope, stage, definitions),
        totals(),
        ...definitions.flatMap((definition) => jobRow(stage, definition)),
        ...dispatcherRow(stage),
      ],
    });
  }
}

function alarmStates(scope: Construct, stage: string, definitions: readonly JobDefinition[]): IWidget[][] {
  const alarmNames = [
    ...definitions.flatMap((one) => alarmsOf(one).map((alarm) => jobAlarmName(stage, one.type, alarm))),
    ...keys(DISPATCHER_ALARMS).map((alarm) => dispatcherAlarmName(stage, alarm)),
  ];
  const alarms = alarmNames.map((name) => {
    const arn = Stack.of(scope).formatArn({ service: 'cloudwatch', resource: `alarm:${name}` });
    return Alarm.fromAlarmArn(scope, `Shown-${name}`, arn);
  });
  return Array.from({ length: Math.ceil(alarms.length / ALARMS_A_WIDGET) }, (_, i) => {
    const shown = alarms.slice(i * ALARMS_A_WIDGET, (i + 1) * ALARMS_A_WIDGET);
    return [
      new AlarmStatusWidget({
        title: `Alarms, stage ${stage}`,
        alarms: shown,
        // Alarms that are on come first.
        sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
        width: WIDTH,
        height: 1 + Math.ceil(shown.length / ALARMS_A_LINE),
      }),
    ];
  });
}

const keys = <K extends string>(record: Readonly<Record<K, unknown>>) => Object.keys(record) as K[];
