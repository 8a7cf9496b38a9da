/** Charts of a type: the console's own samples of the last hour, or CloudWatch's history. Which is chosen stands in the address. */
import type { MetricHistory, Sample } from '../../api.ts';
import { about } from '../base/about.ts';
import { durationText } from '../base/format.ts';
import { navigate, route } from '../base/router.tsx';
import { hrefs } from '../base/routes.ts';
import { useFeedOf } from '../base/use-feed.ts';
import { Segments } from '../parts/segments.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { Chart } from './chart.tsx';
import { type ChartData, historyCharts, sampledChart } from './chart-data.ts';

const RANGES = [
  { value: 'live', label: 'Live' },
  { value: '1', label: '1 h' },
  { value: '3', label: '3 h' },
  { value: '12', label: '12 h' },
  { value: '24', label: '1 d' },
  { value: '72', label: '3 d' },
  { value: '168', label: '7 d' },
] as const;
type RangeName = (typeof RANGES)[number]['value'];

interface ChartsProps {
  readonly type: string;
  readonly samples: readonly Sample[];
}

export function Charts({ type, samples }: ChartsProps) {
  const range = RANGES.find(({ value }) => value === route.value.query.range)?.value ?? 'live';
  const choose = (next: RangeName) =>
    navigate(hrefs.type(type, { range: next === 'live' ? undefined : next }), { replace: true });
  return (
    <section class="card" aria-labelledby="charts">
      <div class="card-head charts-head">
        <h2 id="charts">History</h2>
        <Segments label="Range" value={range} options={RANGES} onChange={choose} />
      </div>
      {range === 'live' ? <Live samples={samples} /> : <History type={type} hours={range} />}
    </section>
  );
}

function Live({ samples }: { readonly samples: readonly Sample[] }) {
  if (samples.length < 2) {
    return (
      <Empty title="No samples yet">The console takes one each 5 s while somebody looks, and keeps an hour.</Empty>
    );
  }
  const source = "Source: the console's own samples, one each 5 s while somebody looks.";
  return <Drawn charts={[sampledChart(samples)]} source={source} />;
}

/** CloudWatch's values are minutes late, and each read costs: some cents an hour. */
const HISTORY_MS = 60_000;

function History({ type, hours }: { readonly type: string; readonly hours: string }) {
  const feed = useFeedOf<MetricHistory>('metrics', { type, hours }, HISTORY_MS);
  return (
    <Loaded feed={feed} rows={8}>
      {(history) => {
        const charts = historyCharts(history);
        const period = durationText(history.periodSeconds * 1_000);
        const partial = history.lastIsPartial ? ' The last one is not over: its line is dashed.' : '';
        if (charts.length > 0) {
          return (
            <Drawn charts={charts} source={`Source: CloudWatch, periods of ${period}, some minutes late.${partial}`} />
          );
        }
        return (
          <Empty title="CloudWatch has no values of this time">
            {about.value?.isEmulator
              ? 'An emulator may make no metrics of what runs on it. '
              : 'They come some minutes after the first jobs. '}
            Live has the console's own samples.
          </Empty>
        );
      }}
    </Loaded>
  );
}

interface DrawnProps {
  readonly charts: readonly ChartData[];
  /** Where the values are from. */
  readonly source: string;
}

const Drawn = ({ charts, source }: DrawnProps) => (
  <div class="charts">
    {charts.map((chart) => (
      <Chart key={chart.title} chart={chart} />
    ))}
    <p class="chart-source">{source}</p>
  </div>
);
