import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { scheduleNames } from '../../contract/schedule-names.ts';
import { MINUTE, makeAlarm } from './alarm.ts';
import { stageSchedulesAlarmName } from './alarm-names.ts';
import { queueMetric } from './metrics.ts';
import { runbookLink } from './runbook.ts';

/** What the alarm is about, and what it notifies. */
export interface StageSchedulesAlarmProps {
  readonly stage: string;
  readonly topic: ITopic;
  readonly runbook: string;
}

/** Makes the alarm on ticks of schedules made at run time that could not be sent. */
export function stageSchedulesAlarm(scope: Construct, { stage, topic, runbook }: StageSchedulesAlarmProps): void {
  const queue = scheduleNames.deadLetterQueue(stage);
  makeAlarm(scope, 'Failed', {
    action: new SnsAction(topic),
    alarmName: stageSchedulesAlarmName(stage),
    alarmDescription:
      `Sluice ${stage}: EventBridge Scheduler could not send jobs of schedules that were made at run time, and has given up. ` +
      `Look at the messages in ${queue}: their attributes have the error. Fix the cause, then send the jobs of these times ` +
      `(npx sluice schedule backfill, whose names npx sluice schedule list --stage ${stage} has). ` +
      `Runbook: ${runbookLink('schedules', runbook)}`,
    metric: queueMetric('ApproximateNumberOfMessagesVisible', queue, { period: MINUTE, statistic: Stats.MAXIMUM }),
    threshold: 1,
    of: 5,
    breaching: 1,
  });
}
