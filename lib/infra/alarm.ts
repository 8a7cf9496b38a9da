import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Every metric here is looked at by the minute, the finest that SQS and Lambda report. */
export const ALARM_PERIOD = Duration.minutes(1);

/** Settings of {@link makeAlarm}. */
export interface AlarmSettings {
  readonly alarmName: string;
  /** For the person on call: what it means, what to look at first, what to do. At most 1,024 characters. */
  readonly alarmDescription: string;
  readonly metric: IMetric;
  /** The alarm is on at this value and above. */
  readonly threshold: number;
  /** Of the last five minutes, as many must be at the threshold. */
  readonly minutesOfFive: number;
}

/** Makes an alarm that tells `action` when it begins and when it is over. */
export function makeAlarm(scope: Construct, id: string, options: AlarmSettings & { action: IAlarmAction }): Alarm {
  const { action, minutesOfFive, ...settings } = options;
  const alarm = new Alarm(scope, id, {
    ...settings,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 5,
    datapointsToAlarm: minutesOfFive,
    // SQS says nothing of a queue that was idle for six hours, Lambda nothing of a function that did not run: both are
    // well.
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
