import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { type FeedOptions, nowOf, type Stage } from '../aws.ts';
import type { TypeQueues } from '../stage.ts';

/** CloudWatch gets SQS's metrics each minute, some minutes late. */
const LOOK_BACK_MS = 10 * 60_000;
/** GetMetricData takes 500 queries (CloudWatch API reference). */
export const MAX_QUERIES = 500;

/**
 * Ages of the oldest messages, CloudWatch's latest values: one call for 500 types. Each type's is billed as a metric, a cent a
 * thousand.
 *
 * @param queues of {@link typeQueues}
 * @returns seconds by type, without those that have no value
 */
export async function oldestAges(
  stage: Stage,
  queues: readonly TypeQueues[],
  { signal }: FeedOptions = {},
): Promise<Record<string, number>> {
  const ages: Record<string, number> = {};
  for (const some of cutAsTheyCome(queues, ({ length }) => length < MAX_QUERIES)) {
    signal?.throwIfAborted();
    Object.assign(ages, await agesOf(stage, some));
  }
  return ages;
}

async function agesOf(stage: Stage, queues: readonly TypeQueues[]): Promise<Record<string, number>> {
  const nowMs = nowOf(stage);
  const MetricDataQueries = queues.map((one, i): MetricDataQuery => ({ Id: `q${i}`, MetricStat: ageOf(one) }));
  const command = new GetMetricDataCommand({
    MetricDataQueries,
    StartTime: new Date(nowMs - LOOK_BACK_MS),
    EndTime: new Date(nowMs),
    ScanBy: 'TimestampDescending',
  });
  const { MetricDataResults = [] } = await stage.aws.cloudWatch.send(command);
  const latest = new Map(MetricDataResults.map(({ Id, Values }) => [Id, Values?.[0]]));
  return Object.fromEntries(
    queues.flatMap(({ type }, i) => {
      const seconds = latest.get(`q${i}`);
      return seconds === undefined ? [] : [[type, seconds]];
    }),
  );
}

const ageOf = ({ queueUrl }: TypeQueues) => ({
  Metric: {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Dimensions: [{ Name: 'QueueName', Value: queueUrl.split('/').at(-1) }],
  },
  Period: 60,
  Stat: 'Maximum',
});
