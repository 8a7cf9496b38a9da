import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, names, prefixOf, SCHEDULES_DLQ } from '../../contract/names.ts';

/** How a metric is read. */
export interface Reading {
  readonly period: Duration;
  /** `Sum`, `Maximum`, `p95` and the like. */
  readonly statistic: string;
  readonly label?: string;
}

/** A metric of Sluice. CloudWatch finds a metric only by exactly the dimension set that it was written with. */
export type SluiceMetricName = Exclude<(typeof METRICS)[keyof typeof METRICS], 'Sluice' | 'Stage' | 'JobType'>;

/** Whose metric: a job type's of a stage; without a type, all of the stage together. */
export interface MetricOf {
  readonly stage: string;
  readonly type?: string;
}

export const sluiceMetric = (metricName: SluiceMetricName, reading: Reading, { stage, type }: MetricOf): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: {
      [METRICS.stageDimension]: stage,
      ...(type !== undefined && { [METRICS.typeDimension]: type }),
    },
    ...reading,
  });

type QueueMetricName =
  | 'ApproximateNumberOfMessagesVisible'
  | 'ApproximateAgeOfOldestMessage'
  | 'ApproximateNumberOfMessagesNotVisible';
type FunctionMetricName = 'Errors' | 'Throttles' | 'Invocations' | 'Duration' | 'ConcurrentExecutions';

/** By name, so that alarms and dashboards read the same metric. */
export const queueMetric = (metricName: QueueMetricName, queueName: string, reading: Reading): Metric =>
  new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap: { QueueName: queueName }, ...reading });

export const functionMetric = (metricName: FunctionMetricName, functionName: string, reading: Reading): Metric =>
  new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap: { FunctionName: functionName }, ...reading });

/** Names of a job type's function and queues, for the two functions above. */
export const namesOf = (stage: string, type: string) => ({
  queue: names.queue(stage, type),
  deadLetterQueue: names.deadLetterQueue(stage, type),
  consumer: names.consumer(stage, type),
});

/** The queue of ticks that could not be sent. */
export const scheduleDeadLetterQueue = (stage: string, type: string): string =>
  `${names.queue(stage, type)}${SCHEDULES_DLQ}`;

/** Metrics of many job types together, for a `SEARCH` of CloudWatch's metric math. */
export interface Searched {
  /** What `SEARCH` is given: `{namespace,dimension} MetricName="…" terms`. At most 1,024 characters. */
  readonly query: string;
  /** The dimension whose value tells one series from another. */
  readonly dimension: string;
}

/** The word that dead-letter queues' names end in. */
const DEAD_LETTERS = 'dlq';

/** A metric of Sluice, of every job type of a stage. */
export const jobTypesOf =
  (stage: string) =>
  (metricName: SluiceMetricName): Searched => ({
    query: `{${METRICS.namespace},${METRICS.typeDimension},${METRICS.stageDimension}} MetricName="${metricName}" ${METRICS.stageDimension}="${stage}"`,
    dimension: METRICS.typeDimension,
  });

/**
 * A metric of all queues of a stage, or of all dead-letter queues. What the stage's names begin with is a word of its own in a search,
 * between hyphens (CloudWatch, "search expression syntax").
 */
export const queuesOf =
  (stage: string, which: 'jobs' | 'dead letters') =>
  (metricName: QueueMetricName): Searched => ({
    query: `{AWS/SQS,QueueName} MetricName="${metricName}" ${prefixOf(stage)} ${which === 'jobs' ? 'NOT ' : ''}${DEAD_LETTERS}`,
    dimension: 'QueueName',
  });

/** A metric of all functions of a stage. */
export const consumersOf =
  (stage: string) =>
  (metricName: FunctionMetricName): Searched => ({
    query: `{AWS/Lambda,FunctionName} MetricName="${metricName}" ${prefixOf(stage)}`,
    dimension: 'FunctionName',
  });
