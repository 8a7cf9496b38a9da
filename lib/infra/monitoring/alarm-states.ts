import { Stack } from 'aws-cdk-lib';
import { Alarm, AlarmStatusWidget, AlarmStatusWidgetSortBy, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { WIDTH } from './graph.ts';

/** CloudWatch's default is three hours. The cause of an alarm lies within the last one. */
export const LAST_HOUR = '-PT1H';
/** The names are long: four in a line are readable on a laptop. */
const ALARMS_A_LINE = 4;

/** The states of alarms that are known by their names. */
export function alarmStates(scope: Construct, title: string, alarmNames: readonly string[]): IWidget[] {
  const alarms = alarmNames.map((name) => {
    const arn = Stack.of(scope).formatArn({ service: 'cloudwatch', resource: `alarm:${name}` });
    return Alarm.fromAlarmArn(scope, `Shown-${name}`, arn);
  });
  return [
    new AlarmStatusWidget({
      title,
      alarms,
      // Alarms that are on come first.
      sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
      width: WIDTH,
      height: 1 + Math.ceil(alarms.length / ALARMS_A_LINE),
    }),
  ];
}
