import { UnknownReadError } from './metrics-read.ts';

/** A metric as CloudWatch stores it, its dimensions as `name=value`. */
interface Stored {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly string[];
}

/** The search of a widget: which metrics it shows, how many of them, and by which statistic. */
export interface Search {
  readonly namespace: string;
  /** The first that the search names. */
  readonly dimension: string;
  readonly name: string;
  readonly statistic: string;
  readonly shown: number;
  /** Whether a metric is one of those. */
  finds(metric: Stored): boolean;
}

const FORM =
  /^SLICE\(SORT\(SEARCH\('\{([^,}]+),([\w,]+)\} MetricName="(\w+)"([^']*)', '(\w+)'\), MAX, DESC\), 0, (\d+)\)$/;

/**
 * Reads an expression of the form that the dashboards have. A word without quotes is part of a value, between whatever is no
 * letter or digit; `Name="value"` is a whole value. A metric is found by exactly the dimensions that are named (CloudWatch User Guide, "CloudWatch search expression syntax").
 *
 * @throws UnknownReadError for any other form
 */
export function searchOf(expression: string): Search {
  const [, namespace = '', names = '', name = '', words = '', statistic = '', shown] = FORM.exec(expression) ?? [];
  if (shown === undefined) throw new UnknownReadError(expression);
  const exact = [...words.matchAll(/\w+="[^"]*"/g)].map(([term]) => term.replaceAll('"', ''));
  const terms = [...words.replace(/\w+="[^"]*"/g, '').matchAll(/(NOT )?([\w-]+)/g)].map(([, not, word = '']) => ({
    not: not !== undefined,
    word,
  }));
  const dimensions = names.split(',');
  const [dimension = ''] = dimensions;
  return {
    ...{ namespace, dimension, name, statistic, shown: Number(shown) },
    finds: (metric) => {
      if (metric.namespace !== namespace || metric.name !== name) return false;
      const keys = metric.dimensions.map((one) => one.replace(/=.*/, ''));
      if (keys.toSorted().join() !== dimensions.toSorted().join()) return false;
      const values = metric.dimensions.map((one) => one.replace(/^\w+=/, ''));
      return (
        exact.every((one) => metric.dimensions.includes(one)) &&
        terms.every(({ not, word }) => values.some((value) => hasWord(value, word)) !== not)
      );
    },
  };
}

const hasWord = (value: string, word: string) => new RegExp(`(?<![A-Za-z0-9])${word}(?![A-Za-z0-9])`).test(value);
