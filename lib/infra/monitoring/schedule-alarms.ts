import { ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { JobSchedule } from '../../contract/definition/schedule.ts';
import { arnsOf } from '../arns.ts';
import { type AlarmSettings, MINUTE, makeAlarm } from './alarm.ts';
import { scheduleAlarmName } from './alarm-names.ts';
import { describe, type Watched } from './job-alarm-settings.ts';
import { queueMetric, scheduleDeadLetterQueue } from './metrics.ts';
import { runbookLink } from './runbook.ts';
import { tickWindow, watchedSchedules } from './ticks.ts';

/** What EventBridge reports of a schedule: by its rule, or by its group of EventBridge Scheduler. */
export type Ticking =
  | { readonly rule: string; readonly group?: undefined }
  | { readonly group: string; readonly rule?: undefined };

/** Settings of {@link ScheduleAlarms}. */
export interface ScheduleAlarmsProps extends Watched {
  readonly tickings: ReadonlyMap<JobSchedule, Ticking>;
  /** Epoch ms. */
  readonly nowMs: number;
}

/** Alarms on ticks of schedules that reached no queue, and on schedules that do not tick. They notify the stage's topic. */
export class ScheduleAlarms extends Construct {
  constructor(scope: Construct, id: string, { tickings, nowMs, ...watched }: ScheduleAlarmsProps) {
    super(scope, id);
    const { stage, definition } = watched;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', arnsOf(this, stage).alarmTopic));
    makeAlarm(this, 'Failed', { action, ...failed(watched) });
    for (const schedule of watchedSchedules(this, definition, { stage, nowMs })) {
      const [ticking, window] = [tickings.get(schedule), tickWindow(schedule.expression, nowMs)];
      if (ticking === undefined || window === undefined) continue;
      const metric = ticks(ticking).with({ period: window.period });
      makeAlarm(this, `NoTick-${schedule.name}`, { action, ...noTick(watched, schedule, { metric, of: window.of }) });
    }
  }
}

/** What was sent, or tried (EventBridge User Guide, "Monitoring"; EventBridge Scheduler User Guide, "Monitoring with CloudWatch"). */
const ticks = ({ rule, group }: Ticking): Metric =>
  rule === undefined
    ? new Metric({
        ...{ namespace: 'AWS/Scheduler', metricName: 'InvocationAttemptCount', statistic: Stats.SUM },
        dimensionsMap: { ScheduleGroup: group },
      })
    : new Metric({
        ...{ namespace: 'AWS/Events', metricName: 'Invocations', statistic: Stats.SUM },
        dimensionsMap: { RuleName: rule },
      });

function failed(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const queue = scheduleDeadLetterQueue(stage, definition.type);
  return {
    ...describe(watched, 'schedulesFailed', {
      topic: 'schedules',
      what: 'EventBridge could not send recurring jobs to their queue, and has given up',
      lookAt:
        `Look at the messages in ${queue}: their attributes have the error. Fix the cause, then send the jobs of these times ` +
        `yourself. For the jobs that wait: npx sluice queues --stage ${stage}.`,
    }),
    metric: queueMetric('ApproximateNumberOfMessagesVisible', queue, { period: MINUTE, statistic: Stats.MAXIMUM }),
    threshold: 1,
    of: 5,
    breaching: 1,
  };
}

function noTick(
  { stage, definition: { type }, runbook }: Watched,
  { name, expression }: JobSchedule,
  { metric, of }: { readonly metric: IMetric; readonly of: number },
): AlarmSettings {
  return {
    alarmName: scheduleAlarmName(stage, type, name),
    alarmDescription:
      `Sluice ${stage} ${type}: the schedule "${name}", ${expression}, has sent no job when it should have. After its first ` +
      'deploy the alarm is on until the first tick. Look at whether it is switched on in EventBridge, and at the alarm ' +
      `schedules-failed. For the jobs that wait: npx sluice queues --stage ${stage}. Runbook: ${runbookLink('schedules', runbook)}`,
    metric,
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    // EventBridge reports no zeros: a missing value is the fault that this alarm is for.
    treatMissingData: TreatMissingData.BREACHING,
    of,
    breaching: of,
  };
}
