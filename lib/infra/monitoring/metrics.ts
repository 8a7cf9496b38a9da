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

/** A metric of Sluice. CloudWatch finds a metric only by exactly the dimension set that it was written with. */
export type SluiceMetricName = Exclude<(typeof METRICS)[keyof typeof METRICS], 'Sluice' | 'JobType'>;

/** @param type the dimension set `[JobType]`; without it `[]`, all job types together */
export const sluiceMetric = (metricName: SluiceMetricName, reading: Reading, type?: string): Metric =>
  new Metric({
    namespace: METRICS.namespace,
    metricName,
    ...(type !== undefined && { dimensionsMap: { [METRICS.dimension]: type } }),
    ...reading,
  });

/** By name, so that alarms and the dashboard of another stack read the same metric. */
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

/** Names of a job type's function and queues, for the two functions above. */
export const namesOf = (stage: string, type: string) => ({
  queue: names.queue(stage, type),
  deadLetterQueue: names.deadLetterQueue(stage, type),
  consumer: names.consumer(stage, type),
});
