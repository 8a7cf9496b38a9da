import { Duration } from 'aws-cdk-lib';
import { type IWidget, SingleValueWidget, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { METRICS, names } from '../../contract/names.ts';
import { MINUTE } from './alarm.ts';
import { LATE_MS } from './dispatcher-alarms.ts';
import { graph, WIDTH } from './graph.ts';
import { functionMetric, type MetricOf, namesOf, queueMetric, type SluiceMetricName, sluiceMetric } from './metrics.ts';

/** Five side by side. */
const FIFTH = 5;
const HOUR = Duration.hours(1);

const sum = (name: SluiceMetricName, label: string, of: MetricOf) =>
  sluiceMetric(name, { period: MINUTE, statistic: Stats.SUM, label }, of);

/** All job types together, over the last hour. */
export function totals(stage: string): IWidget[] {
  const shown = [
    [METRICS.completed, 'completed'],
    [METRICS.failed, 'failed attempts'],
    [METRICS.retried, 'retried'],
    [METRICS.deadLettered, 'dead'],
    [METRICS.expired, 'expired'],
    [METRICS.stalled, 'stalled'],
    [METRICS.unhandledRejection, 'left-behind rejections'],
    [METRICS.duplicate, 'duplicates'],
  ] as const;
  const counts = shown.map(([name, label]) =>
    sluiceMetric(name, { period: HOUR, statistic: Stats.SUM, label }, { stage }),
  );
  const p95 = { period: HOUR, statistic: 'p95' };
  const metrics = [
    ...counts,
    sluiceMetric(METRICS.queueLatency, { ...p95, label: 'waited, p95 ms' }, { stage }),
    sluiceMetric(METRICS.duration, { ...p95, label: 'took, p95 ms' }, { stage }),
  ];
  return [new SingleValueWidget({ title: 'All job types, last hour', metrics, width: WIDTH, height: 3 })];
}

/** One job type: waiting jobs, throughput, durations, retries and deaths, dead letters. */
export function jobRow(stage: string, definition: JobDefinition, queueName?: string): IWidget[][] {
  const { type, timeoutSeconds, retry, maxConcurrency } = definition;
  const of = { stage, type };
  const about = `${retry.maxAttempts} attempts of ${timeoutSeconds} s at most, ${maxConcurrency} functions at most`;
  return [
    [new TextWidget({ markdown: `## ${type}\n${about}`, width: WIDTH, height: 2 })],
    [
      waiting(definition, queueName ?? namesOf(stage, type).queue),
      throughput(of),
      durations(definition, of),
      ends(definition, of),
      dead(stage, definition),
    ],
  ];
}

function waiting({ alarms }: JobDefinition, queue: string): IWidget {
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

const throughput = (of: MetricOf): IWidget =>
  graph(
    'Completed and failed, a minute',
    {
      left: [sum(METRICS.completed, 'completed', of), sum(METRICS.failed, 'failed attempts', of)],
    },
    FIFTH,
  );

function durations({ timeoutSeconds }: JobDefinition, of: MetricOf): IWidget {
  const percentile = (statistic: string) =>
    sluiceMetric(METRICS.duration, { period: MINUTE, statistic, label: statistic }, of);
  return graph(
    'Duration, and wait before it, ms',
    {
      left: ['p50', 'p95', 'p99'].map(percentile),
      right: [sluiceMetric(METRICS.queueLatency, { period: MINUTE, statistic: 'p95', label: 'wait p95' }, of)],
      leftAnnotations: [{ value: timeoutSeconds * 1000, label: 'timeout' }],
    },
    FIFTH,
  );
}

/** The first counts the batches that found it open. */
const breakerLines = (of: MetricOf) => [
  sum(METRICS.breakerOpen, 'breaker found open', of),
  sum(METRICS.breakerOpened, 'breaker opened', of),
  sum(METRICS.breakerClosed, 'breaker closed', of),
];

const ends = ({ accept, begin, breaker }: JobDefinition, of: MetricOf): IWidget =>
  graph(
    'Retries and deaths, a minute',
    {
      left: [
        sum(METRICS.retried, 'retried', of),
        sum(METRICS.deadLettered, 'dead', of),
        // Of a type that begins optimistically, none expires.
        ...(begin === 'optimistic' ? [] : [sum(METRICS.expired, 'expired', of)]),
        sum(METRICS.stalled, 'stalled', of),
        sum(METRICS.unhandledRejection, 'left-behind rejections', of),
        sum(METRICS.duplicate, 'duplicates', of),
        // Of a type without it, no message is dropped.
        ...(accept === undefined ? [] : [sum(METRICS.dropped, 'dropped by accept', of)]),
        ...(breaker === undefined ? [] : breakerLines(of)),
        // Of a type that claims its jobs, none completes after its death.
        ...(begin === 'optimistic' ? [sum(METRICS.completedAfterDeath, 'completed after death', of)] : []),
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
          left: [sluiceMetric(METRICS.retryLateness, { ...worst, label: 'late by' }, { stage })],
          leftAnnotations: [{ value: LATE_MS, label: 'alarm' }],
        },
        third,
      ),
      graph(
        'Ticks, a minute',
        {
          left: [
            sluiceMetric(
              METRICS.retryLateness,
              { period: MINUTE, statistic: Stats.SAMPLE_COUNT, label: 'finished' },
              { stage },
            ),
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
