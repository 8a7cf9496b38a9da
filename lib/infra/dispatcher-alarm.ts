import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { names } from '../contract/names.ts';
import { ALARM_PERIOD, makeAlarm } from './alarm.ts';
import type { Dispatcher } from './dispatcher.ts';

/** Settings of {@link DispatcherAlarm}. */
export interface DispatcherAlarmProps {
  readonly stage: string;
  readonly dispatcher: Dispatcher;
  readonly topic: ITopic;
}

/** One failed tick is made good by the next; three in five minutes mean that parked jobs do not come back. */
const FAILED_MINUTES = 3;

/** Tells when the retry dispatcher keeps failing. */
export class DispatcherAlarm extends Construct {
  constructor(scope: Construct, id: string, { stage, dispatcher, topic }: DispatcherAlarmProps) {
    super(scope, id);
    const name = names.dispatcher(stage);
    makeAlarm(this, 'Errors', {
      action: new SnsAction(topic),
      alarmName: `${name}-errors`,
      alarmDescription:
        `Sluice ${stage}: the retry dispatcher fails, so that parked jobs (retries beyond a minute, scheduled jobs) do not ` +
        `start; none is lost. Look at the latest errors in log group /aws/lambda/${name}. Runbook: README, "Retry ` +
        'dispatcher failing".',
      metric: dispatcher.function.metricErrors({ period: ALARM_PERIOD, statistic: Stats.SUM }),
      threshold: 1,
      minutesOfFive: FAILED_MINUTES,
    });
  }
}
