/** A value and when it was measured. */
interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** Metrics by namespace, name and dimensions, as CloudWatch keeps them. */
export interface Series {
  add(key: string, point: Point): void;
  /** All that were added, each once. */
  keys(): string[];
  /** A statistic of each period from `fromMs` on; undefined where there was no value. */
  read(key: string, reading: Reading): (number | undefined)[];
}

export interface Reading {
  readonly statistic: string;
  readonly fromMs: number;
  readonly periodMs: number;
  readonly periods: number;
}

export const seriesKey = (namespace: string, name: string, dimensions: readonly string[]): string =>
  [namespace, name, ...dimensions.toSorted()].join(' ');

export function makeSeries(): Series {
  const points = new Map<string, Point[]>();
  return {
    keys: () => [...points.keys()],
    add: (key, point) => void points.set(key, [...(points.get(key) ?? []), point]),
    read: (key, { statistic, fromMs, periodMs, periods }) =>
      Array.from({ length: periods }, (_, i) => {
        const start = fromMs + i * periodMs;
        const within = (points.get(key) ?? []).filter(({ atMs }) => atMs >= start && atMs < start + periodMs);
        return within.length === 0
          ? undefined
          : statisticOf(
              statistic,
              within.map(({ value }) => value),
            );
      }),
  };
}

function statisticOf(statistic: string, values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const percentile = /^p(\d+)$/.exec(statistic)?.[1];
  if (percentile !== undefined) return sorted[Math.ceil((Number(percentile) / 100) * sorted.length) - 1] ?? 0;
  switch (statistic) {
    case 'Sum':
      return values.reduce((a, b) => a + b, 0);
    case 'Maximum':
      return sorted.at(-1) ?? 0;
    case 'SampleCount':
      return values.length;
    default:
      throw new RangeError(`statistic ${statistic}`);
  }
}

interface Blob extends Record<string, unknown> {
  readonly _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
}

/** Takes up the metrics of a log line, if it is an EMF blob: as CloudWatch does. */
export function addEmf(series: Series, line: string): void {
  if (!line.includes('"_aws"')) return;
  const blob = JSON.parse(line) as Blob;
  for (const { Namespace, Dimensions, Metrics } of blob._aws.CloudWatchMetrics) {
    for (const { Name } of Metrics) {
      for (const set of Dimensions) {
        const key = seriesKey(
          Namespace,
          Name,
          set.map((dimension) => `${dimension}=${String(blob[dimension])}`),
        );
        for (const value of [blob[Name]].flat()) {
          series.add(key, { atMs: blob._aws.Timestamp, value: Number(value) });
        }
      }
    }
  }
}
