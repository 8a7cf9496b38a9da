import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { METRICS } from '../../contract/names.ts';
import { type AlarmSettings, FIVE_MINUTES, MINUTE } from './alarm.ts';
import { type JobAlarm, jobAlarmName } from './alarm-names.ts';
import { functionMetric, namesOf, queueMetric, sluiceMetric } from './metrics.ts';
import { type RunbookTopic, runbookLink } from './runbook.ts';
import { savedQueryName } from './saved-queries.ts';

/** What the settings of a job type's alarms follow from. */
export interface Watched {
  readonly stage: string;
  readonly definition: JobDefinition;
  /** Where the runbook is: the address of `lib/operator/README.md`, or of a team's own copy. */
  readonly runbook: string;
}

const WORST = { period: MINUTE, statistic: Stats.MAXIMUM };
const EACH_MINUTE = { period: MINUTE, statistic: Stats.SUM };
const IN_FIVE_MINUTES = { period: FIVE_MINUTES, statistic: Stats.SUM };

interface Message {
  readonly topic: RunbookTopic;
  readonly what: string;
  readonly lookAt: string;
}

/** `Sluice prod process-payment: what it means. Look at …, the command. Runbook: …` */
function told({ stage, definition, runbook }: Watched, alarm: JobAlarm, { topic, what, lookAt }: Message) {
  return {
    alarmName: jobAlarmName(stage, definition.type, alarm),
    alarmDescription: `Sluice ${stage} ${definition.type}: ${what}. ${lookAt} Runbook: ${runbookLink(topic, runbook)}`,
  };
}

/** On the number of visible messages: the metric of sent ones misses what SQS's redrive policy moved. */
export function deadLetters(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  return {
    ...told(watched, 'deadLetters', {
      topic: 'deadLetters',
      what: 'jobs are in the dead-letter queue',
      lookAt:
        `Each failed for good: look at why (npx sluice dead --stage ${stage}), mend the cause, send them again ` +
        `(npx sluice dlq redrive ${definition.type} --stage ${stage}).`,
    }),
    metric: queueMetric('ApproximateNumberOfMessagesVisible', namesOf(stage, definition.type).deadLetterQueue, WORST),
    threshold: definition.alarms.deadLetters,
    of: 5,
    // The count drops to zero while somebody looks at the queue.
    breaching: 1,
  };
}

export function queueDepth(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms, maxConcurrency } = definition;
  return {
    ...told(watched, 'queueDepth', {
      topic: 'queue',
      what: `${alarms.queueDepth} or more jobs have waited for five minutes: more come in than are finished`,
      lookAt:
        `Look at what waits and what runs (npx sluice queues --stage ${stage}), then at the duration of ` +
        `${namesOf(stage, type).consumer} and its maxConcurrency (${maxConcurrency}).`,
    }),
    metric: queueMetric('ApproximateNumberOfMessagesVisible', namesOf(stage, type).queue, WORST),
    threshold: alarms.queueDepth,
    of: 5,
    breaching: 5,
  };
}

export function queueAge(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  return {
    ...told(watched, 'queueAge', {
      topic: 'queue',
      what:
        `the oldest job has been in the queue for ${alarms.queueAgeSeconds} s or more: its consumer is down or too slow, ` +
        'or the job waits in place',
      lookAt:
        `Look at whether the event source mapping of ${namesOf(stage, type).consumer} is enabled ` +
        `(npx sluice doctor --stage ${stage}), then at its errors and throttles.`,
    }),
    metric: queueMetric('ApproximateAgeOfOldestMessage', namesOf(stage, type).queue, WORST),
    threshold: alarms.queueAgeSeconds,
    of: 5,
    breaching: 5,
  };
}

/**
 * FILL, because a metric that was not emitted is no number: when every attempt fails there is no JobsCompleted, and
 * their sum would be missing just then.
 */
export function failures(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  return {
    ...told(watched, 'failures', {
      topic: 'failures',
      what:
        `${alarms.failurePercent} % or more of the attempts within five minutes failed (of at least ` +
        `${alarms.failureMinAttempts}); they are tried again until their attempts are spent`,
      lookAt: `Look at the errors by name (saved query ${savedQueryName(stage, 'failures-by-error')}), then at what died (npx sluice dead --stage ${stage}).`,
    }),
    metric: failureRate(type, alarms.failureMinAttempts),
    threshold: alarms.failurePercent,
    // Retries of one outage come back in waves of five minutes: it stays on for as long as those last.
    of: 3,
    breaching: 1,
  };
}

/** Percent of the attempts of five minutes; 0 where there were fewer than `least`. */
export const failureRate = (type: string, least: number): MathExpression =>
  new MathExpression({
    label: 'failed attempts, %',
    period: FIVE_MINUTES,
    expression: `IF(FILL(failed, 0) + FILL(completed, 0) >= ${least}, 100 * FILL(failed, 0) / (FILL(failed, 0) + FILL(completed, 0)), 0)`,
    usingMetrics: {
      failed: sluiceMetric(METRICS.failed, IN_FIVE_MINUTES, type),
      completed: sluiceMetric(METRICS.completed, IN_FIVE_MINUTES, type),
    },
  });

export function stalled(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  return {
    ...told(watched, 'stalled', {
      topic: 'stalled',
      what:
        `${alarms.stalledJobs} or more jobs stalled within five minutes: their process died under them, or the function ` +
        'ran out of time',
      lookAt:
        `Look at the last lines before each job.stalled in the log of ${namesOf(stage, type).consumer} (out of memory, a ` +
        `crash), then at what died of it, reason Crashed (npx sluice dead --stage ${stage}).`,
    }),
    metric: sluiceMetric(METRICS.stalled, IN_FIVE_MINUTES, type),
    threshold: alarms.stalledJobs,
    of: 1,
    breaching: 1,
  };
}

export function functionErrors(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms } = definition;
  const { consumer } = namesOf(stage, type);
  return {
    ...told(watched, 'functionErrors', {
      topic: 'functionErrors',
      what:
        `function ${consumer} itself fails (a job that fails is no error of the function): it cannot start, crashes, or ` +
        'runs out of time. No job is lost, none gets through',
      lookAt:
        `Look at its latest log lines (aws logs tail /aws/lambda/${consumer} --since 15m), and at what was deployed last; ` +
        `npx sluice doctor --job --stage ${stage} says whether it answers.`,
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
    ...told(watched, 'throttles', {
      topic: 'throttles',
      what:
        `Lambda has refused to run ${consumer} for five minutes: the account's concurrency is used up, or the function's ` +
        'reserved concurrency is too low',
      lookAt:
        'Look at the account first (aws lambda get-account-settings), then at who uses it up; what waits meanwhile: ' +
        `npx sluice queues --stage ${stage}.`,
    }),
    metric: functionMetric('Throttles', consumer, EACH_MINUTE),
    threshold: alarms.throttles,
    of: 5,
    breaching: 5,
  };
}

/** The slowest twentieth: a mean hides them, and a maximum is one odd job. */
export function duration(watched: Watched): AlarmSettings {
  const { stage, definition } = watched;
  const { type, alarms, timeoutSeconds } = definition;
  return {
    ...told(watched, 'duration', {
      topic: 'duration',
      what:
        `the slowest 5 % of jobs take ${alarms.durationPercent} % or more of their timeout of ${timeoutSeconds} s: a ` +
        'little slower, and they are cut off and tried again in vain',
      lookAt:
        `Look at the slowest (saved query ${savedQueryName(stage, 'slowest-jobs')}) and at what they wait for; raise timeoutSeconds ` +
        `if they are right to take so long. Started and waiting: npx sluice queues --stage ${stage}.`,
    }),
    metric: sluiceMetric(METRICS.duration, { period: MINUTE, statistic: 'p95' }, type),
    threshold: (timeoutSeconds * 1000 * alarms.durationPercent) / 100,
    of: 5,
    breaching: 3,
  };
}
