import { all } from './edges.ts';
import type { Templates } from './synth.ts';

/** A metric as an alarm or a widget asks for it. CloudWatch finds it only by all three. */
export interface MetricRead {
  readonly namespace: string;
  readonly name: string;
  /** `JobType=send-email`, sorted; empty for none. */
  readonly dimensions: readonly string[];
  /** Who reads it. */
  readonly by: string;
}

/** A part of a template that this reader does not understand: it refuses rather than passes over it. */
export class UnknownReadError extends Error {
  override readonly name = 'UnknownReadError';
}

/** Every metric that an alarm, an expression or a widget names. Templates are resolved. */
export function metricsRead(templates: Templates): MetricRead[] {
  return [
    ...all(templates, 'AWS::CloudWatch::Alarm').flatMap(({ id, properties }) => ofAlarm(id, properties)),
    ...all(templates, 'AWS::CloudWatch::Dashboard').flatMap(({ id, properties }) =>
      widgetsOf(properties).flatMap((widget) => ofWidget(id, widget)),
    ),
  ];
}

interface Metric {
  readonly Namespace?: unknown;
  readonly MetricName?: unknown;
  readonly Dimensions?: { Name: string; Value: string }[];
}

interface Query {
  readonly MetricStat?: { Metric: Metric };
  readonly Expression?: string;
}

const ofMetric = ({ Namespace, MetricName, Dimensions = [] }: Metric, by: string): MetricRead => ({
  namespace: String(Namespace),
  name: String(MetricName),
  dimensions: Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort(),
  by,
});

function ofAlarm(id: string, properties: Record<string, unknown>): MetricRead[] {
  const queries = properties.Metrics as Query[] | undefined;
  if (queries === undefined) return [ofMetric(properties as Metric, id)];
  return queries.flatMap(({ MetricStat, Expression }) => {
    if (MetricStat !== undefined) return [ofMetric(MetricStat.Metric, id)];
    if (Expression !== undefined) return [];
    throw new UnknownReadError(`${id}: a query that is neither a metric nor an expression`);
  });
}

/** A widget of a dashboard's body (CloudWatch API Reference, "Dashboard Body Structure and Syntax"). */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly markdown?: string;
    readonly view?: string;
    readonly alarms?: readonly string[];
    /** Namespace, name, then dimensions as name and value in turn, then an object of settings. */
    readonly metrics?: readonly (string | Settings)[][];
    readonly annotations?: { readonly horizontal?: readonly { value: number; label?: string; yAxis?: string }[] };
  };
}

export interface Settings {
  readonly expression?: string;
  readonly label?: string;
  readonly period?: number;
  readonly stat?: string;
  readonly yAxis?: string;
}

export const widgetsOf = (properties: Record<string, unknown>): Widget[] =>
  (JSON.parse(String(properties.DashboardBody)) as { widgets: Widget[] }).widgets;

/** A search finds its metrics when it is shown: `searches.ts`. */
const isMetric = (row: readonly (string | Settings)[]) =>
  !row.some((part) => typeof part !== 'string' && part.expression);

function ofWidget(id: string, { type, properties }: Widget): MetricRead[] {
  if (type === 'text' || type === 'alarm') return [];
  if (type !== 'metric') throw new UnknownReadError(`${id}: a widget of type ${type}`);
  return (properties.metrics ?? []).filter(isMetric).map((row) => {
    const [namespace, name, ...pairs] = row.filter((part) => typeof part === 'string');
    // Dots repeat what stands above, which the CDK does not write.
    if (namespace === undefined || name === undefined || pairs.length % 2 === 1 || row.includes('.')) {
      throw new UnknownReadError(`${id}: ${JSON.stringify(row)}`);
    }
    const dimensions = pairs.flatMap((part, i) => (i % 2 === 0 ? [`${part}=${pairs[i + 1]}`] : [])).sort();
    return { namespace, name, dimensions, by: `${id} "${properties.title}"` };
  });
}
