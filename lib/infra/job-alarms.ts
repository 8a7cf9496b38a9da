import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { JobDefinition } from '../contract/job-definition.ts';
import { names } from '../contract/names.ts';
import { ALARM_PERIOD, type AlarmSettings, makeAlarm } from './alarm.ts';
import { arnsOf } from './arns.ts';
import type { JobQueue } from './job-queue.ts';

/** Settings of {@link JobAlarms}. */
export interface JobAlarmsProps {
  readonly stage: string;
  readonly definition: JobDefinition;
  readonly queues: JobQueue;
}

const WORST = { period: ALARM_PERIOD, statistic: Stats.MAXIMUM };

/** The alarms of a job type, told to the stage's topic when they begin and when they end. */
export class JobAlarms extends Construct {
  constructor(scope: Construct, id: string, props: JobAlarmsProps) {
    super(scope, id);
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', arnsOf(this, props.stage).alarmTopic));
    makeAlarm(this, 'DeadLetters', { action, ...deadLetters(props) });
    makeAlarm(this, 'QueueDepth', { action, ...queueDepth(props) });
    makeAlarm(this, 'QueueAge', { action, ...queueAge(props) });
  }
}

/** On the number of visible messages: the metric of sent ones misses what SQS's redrive policy moved. */
function deadLetters({ stage, definition: { type, alarms }, queues }: JobAlarmsProps): AlarmSettings {
  const name = names.deadLetterQueue(stage, type);
  return {
    alarmName: `${name}-not-empty`,
    alarmDescription:
      `Sluice ${stage} ${type}: jobs are in the dead-letter queue. Each failed for good: look at why (message ` +
      `attributes reason, errorName and errorMessage in ${name}), mend the cause, then send them again with their ` +
      'attributes. Runbook: README, "Dead-letter queue not empty".',
    metric: queues.deadLetterQueue.metricApproximateNumberOfMessagesVisible(WORST),
    threshold: alarms.deadLetters,
    // The count drops to zero while somebody looks at the queue.
    minutesOfFive: 1,
  };
}

function queueDepth({ stage, definition, queues }: JobAlarmsProps): AlarmSettings {
  const { type, alarms, maxConcurrency } = definition;
  return {
    alarmName: `${names.queue(stage, type)}-queue-depth`,
    alarmDescription:
      `Sluice ${stage} ${type}: ${alarms.queueDepth} or more jobs have waited for five minutes: more come in than are ` +
      `finished. Look at the errors and the duration of function ${names.consumer(stage, type)} first, then at its ` +
      `maxConcurrency (${maxConcurrency}). Runbook: README, "Queue too deep or too old".`,
    metric: queues.queue.metricApproximateNumberOfMessagesVisible(WORST),
    threshold: alarms.queueDepth,
    minutesOfFive: 5,
  };
}

function queueAge({ stage, definition: { type, alarms }, queues }: JobAlarmsProps): AlarmSettings {
  return {
    alarmName: `${names.queue(stage, type)}-queue-age`,
    alarmDescription:
      `Sluice ${stage} ${type}: the oldest job has been in the queue for ${alarms.queueAgeSeconds} s or more: its consumer ` +
      `is down, too slow, or the job waits in place. Look at the errors and throttles of function ` +
      `${names.consumer(stage, type)}, and whether its event source mapping is enabled. Runbook: README, "Queue too deep ` +
      'or too old".',
    metric: queues.queue.metricApproximateAgeOfOldestMessage(WORST),
    threshold: alarms.queueAgeSeconds,
    minutesOfFive: 5,
  };
}
