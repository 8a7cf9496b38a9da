import type { GetMetricDataCommandInput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../lib/contract/names.ts';
import { HISTORY_METRICS, metricHistory, type Stage } from '../../../lib/operator/index.ts';
import { makeWorld } from '../../support/world.ts';
import { stageOf } from './support/stage.ts';

const MINUTE = 60_000;
/** 2026-01-01T12:00:00Z. */
const NOON = 1_767_268_800_000;

/** CloudWatch that answers each query by its metric, in pages. */
function watched(answer: (metric: string, stat: string, call: number) => Partial<MetricDataResult>, pages = 1) {
  const inputs: GetMetricDataCommandInput[] = [];
  const send = async ({ input }: { input: GetMetricDataCommandInput }) => {
    inputs.push(input);
    const MetricDataResults = input.MetricDataQueries?.map(({ Id, MetricStat }) => ({
      Id,
      ...answer(MetricStat?.Metric?.MetricName ?? '', MetricStat?.Stat ?? '', inputs.length),
    }));
    return { MetricDataResults, ...(inputs.length < pages && { NextToken: String(inputs.length) }) };
  };
  const { aws } = stageOf(makeWorld());
  const stage: Stage = { name: 'prod', aws: { ...aws, cloudWatch: { send } as never }, now: () => NOON + 90_000 };
  return { stage, inputs };
}

const point = (minute: number, value: number) => ({
  Timestamps: [new Date(NOON + minute * MINUTE)],
  Values: [value],
});
const asked = { type: 'mail', sinceMs: NOON - 2.5 * MINUTE, periodSeconds: 60 };

describe('the history of a type’s metrics', () => {
  test('stands on a grid of periods: null where there is no value, the newest one partial', async () => {
    const { stage, inputs } = watched(() => ({
      Timestamps: [-3, 0, 1, 7].map((minute) => new Date(NOON + minute * MINUTE)),
      Values: [5, 7, 2, 9],
    }));
    expect(await metricHistory(stage, { ...asked, metrics: ['JobsCompleted'] })).toEqual({
      ...{ sinceMs: NOON - 3 * MINUTE, periodSeconds: 60, lastIsPartial: true },
      series: [{ metric: 'JobsCompleted', stat: 'Sum', values: [5, null, null, 7, 2] }],
    });
    expect(inputs).toEqual([
      {
        StartTime: new Date(NOON - 3 * MINUTE),
        EndTime: new Date(NOON + 2 * MINUTE),
        ScanBy: 'TimestampAscending',
        MetricDataQueries: [
          {
            Id: 'm0',
            MetricStat: {
              Metric: {
                Namespace: 'Sluice',
                MetricName: 'JobsCompleted',
                Dimensions: [
                  { Name: 'Stage', Value: 'prod' },
                  { Name: 'JobType', Value: 'mail' },
                ],
              },
              Period: 60,
              Stat: 'Sum',
            },
          },
        ],
      },
    ]);
  });

  test('has no partial period at the very end of one', async () => {
    const { stage } = watched(() => ({}));
    const { lastIsPartial, series } = await metricHistory({ ...stage, now: () => NOON }, asked);
    expect([lastIsPartial, series[0]?.values]).toEqual([false, [null, null, null]]);
  });

  test('has sums of jobs, percentiles of durations and latencies, and maxima of the queue', async () => {
    const { stage, inputs } = watched(() => ({}));
    const { series } = await metricHistory(stage, { ...asked, queueName: 'uploads' });
    const stats = new Map<string, string[]>();
    for (const { metric, stat } of series) stats.set(metric, [...(stats.get(metric) ?? []), stat]);
    const percentiles = ['p50', 'p95', 'p99'];
    expect(Object.fromEntries(stats)).toEqual({
      ...{ JobsCompleted: ['Sum'], JobsFailed: ['Sum'], JobsRetried: ['Sum'], JobsDeadLettered: ['Sum'] },
      ...{ JobsExpired: ['Sum'], JobsStalled: ['Sum'], JobDuration: percentiles, QueueLatency: percentiles },
      ...{ ApproximateNumberOfMessagesVisible: ['Maximum'], ApproximateAgeOfOldestMessage: ['Maximum'] },
    });
    const last = inputs[0]?.MetricDataQueries?.at(-1)?.MetricStat?.Metric;
    expect(last).toMatchObject({ Namespace: 'AWS/SQS', Dimensions: [{ Name: 'QueueName', Value: 'uploads' }] });
    const known = new Set<string>(Object.values(METRICS));
    expect(HISTORY_METRICS.filter((one) => one.startsWith('Approximate') || known.has(one))).toEqual(HISTORY_METRICS);
  });

  test('names the fixed queue, unless it is told another', async () => {
    const { stage, inputs } = watched(() => ({}));
    await metricHistory(stage, { ...asked, metrics: ['ApproximateAgeOfOldestMessage'] });
    expect(JSON.stringify(inputs)).toContain('"Value":"sluice-prod-mail"');
  });

  test('follows the pages, and joins the parts of a series', async () => {
    const { stage, inputs } = watched((metric, _, call) => (metric === 'JobsFailed' ? point(call - 3, call) : {}), 3);
    const { series } = await metricHistory(stage, { ...asked, metrics: ['JobsFailed', 'JobsStalled'] });
    expect(series.map(({ values }) => values)).toEqual([
      [null, 1, 2, 3, null],
      [null, null, null, null, null],
    ]);
    expect(inputs.map(({ NextToken }) => NextToken)).toEqual([undefined, '1', '2']);
  });

  test('has no value where CloudWatch answers a time without one, or a query that was not asked', async () => {
    const { stage } = watched(() => ({ Id: 'other', Timestamps: [new Date(NOON)], Values: [] }));
    const { series } = await metricHistory(stage, { ...asked, metrics: ['JobsFailed'] });
    expect(series[0]?.values).toEqual([null, null, null, null, null]);
  });

  test.each([
    [{ periodSeconds: 90 }, 'periodSeconds must be a multiple of 60, got 90'],
    [{ periodSeconds: 0 }, 'periodSeconds must be a multiple of 60, got 0'],
    [{ periodSeconds: Number.NaN }, 'periodSeconds must be a multiple of 60, got NaN'],
    [{ sinceMs: NOON + 3600_000 }, /^sinceMs must lie 1 to 21,601 periods of 60 s back, got \d+ \(now is \d+\)$/],
    [{ sinceMs: 0 }, /^sinceMs must lie 1 to 21,601 periods/],
    [{ sinceMs: Number.NaN }, /^sinceMs must lie 1 to 21,601 periods/],
    [{ metrics: ['JobsDone'] }, /^metrics must be of JobsCompleted, .*, got "JobsDone"$/],
  ])('of %j is refused', async (wrong, message) => {
    const { stage, inputs } = watched(() => ({}));
    await expect(metricHistory(stage, { ...asked, ...wrong })).rejects.toThrow(
      expect.objectContaining({ name: 'RangeError', message: expect.stringMatching(message) }),
    );
    expect(inputs).toEqual([]);
  });

  test('of fifteen days of minutes is taken', async () => {
    const { stage } = watched(() => ({}));
    const sinceMs = NOON + MINUTE - 15 * 24 * 60 * MINUTE;
    const { series } = await metricHistory(stage, { ...asked, sinceMs, metrics: ['JobsFailed'] });
    expect(series[0]?.values).toHaveLength(21_601);
  });

  test('stops between its calls', async () => {
    const controller = new AbortController();
    const { stage, inputs } = watched(() => {
      controller.abort(new Error('the tab was closed'));
      return {};
    }, 5);
    const reading = metricHistory(stage, { ...asked, metrics: ['JobsFailed'], signal: controller.signal });
    await expect(reading).rejects.toThrow('the tab was closed');
    expect(inputs).toHaveLength(1);
  });
});
