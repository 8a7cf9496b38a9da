import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** The finest that SQS and Lambda report. */
export const MINUTE = Duration.minutes(1);
/** For what means nothing within a minute: a rate, a few crashes. */
export const FIVE_MINUTES = Duration.minutes(5);

/** Settings of {@link makeAlarm}. */
export interface AlarmSettings {
  readonly alarmName: string;
  /** For the person on call: what it means, what to look at first, the command, the runbook. At most 1,024 characters. */
  readonly alarmDescription: string;
  readonly metric: IMetric;
  /** The alarm is on at this value and above. */
  readonly threshold: number;
  /** Of the latest periods of the metric … */
  readonly of: number;
  /** … as many must be at the threshold. */
  readonly breaching: number;
  /** @default at the threshold and above */
  readonly comparisonOperator?: ComparisonOperator;
  /** What a period without data means. @default all is well */
  readonly treatMissingData?: TreatMissingData;
}

/** Makes an alarm that tells `action`, if given, when it begins and when it is over. */
export function makeAlarm(scope: Construct, id: string, options: AlarmSettings & { action?: IAlarmAction }): Alarm {
  const { action, of, breaching, ...settings } = options;
  const alarm = new Alarm(scope, id, {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // SQS says nothing of a queue that was idle for six hours, Lambda nothing of a function that did not run, Sluice
    // nothing of a type without jobs: all are well.
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...settings,
    evaluationPeriods: of,
    datapointsToAlarm: breaching,
  });
  if (action === undefined) return alarm;
  alarm.addAlarmAction(action);
  alarm.addOkAction(action);
  return alarm;
}
