/** What the charts of a type show, as columns of numbers: of the console's own samples, or of CloudWatch's history. Pure. */
import type { MetricHistory, MetricSeries, Sample } from '../../api.ts';

export interface ChartSeries {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

export interface ChartData {
  readonly title: string;
  readonly unit: 'count' | 'ms' | 's';
  /** Percentiles differ by powers of ten. */
  readonly isLog: boolean;
  /** The last value is of a period that is not over. */
  readonly lastIsPartial: boolean;
  /** Epoch seconds, one for each value of each series. */
  readonly atSeconds: readonly number[];
  readonly series: readonly ChartSeries[];
}

/** Samples are 5 s apart; further apart: nobody looked meanwhile, and the line breaks. */
const GAP_MS = 15_000;

/** The console's own samples. */
export function sampledChart(samples: readonly Sample[]): ChartData {
  const rows = samples.flatMap((sample, at): (Sample | { readonly atMs: number; readonly depth: null })[] => {
    const before = samples[at - 1];
    const isGap = before !== undefined && sample.atMs - before.atMs > GAP_MS;
    return isGap ? [{ atMs: before.atMs + 1, depth: null }, sample] : [sample];
  });
  const valuesOf = (name: 'depth' | 'inFlight' | 'delayed') =>
    rows.map((row) => (row.depth === null ? null : row[name]));
  return {
    title: 'Messages',
    unit: 'count',
    isLog: false,
    lastIsPartial: false,
    atSeconds: rows.map(({ atMs }) => atMs / 1_000),
    series: [
      { label: 'in queue', values: valuesOf('depth') },
      { label: 'in flight', values: valuesOf('inFlight') },
      { label: 'delayed', values: valuesOf('delayed') },
    ],
  };
}

/** Which metrics stand in which chart, in this order; those of none go into charts of their own. */
const CHARTS: readonly {
  readonly title: string;
  readonly unit: ChartData['unit'];
  readonly isLog?: true;
  readonly metrics: Readonly<Record<string, string>>;
}[] = [
  {
    title: 'Jobs a period',
    unit: 'count',
    metrics: {
      JobsCompleted: 'completed',
      JobsFailed: 'failed attempts',
      JobsRetried: 'retried',
      JobsDeadLettered: 'dead',
      JobsStalled: 'stalled',
    },
  },
  { title: 'Run time', unit: 'ms', isLog: true, metrics: { JobDuration: '' } },
  { title: 'Wait in the queue', unit: 'ms', isLog: true, metrics: { QueueLatency: '' } },
  {
    title: 'Messages',
    unit: 'count',
    metrics: {
      ApproximateNumberOfMessagesVisible: 'in queue',
      ApproximateNumberOfMessagesNotVisible: 'in flight',
      ApproximateNumberOfMessagesDelayed: 'delayed',
    },
  },
  { title: 'Oldest message', unit: 's', metrics: { ApproximateAgeOfOldestMessage: 'age' } },
];

/** CloudWatch's history: a chart for each group of metrics of which there is some value. */
export function historyCharts(history: MetricHistory): ChartData[] {
  const { sinceMs, periodSeconds, lastIsPartial, series } = history;
  const count = Math.max(0, ...series.map(({ values }) => values.length));
  const atSeconds = Array.from({ length: count }, (_, at) => sinceMs / 1_000 + at * periodSeconds);
  return CHARTS.flatMap(({ title, unit, isLog = false, metrics }) => {
    const own = series.filter(({ metric, values }) => metric in metrics && values.some((value) => value !== null));
    const labelled = own.map((one) => ({ label: labelOf(one, metrics), values: one.values }));
    return own.length === 0 ? [] : [{ title, unit, isLog, lastIsPartial, atSeconds, series: labelled }];
  });
}

const labelOf = ({ metric, stat }: MetricSeries, labels: Readonly<Record<string, string>>): string =>
  labels[metric] || stat;

export interface Summary {
  readonly label: string;
  readonly last: number | undefined;
  readonly least: number | undefined;
  readonly most: number | undefined;
}

/** Each series in three numbers: for those who do not see the line. */
export const summaryOf = ({ series }: ChartData): Summary[] =>
  series.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    const extreme = (choose: (...values: number[]) => number) =>
      known.length === 0 ? undefined : known.reduce((a, b) => choose(a, b));
    return { label, last: known.at(-1), least: extreme(Math.min), most: extreme(Math.max) };
  });

/**
 * Series to draw: where the last period is not over, each line ends before it, and a second, dashed one leads on to it.
 * On a logarithmic axis what is not above 0 has no place.
 */
export function drawnSeries({ series, lastIsPartial, isLog }: ChartData) {
  return series.flatMap(({ label, values }, colour) => {
    const placed = isLog ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;
    const last = placed.length - 1;
    const whole = { label, colour, isPartial: false, values: placed };
    if (!lastIsPartial || last < 1 || placed[last] === null) return [whole];
    return [
      { ...whole, values: placed.with(last, null) },
      { ...whole, isPartial: true, values: placed.map((value, at) => (at < last - 1 ? null : value)) },
    ];
  });
}
