/** Values of one metric. */
export interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds';
  readonly values: readonly number[];
}

/** Where metrics are found. */
export interface Place {
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Names of dimensions. An alarm sees only the exact set. */
  readonly sets: readonly (readonly string[])[];
}

/** Values of one metric in one blob (CloudWatch User Guide, "Specification: Embedded metric format"). */
const MAX_VALUES = 100;

/** Lines that CloudWatch makes metrics of: one, and another for each hundred values of a metric. */
export function emfLines(metrics: readonly Metric[], place: Place, nowMs: number): string[] {
  const lines: string[] = [];
  const longest = Math.max(0, ...metrics.map(({ values }) => values.length));
  for (let from = 0; from < longest; from += MAX_VALUES) {
    const part = metrics.map((metric) => ({ ...metric, values: metric.values.slice(from, from + MAX_VALUES) }));
    lines.push(
      emfLine(
        part.filter(({ values }) => values.length > 0),
        place,
        nowMs,
      ),
    );
  }
  return lines;
}

function emfLine(metrics: readonly Metric[], { namespace, dimensions, sets }: Place, nowMs: number): string {
  const definitions = metrics.map(({ name, unit }) => ({ Name: name, Unit: unit }));
  const values = metrics.map(({ name, values: all }) => [name, all.length === 1 ? all[0] : all] as const);
  return JSON.stringify({
    _aws: { Timestamp: nowMs, CloudWatchMetrics: [{ Namespace: namespace, Dimensions: sets, Metrics: definitions }] },
    ...dimensions,
    ...Object.fromEntries(values),
  });
}
