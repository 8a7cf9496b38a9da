import { GetMetricDataCommand, type MetricDataQuery, type MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { METRICS, names } from '../contract/names.ts';
import { type FeedOptions, nowOf, type Stage } from './aws.ts';

/** Metrics of a job type over time, by CloudWatch, some minutes late. */
export interface MetricHistory {
  /** Where the first period begins, epoch ms. */
  readonly sinceMs: number;
  readonly periodSeconds: number;
  /** The last value of each series is of a period that is not over. */
  readonly lastIsPartial: boolean;
  readonly series: readonly MetricSeries[];
}

export interface MetricSeries {
  /** `JobsCompleted`, `JobDuration` (ms), … or SQS's own. */
  readonly metric: string;
  /** `Sum`, `Maximum`, `p50`, `p95`, `p99`. */
  readonly stat: string;
  /** One for each period from `sinceMs` on; null where CloudWatch has no value. */
  readonly values: readonly (number | null)[];
}

export interface MetricHistoryOptions extends FeedOptions {
  readonly type: string;
  /** Of {@link HISTORY_METRICS}. @default all */
  readonly metrics?: readonly string[];
  /** Name of its queue. @default the fixed one */
  readonly queueName?: string;
  /** Epoch ms; rounded down to a period's begin. CloudWatch keeps minutes for 15 days, five minutes for 63. */
  readonly sinceMs: number;
  /** A multiple of 60. */
  readonly periodSeconds: number;
}

const PERCENTILES = ['p50', 'p95', 'p99'];
const SUM = ['Sum'];
const MAXIMUM = ['Maximum'];
const OF_SQS = ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'];

const STATS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      ...[METRICS.completed, METRICS.failed, METRICS.retried, METRICS.deadLettered, METRICS.stalled],
      METRICS.expired,
    ].map((one) => [one, SUM]),
  ),
  [METRICS.duration]: PERCENTILES,
  [METRICS.queueLatency]: PERCENTILES,
  ...Object.fromEntries(OF_SQS.map((one) => [one, MAXIMUM])),
};

/** What {@link metricHistory} knows. */
export const HISTORY_METRICS: readonly string[] = Object.keys(STATS);

/** The minutes that CloudWatch keeps, and the one that is not over. */
export const MAX_PERIODS = 15 * 24 * 60 + 1;

/**
 * Reads a job type's metrics on a grid of periods. Each series is billed as a metric, a cent a thousand.
 *
 * @throws RangeError for an unknown metric, a period that is no multiple of 60 s, no period, or more than 21,601
 */
export async function metricHistory(stage: Stage, options: MetricHistoryOptions): Promise<MetricHistory> {
  const { sinceMs, periodSeconds, metrics = HISTORY_METRICS } = options;
  const nowMs = nowOf(stage);
  const grid = gridOf({ sinceMs, periodSeconds, nowMs });
  const series = metrics.flatMap((metric) => statsOf(metric).map((stat) => ({ metric, stat })));
  const queries = series.map((one, i) => queryOf(stage, { ...one, ...options, Id: `m${i}` }));
  const points = await read(stage, { queries, grid, signal: options.signal });
  return {
    ...{ sinceMs: grid.firstMs, periodSeconds, lastIsPartial: grid.endMs > nowMs },
    series: series.map((one, i) => ({ ...one, values: onGrid(points.get(`m${i}`) ?? [], grid) })),
  };
}

interface Grid {
  readonly firstMs: number;
  readonly endMs: number;
  readonly periodMs: number;
  readonly periods: number;
}

function gridOf({ sinceMs, periodSeconds, nowMs }: { sinceMs: number; periodSeconds: number; nowMs: number }): Grid {
  if (!Number.isInteger(periodSeconds / 60) || periodSeconds <= 0) {
    throw new RangeError(`periodSeconds must be a multiple of 60, got ${periodSeconds}`);
  }
  const periodMs = periodSeconds * 1000;
  // CloudWatch begins its periods at the start that it is given, or at multiples of the period: here they are the same.
  const firstMs = Math.floor(sinceMs / periodMs) * periodMs;
  const endMs = Math.ceil(nowMs / periodMs) * periodMs;
  const periods = (endMs - firstMs) / periodMs;
  if (periods >= 1 && periods <= MAX_PERIODS) return { firstMs, endMs, periodMs, periods };
  throw new RangeError(
    `sinceMs must lie 1 to ${MAX_PERIODS.toLocaleString('en')} periods of ${periodSeconds} s back, got ${sinceMs} (now is ${nowMs})`,
  );
}

function statsOf(metric: string): readonly string[] {
  const stats = STATS[metric];
  if (stats !== undefined) return stats;
  throw new RangeError(`metrics must be of ${HISTORY_METRICS.join(', ')}, got ${JSON.stringify(metric)}`);
}

interface Series extends Pick<MetricHistoryOptions, 'type' | 'queueName' | 'periodSeconds'> {
  readonly Id: string;
  readonly metric: string;
  readonly stat: string;
}

function queryOf({ name }: Stage, { Id, metric, stat, type, queueName, periodSeconds }: Series): MetricDataQuery {
  const own = [
    { Name: METRICS.stageDimension, Value: name },
    { Name: METRICS.typeDimension, Value: type },
  ];
  const queue = [{ Name: 'QueueName', Value: queueName ?? names.queue(name, type) }];
  const [Namespace, Dimensions] = OF_SQS.includes(metric) ? ['AWS/SQS', queue] : [METRICS.namespace, own];
  const Metric = { Namespace, MetricName: metric, Dimensions };
  return { Id, MetricStat: { Metric, Period: periodSeconds, Stat: stat } };
}

type Point = readonly [atMs: number, value: number];

interface Reading extends FeedOptions {
  readonly queries: MetricDataQuery[];
  readonly grid: Grid;
}

/** Points by query. A series may come in parts, on several pages. */
async function read({ aws }: Stage, { queries, grid, signal }: Reading): Promise<Map<string, Point[]>> {
  const found = new Map<string, Point[]>();
  let NextToken: string | undefined;
  do {
    signal?.throwIfAborted();
    const command = new GetMetricDataCommand({
      MetricDataQueries: queries,
      StartTime: new Date(grid.firstMs),
      EndTime: new Date(grid.endMs),
      ScanBy: 'TimestampAscending',
      ...(NextToken !== undefined && { NextToken }),
    });
    const page = await aws.cloudWatch.send(command);
    for (const result of page.MetricDataResults ?? []) {
      const id = result.Id ?? '';
      found.set(id, [...(found.get(id) ?? []), ...pointsOf(result)]);
    }
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  return found;
}

const pointsOf = ({ Timestamps = [], Values = [] }: MetricDataResult): Point[] =>
  Timestamps.flatMap((at, i) => {
    const value = Values[i];
    return value === undefined ? [] : [[at.getTime(), value] as const];
  });

/** CloudWatch leaves out periods without data: a line over them would hide an outage. */
function onGrid(points: readonly Point[], { firstMs, periodMs, periods }: Grid): (number | null)[] {
  const values = Array.from({ length: periods }, (): number | null => null);
  for (const [atMs, value] of points) {
    const i = Math.floor((atMs - firstMs) / periodMs);
    if (i >= 0 && i < periods) values[i] = value;
  }
  return values;
}
