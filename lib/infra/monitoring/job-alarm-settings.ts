import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { METRICS } from '../../contract/names.ts';
import { type AlarmSettings, FIVE_MINUTES, MINUTE } from './alarm.ts';
import { type JobAlarm, jobAlarmName } from './alarm-names.ts';
import { functionMetric, type MetricOf, namesOf, queueMetric, sluiceMetric } from './metrics.ts';
import { type RunbookTopic, runbookLink } from './runbook.ts';
import { savedQueryName } from './saved-queries.ts';

/** What the alarm settings of a job type are made of. */
export interface Watched {
  readonly stage: string;
  readonly definition: JobDefinition;
  /** Address of the runbook: `lib/operator/README.md`, or a team's own copy. */
  readonly runbook: string;
  /** Of its queue. @default the fixed one */
  readonly queueName?: string | undefined;
}

export const WORST = { period: MINUTE, statistic: Stats.MAXIMUM };
export const EACH_MINUTE = { period: MINUTE, statistic: Stats.SUM };
const IN_FIVE_MINUTES = { period: FIVE_MINUTES, statistic: Stats.SUM };

interface Message {
  readonly topic: RunbookTopic;
  readonly what: string;
  readonly lookAt: string;
}

/** Name and description of an alarm: `Sluice prod process-payment: what it means. Look at …, the command. Runbook: …` */
export function describe({ stage, definition, runbook }: Watched, alarm: JobAlarm, { topic, what, lookAt }: Message) {
  return {
    alarmName: jobAlarmName(stage, definition.type, alarm),
    alarmDescription: `Sluice ${stage} ${definition.type}: ${what}. ${lookAt} Runbook: ${runbookLink(topic, runbook)}`,
  };
}

/** Watches the number of visible messages: the metric of sent messages leaves out those that SQS's redrive policy moves. */
export function deadLetters(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  return {
    ...describe(watched, 'deadLetters', {
      topic: 'deadLetters',
      what: 'jobs are in the dead-letter queue',
      lookAt:
        `Each failed for good: look at why (npx sluice dead --stage ${stage}), fix the cause, send them back ` +
        `(npx sluice dlq redrive ${definition.type} --stage ${stage}).`,
    }),
    metric: queueMetric('ApproximateNumberOfMessagesVisible', namesOf(stage, definition.type).deadLetterQueue, WORST),
    threshold: definition.alarms.deadLetters,
    of: 5,
    // Messages in flight are not visible: the count drops to zero while somebody looks at the queue.
    breaching: 1,
  };
}

export function queueDepth(watched: Watched): AlarmSettings {
  const { stage, definition, queueName } = watched;
  const { type, alarms, maxConcurrency } = definition;
  return {
    ...describe(watched, 'queueDepth', {
      topic: 'queue',
      what: `${alarms.queueDepth} or more jobs have waited for five minutes: more come in than are finished`,
      lookAt:
        `Look at what waits and what runs (npx sluice queues --stage ${stage}), then at the duration of ` +
        `${namesOf(stage, type).consumer} and its maxConcurrency (${maxConcurrency}).`,
    }),
    metric: queueMetric('ApproximateNumberOfMessagesVisible', queueName ?? namesOf(stage, type).queue, WORST),
    threshold: alarms.queueDepth,
    of: 5,
    breaching: 5,
  };
}

export function queueAge(watched: Watched): AlarmSettings {
  const { stage, definition, queueName } = watched;
  const { type, alarms } = definition;
  return {
    ...describe(watched, 'queueAge', {
      topic: 'queue',
      what:
        `the oldest job has been in the queue for ${alarms.queueAgeSeconds} s or more: its consumer is down or too slow, ` +
        'or the job waits in place',
      lookAt:
        `Look at whether the event source mapping of ${namesOf(stage, type).consumer} is enabled ` +
        `(npx sluice doctor --stage ${stage}), then at its errors and throttles.`,
    }),
    metric: queueMetric('ApproximateAgeOfOldestMessage', queueName ?? namesOf(stage, type).queue, WORST),
    threshold: alarms.queueAgeSeconds,
    of: 5,
    breaching: 5,
  };
}

/**
 * FILL gives 0 for a metric without data. When every attempt fails, JobsCompleted has none, and without FILL the sum would
 * have none either.
 */
export function failures(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  return {
    ...describe(watched, 'failures', {
      topic: 'failures',
      what:
        `${alarms.failurePercent} % or more of the attempts within five minutes failed (of at least ` +
        `${alarms.failureMinAttempts}); they are tried again until their attempts are spent`,
      lookAt: `Look at the errors by name (saved query ${savedQueryName(stage, 'failures-by-error')}), then at what died (npx sluice dead --stage ${stage}).`,
    }),
    metric: failureRate({ stage, type }, alarms.failureMinAttempts),
    threshold: alarms.failurePercent,
    // During an outage, retries come in waves of five minutes. The alarm must stay on between two waves.
    of: 3,
    breaching: 1,
  };
}

/** Percent of the attempts of five minutes; 0 where there were fewer than `least`. */
export const failureRate = (of: MetricOf, least: number): MathExpression =>
  new MathExpression({
    label: 'failed attempts, %',
    period: FIVE_MINUTES,
    expression: `IF(FILL(failed, 0) + FILL(completed, 0) >= ${least}, 100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(completed, 0)), 0)`,
    usingMetrics: {
      failed: sluiceMetric(METRICS.failed, IN_FIVE_MINUTES, of),
      completed: sluiceMetric(METRICS.completed, IN_FIVE_MINUTES, of),
    },
  });

export function stalled(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  return {
    ...describe(watched, 'stalled', {
      topic: 'stalled',
      what:
        `${alarms.stalledJobs} or more jobs stalled within five minutes: the process of their attempt died, or the function ` +
        'ran out of time',
      lookAt:
        `Look at the last lines before each job.stalled in the log of ${namesOf(stage, type).consumer} (out of memory, a ` +
        `crash), then at what died of it, reason Crashed (npx sluice dead --stage ${stage}).`,
    }),
    metric: sluiceMetric(METRICS.stalled, IN_FIVE_MINUTES, { stage, type }),
    threshold: alarms.stalledJobs,
    of: 1,
    breaching: 1,
  };
}

/** Only for a definition that sets `duplicateJobs`: SQS delivers twice now and then, which is no fault. */
export function duplicates(watched: Watched, threshold: number): AlarmSettings {
  const { stage, definition } = watched;
  const { type } = definition;
  return {
    ...describe(watched, 'duplicates', {
      topic: 'duplicates',
      what: `${threshold} or more messages within five minutes were of jobs that had come before, and were dropped`,
      lookAt:
        `Look at job.duplicate in the log of ${namesOf(stage, type).consumer}, and at one of its jobs (npx sluice job ${type} ` +
        `--stage ${stage} <key>): does a sender use an id for two jobs?`,
    }),
    metric: sluiceMetric(METRICS.duplicate, IN_FIVE_MINUTES, { stage, type }),
    threshold,
    of: 1,
    breaching: 1,
  };
}

export function functionErrors(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  const { consumer } = namesOf(stage, type);
  return {
    ...describe(watched, 'functionErrors', {
      topic: 'functionErrors',
      what:
        `function ${consumer} itself fails (a failed job does not count): it cannot start, crashes, or ` +
        'runs out of time. No job is lost, but none completes',
      lookAt:
        `Look at its latest log lines (aws logs tail /aws/lambda/${consumer} --since 15m), and at what was deployed last; ` +
        `npx sluice doctor --job --stage ${stage} shows whether it answers.`,
    }),
    metric: functionMetric('Errors', consumer, EACH_MINUTE),
    threshold: alarms.functionErrors,
    of: 5,
    breaching: 3,
  };
}

export function throttles(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  const { consumer } = namesOf(stage, type);
  return {
    ...describe(watched, 'throttles', {
      topic: 'throttles',
      what:
        `Lambda has refused to run ${consumer} for five minutes: the account's concurrency is used up, or the function's ` +
        'reserved concurrency is too low',
      lookAt:
        'Look at the account first (aws lambda get-account-settings), then at what uses it up. For the jobs that wait: ' +
        `npx sluice queues --stage ${stage}.`,
    }),
    metric: functionMetric('Throttles', consumer, EACH_MINUTE),
    threshold: alarms.throttles,
    of: 5,
    breaching: 5,
  };
}

/** Watches the slowest twentieth: a mean hides slow jobs, and a maximum is a single job. */
export function duration(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms, timeoutSeconds } = definition;
  return {
    ...describe(watched, 'duration', {
      topic: 'duration',
      what:
        `the slowest 5 % of jobs take ${alarms.durationPercent} % or more of their timeout of ${timeoutSeconds} s. Jobs that ` +
        'take longer are aborted and retried',
      lookAt:
        `Look at the slowest (saved query ${savedQueryName(stage, 'slowest-jobs')}) and at what they wait for; raise timeoutSeconds ` +
        `if they need that long. For the jobs that wait: npx sluice queues --stage ${stage}.`,
    }),
    metric: sluiceMetric(METRICS.duration, { period: MINUTE, statistic: 'p95' }, { stage, type }),
    threshold: (timeoutSeconds * 1000 * alarms.durationPercent) / 100,
    of: 5,
    breaching: 3,
  };
}
