import { ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { METRICS, names } from '../../contract/names.ts';
import { type AlarmSettings, MINUTE, makeAlarm } from './alarm.ts';
import { dispatcherAlarmName } from './alarm-names.ts';
import { functionMetric, sluiceMetric } from './metrics.ts';
import { runbookLink } from './runbook.ts';

/** Settings of {@link DispatcherAlarms}. */
export interface DispatcherAlarmsProps {
  readonly stage: string;
  readonly topic: ITopic;
  readonly runbook: string;
}

/** A tick releases jobs that are due within 90 s (row `released`), so three ticks have missed a job that is two minutes late. */
export const LATE_MS = 120_000;

/** Alarms for a retry dispatcher that fails, does not run, or does not keep up. */
export class DispatcherAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, ...watched }: DispatcherAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(topic);
    makeAlarm(this, 'Errors', { action, ...errors(watched) });
    makeAlarm(this, 'NoTick', { action, ...noTick(watched) });
    makeAlarm(this, 'Lateness', { action, ...lateness(watched) });
  }
}

type Watched = Omit<DispatcherAlarmsProps, 'topic'>;

/** The next tick makes up for one that fails. Three failures in five minutes mean that parked jobs do not start. */
function errors({ stage, runbook }: Watched): AlarmSettings {
  const name = names.dispatcher(stage);
  return {
    alarmName: dispatcherAlarmName(stage, 'errors'),
    alarmDescription:
      `Sluice ${stage}: the retry dispatcher fails, so that parked jobs (retries beyond a minute, scheduled jobs) do not ` +
      `start; none is lost. Look at its latest log lines (aws logs tail /aws/lambda/${name} --since 15m); npx sluice ` +
      `doctor --stage ${stage} shows what is overdue. Runbook: ${runbookLink('dispatcher', runbook)}`,
    metric: functionMetric('Errors', name, { period: MINUTE, statistic: Stats.SUM }),
    threshold: 1,
    of: 5,
    breaching: 3,
  };
}

/** The dispatcher emits its lateness at the end of each good tick, also 0. No value means that no tick has succeeded. */
function noTick({ stage, runbook }: Watched): AlarmSettings {
  const name = names.dispatcher(stage);
  return {
    alarmName: dispatcherAlarmName(stage, 'noTick'),
    alarmDescription:
      `Sluice ${stage}: the retry dispatcher has not finished a tick for three minutes: parked jobs do not start; none is ` +
      `lost. Look at whether its EventBridge rule is enabled and it runs at all (npx sluice doctor --stage ${stage}), then ` +
      `at its log (aws logs tail /aws/lambda/${name} --since 15m). Runbook: ${runbookLink('dispatcher', runbook)}`,
    metric: sluiceMetric(METRICS.retryLateness, { period: MINUTE, statistic: Stats.SAMPLE_COUNT }, { stage }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    // A missing value is the fault that this alarm is for.
    treatMissingData: TreatMissingData.BREACHING,
    of: 3,
    breaching: 3,
  };
}

function lateness({ stage, runbook }: Watched): AlarmSettings {
  const name = names.dispatcher(stage);
  return {
    alarmName: dispatcherAlarmName(stage, 'lateness'),
    alarmDescription:
      `Sluice ${stage}: parked jobs start ${LATE_MS / 60_000} minutes late or more: the retry dispatcher runs and does not ` +
      `keep up, or SQS refuses what it sends. Look at release.refused and release.failed in its log (aws logs tail ` +
      `/aws/lambda/${name} --since 15m), then at how many wait (npx sluice queues --stage ${stage}). ` +
      `Runbook: ${runbookLink('lateness', runbook)}`,
    metric: sluiceMetric(METRICS.retryLateness, { period: MINUTE, statistic: Stats.MAXIMUM }, { stage }),
    threshold: LATE_MS,
    of: 5,
    breaching: 3,
  };
}
