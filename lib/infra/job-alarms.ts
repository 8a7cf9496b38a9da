import { Duration } from 'aws-cdk-lib';
import { Alarm, type AlarmProps, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { JobDefinition } from '../contract/job-definition.ts';
import { names } from '../contract/names.ts';
import { arnsOf } from './arns.ts';
import type { JobQueue } from './job-queue.ts';

/** Settings of {@link JobAlarms}. */
export interface JobAlarmsProps {
  readonly stage: string;
  readonly definition: JobDefinition;
  readonly queues: JobQueue;
}

const MINUTE = Duration.minutes(1);

/** The alarms of a job type, told to the stage's topic when they begin and when they end. */
export class JobAlarms extends Construct {
  constructor(scope: Construct, id: string, { stage, definition, queues }: JobAlarmsProps) {
    super(scope, id);
    const { type, alarms } = definition;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', arnsOf(this, stage).alarmTopic));
    const add = (name: string, props: AlarmProps) => {
      const alarm = new Alarm(this, name, {
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // SQS reports nothing for a queue that was idle for six hours: that is no trouble.
        treatMissingData: TreatMissingData.NOT_BREACHING,
        ...props,
      });
      alarm.addAlarmAction(action);
      alarm.addOkAction(action);
    };
    const dead = names.deadLetterQueue(stage, type);
    add('DeadLetters', {
      alarmName: `${dead}-not-empty`,
      alarmDescription: `Sluice ${stage} ${type}: jobs are in the dead-letter queue. Each failed for good: look at its reason (message attributes reason, errorName, errorMessage in ${dead}), mend the cause, send it again with its attributes. Runbook: README, "Dead-letter queue not empty".`,
      metric: queues.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: MINUTE,
        statistic: Stats.MAXIMUM,
      }),
      threshold: alarms.deadLetters,
      // The count drops to zero while somebody looks at the queue: one datapoint in five keeps the alarm up.
      evaluationPeriods: 5,
      datapointsToAlarm: 1,
    });
    add('QueueDepth', {
      alarmName: `${names.queue(stage, type)}-queue-depth`,
      alarmDescription: `Sluice ${stage} ${type}: ${alarms.queueDepth} or more jobs wait. More arrive than finish: look at the consumer's errors and duration first, then at maxConcurrency (${definition.maxConcurrency}). Runbook: README, "Queue too deep or too old".`,
      metric: queues.queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: alarms.queueDepth,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
    });
    add('QueueAge', {
      alarmName: `${names.queue(stage, type)}-queue-age`,
      alarmDescription: `Sluice ${stage} ${type}: the oldest job has waited ${alarms.queueAgeSeconds} s or more. The consumer is down or too slow: look at its errors and throttles, and whether its event source mapping is enabled. Runbook: README, "Queue too deep or too old".`,
      metric: queues.queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: Stats.MAXIMUM }),
      threshold: alarms.queueAgeSeconds,
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
    });
  }
}
