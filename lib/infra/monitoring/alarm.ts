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
/** For metrics that need more than a minute of data: a rate, a few crashes. */
export const FIVE_MINUTES = Duration.minutes(5);

/** Settings of {@link makeAlarm}. */
export interface AlarmSettings {
  readonly alarmName: string;
  /** For the person on call: the meaning, what to look at first, the command, the runbook. At most 1,024 characters. */
  readonly alarmDescription: string;
  readonly metric: IMetric;
  /** The alarm goes off at this value and above. */
  readonly threshold: number;
  /** Number of latest periods that are evaluated. */
  readonly of: number;
  /** Number of these periods that must be at the threshold. */
  readonly breaching: number;
  /** @default at the threshold and above */
  readonly comparisonOperator?: ComparisonOperator;
  /** How a period without data counts. @default OK */
  readonly treatMissingData?: TreatMissingData;
}

/** Makes an alarm. It runs `action`, if given, when it goes off and when it is OK again. */
export function makeAlarm(scope: Construct, id: string, options: AlarmSettings & { action?: IAlarmAction }): Alarm {
  const { action, of, breaching, ...settings } = options;
  const alarm = new Alarm(scope, id, {
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    // A queue that was idle for six hours, a function that did not run and a type without jobs have no data. All of them are OK.
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
