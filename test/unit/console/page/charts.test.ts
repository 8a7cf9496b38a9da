import { describe, expect, it } from 'vitest';
import type { MetricHistory } from '../../../../lib/console/api.ts';
import { drawnSeries, historyCharts, sampledChart, summaryOf } from '../../../../lib/console/page/type/chart-data.ts';
import { axisText, valueText } from '../../../../lib/console/page/type/chart-words.ts';
import { linearScale, lineOf, logScale, nearest, timeScale } from '../../../../lib/console/page/type/scale.ts';

const sample = (atMs: number, depth: number) => ({ atMs, depth, inFlight: 1, delayed: 0 });

const history = (values: readonly (number | null)[], metric = 'JobDuration'): MetricHistory => ({
  sinceMs: 600_000,
  periodSeconds: 60,
  lastIsPartial: true,
  series: [{ metric, stat: 'p99', values }],
});

describe("the chart of the console's samples", () => {
  it('breaks its lines where nobody looked', () => {
    const { atSeconds, series } = sampledChart([sample(0, 3), sample(5_000, 4), sample(60_000, 9)]);
    expect(series[0]?.values).toEqual([3, 4, null, 9]);
    expect(atSeconds).toEqual([0, 5, 5.001, 60]);
  });
});

describe("the charts of CloudWatch's history", () => {
  it('put each value at the begin of its period, and leave out what has no value', () => {
    const charts = historyCharts({
      ...history([1, null, 30]),
      series: [...history([1, null, 30]).series, { metric: 'JobsFailed', stat: 'Sum', values: [null, null, null] }],
    });
    expect(charts.map(({ title, atSeconds, isLog }) => [title, atSeconds, isLog])).toEqual([
      ['Run time', [600, 660, 720], true],
    ]);
  });

  it('draw the way to a period that is not over as a line of its own', () => {
    const [chart] = historyCharts(history([10, 20, 5]));
    expect(chart && drawnSeries(chart).map(({ values, isPartial }) => [values, isPartial])).toEqual([
      [[10, 20, null], false],
      [[null, 20, 5], true],
    ]);
  });

  it('have no place for a zero on a logarithmic axis', () => {
    const [chart] = historyCharts({ ...history([0, 20]), lastIsPartial: false });
    expect(chart && drawnSeries(chart)[0]?.values).toEqual([null, 20]);
  });

  it('say their last, least and most in numbers', () => {
    const [chart] = historyCharts(history([10, null, 30, null]));
    expect(chart && summaryOf(chart)).toEqual([{ label: 'p99', last: 30, least: 10, most: 30 }]);
  });
});

describe('the axes of a chart', () => {
  it('name whole numbers from 0 up to the most', () => {
    expect(linearScale(0, 100, 0).ticks).toEqual([0, 1, 2, 3, 4]);
    expect(linearScale(950, 100, 0).ticks).toEqual([0, 500]);
    expect(linearScale(950, 100, 0).at(0)).toBe(100);
  });

  it('name powers of ten that hold all values, and few of them', () => {
    const { ticks, at } = logScale(120, 9_000, 100, 0);
    expect([ticks, at(100), at(10_000)]).toEqual([[100, 1_000, 10_000], 100, 0]);
    expect(logScale(1, 1e8, 100, 0).ticks).toEqual([1, 100, 10_000, 1e6, 1e8]);
    expect(logScale(Number.POSITIVE_INFINITY, 0, 100, 0).ticks.every(Number.isFinite)).toBe(true);
  });

  it('name times at whole steps, never closer than their words are wide', () => {
    const { ticks, stepSeconds } = timeScale({ from: 10, to: 3_610, leftPx: 0, rightPx: 600 });
    expect(stepSeconds).toBe(600);
    expect(ticks.every((seconds) => seconds % 600 === 0 && seconds >= 10 && seconds <= 3_610)).toBe(true);
  });

  it('say powers of ten as such', () => {
    expect([100, 1_000, 100_000].map((ms) => axisText(ms, 'ms'))).toEqual(['100 ms', '1 s', '100 s']);
    expect([axisText(40, 's'), valueText(75, 's'), valueText(null, 'count')]).toEqual(['40 s', '1 min 15 s', '–']);
  });
});

describe('a line', () => {
  it('breaks at what is missing, and has a dot for a value between two gaps', () => {
    const p = (x: number) => ({ x, y: 1 });
    expect(lineOf([p(0), p(1), null, p(3), null])).toEqual({ path: 'M0.0 1.0L1.0 1.0', alone: [p(3)] });
  });

  it('has its nearest value under the pointer', () => {
    expect([-5, 4, 6, 99].map((at) => nearest([0, 10, 20], at))).toEqual([0, 0, 1, 2]);
    expect(nearest([], 5)).toBe(-1);
  });
});
