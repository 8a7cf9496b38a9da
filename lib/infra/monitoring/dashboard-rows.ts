import { Duration } from 'aws-cdk-lib';
import { type IWidget, SingleValueWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { METRICS, names } from '../../contract/names.ts';
import { MINUTE } from './alarm.ts';
import { LATE_MS } from './dispatcher-alarms.ts';
import { graph, WIDTH } from './graph.ts';
import { functionMetric, namesOf, queueMetric, type SluiceMetricName, sluiceMetric } from './metrics.ts';

/** Five side by side. */
const FIFTH = 5;
const HOUR = Duration.hours(1);

const sum = (name: SluiceMetricName, label: string, type?: string) =>
  sluiceMetric(name, { period: MINUTE, statistic: Stats.SUM, label }, type);

/** All job types together, over the last hour. */
export function totals(): IWidget[] {
  const shown = [
    [METRICS.completed, 'completed'],
    [METRICS.failed, 'failed attempts'],
    [METRICS.retried, 'retried'],
    [METRICS.deadLettered, 'dead'],
    [METRICS.stalled, 'stalled'],
    [METRICS.unhandledRejection, 'left-behind rejections'],
    [METRICS.duplicate, 'duplicates'],
  ] as const;
  const counts = shown.map(([name, label]) => sluiceMetric(name, { period: HOUR, statistic: Stats.SUM, label }));
  const p95 = { period: HOUR, statistic: 'p95' };
  const metrics = [
    ...counts,
    sluiceMetric(METRICS.queueLatency, { ...p95, label: 'waited, p95 ms' }),
    sluiceMetric(METRICS.duration, { ...p95, label: 'took, p95 ms' }),
  ];
  return [new SingleValueWidget({ title: 'All job types, last hour', metrics, width: WIDTH, height: 3 })];
}

/** One job type: waiting jobs, throughput, durations, retries and deaths, dead letters. */
export function jobRow(stage: string, definition: JobDefinition): IWidget[][] {
  const { type, timeoutSeconds, retry, maxConcurrency } = definition;
  const about = `${retry.maxAttempts} attempts of ${timeoutSeconds} s at most, ${maxConcurrency} functions at most`;
  return [
    [new TextWidget({ markdown: `## ${type}\n${about}`, width: WIDTH, height: 2 })],
    [waiting(stage, definition), throughput(type), durations(definition), ends(type), dead(stage, definition)],
  ];
}

function waiting(stage: string, { type, alarms }: JobDefinition): IWidget {
  const { queue } = namesOf(stage, type);
  const worst = { period: MINUTE, statistic: Stats.MAXIMUM };
  return graph(
    'Waiting, and how long',
    {
      left: [queueMetric('ApproximateNumberOfMessagesVisible', queue, { ...worst, label: 'waiting' })],
      right: [queueMetric('ApproximateAgeOfOldestMessage', queue, { ...worst, label: 'oldest, s' })],
      rightAnnotations: [{ value: alarms.queueAgeSeconds, label: 'alarm' }],
    },
    FIFTH,
  );
}

const throughput = (type: string): IWidget =>
  graph(
    'Completed and failed, a minute',
    {
      left: [sum(METRICS.completed, 'completed', type), sum(METRICS.failed, 'failed attempts', type)],
    },
    FIFTH,
  );

function durations({ type, timeoutSeconds }: JobDefinition): IWidget {
  const of = (statistic: string) =>
    sluiceMetric(METRICS.duration, { period: MINUTE, statistic, label: statistic }, type);
  return graph(
    'Duration, and wait before it, ms',
    {
      left: ['p50', 'p95', 'p99'].map(of),
      right: [sluiceMetric(METRICS.queueLatency, { period: MINUTE, statistic: 'p95', label: 'wait p95' }, type)],
      leftAnnotations: [{ value: timeoutSeconds * 1000, label: 'timeout' }],
    },
    FIFTH,
  );
}

const ends = (type: string): IWidget =>
  graph(
    'Retries and deaths, a minute',
    {
      left: [
        sum(METRICS.retried, 'retried', type),
        sum(METRICS.deadLettered, 'dead', type),
        sum(METRICS.stalled, 'stalled', type),
        sum(METRICS.unhandledRejection, 'left-behind rejections', type),
        sum(METRICS.duplicate, 'duplicates', type),
      ],
    },
    FIFTH,
  );

function dead(stage: string, { type, alarms }: JobDefinition): IWidget {
  const reading = { period: MINUTE, statistic: Stats.MAXIMUM, label: 'dead letters' };
  const metric = queueMetric('ApproximateNumberOfMessagesVisible', namesOf(stage, type).deadLetterQueue, reading);
  return graph(
    'Dead-letter queue',
    { left: [metric], leftAnnotations: [{ value: alarms.deadLetters, label: 'alarm' }] },
    WIDTH - 4 * FIFTH,
  );
}

/** The dispatcher: how late parked jobs are, and its ticks. */
export function dispatcherRow(stage: string): IWidget[][] {
  const name = names.dispatcher(stage);
  const each = { period: MINUTE, statistic: Stats.SUM };
  const worst = { period: MINUTE, statistic: Stats.MAXIMUM };
  const third = WIDTH / 3;
  return [
    [new TextWidget({ markdown: '## Retry dispatcher\nSends parked jobs back, each minute', width: WIDTH, height: 2 })],
    [
      graph(
        'Most overdue parked job, ms',
        {
          left: [sluiceMetric(METRICS.retryLateness, { ...worst, label: 'late by' })],
          leftAnnotations: [{ value: LATE_MS, label: 'alarm' }],
        },
        third,
      ),
      graph(
        'Ticks, a minute',
        {
          left: [
            sluiceMetric(METRICS.retryLateness, { period: MINUTE, statistic: Stats.SAMPLE_COUNT, label: 'finished' }),
            functionMetric('Errors', name, { ...each, label: 'failed' }),
          ],
        },
        third,
      ),
      graph(
        'Duration of a tick, ms',
        { left: [functionMetric('Duration', name, { ...worst, label: 'longest' })] },
        third,
      ),
    ],
  ];
}
