import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS, names } from '../../contract/names.ts';

/** How a metric is read. */
export interface Reading {
  readonly period: Duration;
  /** `Sum`, `Maximum`, `p95` and the like. */
  readonly statistic: string;
  readonly label?: string;
}

/** A metric of ours. CloudWatch finds one only by the very dimension set that was written with it. */
export type SluiceMetricName = Exclude<(typeof METRICS)[keyof typeof METRICS], 'Sluice' | 'JobType'>;

/** @param type the dimension set `[JobType]`; without it `[]`, all job types together */
export const sluiceMetric = (metricName: SluiceMetricName, reading: Reading, type?: string): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName,
    ...(type !== undefined && { dimensionsMap: { [METRICS.dimension]: type } }),
    ...reading,
  });

/** By name, so that alarms, and the dashboard of another stack, read the same. */
export const queueMetric = (
  metricName:
    | 'ApproximateNumberOfMessagesVisible'
    | 'ApproximateAgeOfOldestMessage'
    | 'ApproximateNumberOfMessagesNotVisible',
  queueName: string,
  reading: Reading,
): Metric => new Metric({ namespace: 'AWS/SQS', metricName, dimensionsMap: { QueueName: queueName }, ...reading });

export const functionMetric = (
  metricName: 'Errors' | 'Throttles' | 'Invocations' | 'Duration' | 'ConcurrentExecutions',
  functionName: string,
  reading: Reading,
): Metric =>
  new Metric({ namespace: 'AWS/Lambda', metricName, dimensionsMap: { FunctionName: functionName }, ...reading });

/** A job type's functions and queues by name, for the two above. */
export const namesOf = (stage: string, type: string) => ({
  queue: names.queue(stage, type),
  deadLetterQueue: names.deadLetterQueue(stage, type),
  consumer: names.consumer(stage, type),
});
