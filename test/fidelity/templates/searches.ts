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
  readonly dimension: string;
  readonly name: string;
  readonly statistic: string;
  readonly shown: number;
  /** Whether a metric is one of those. */
  finds(metric: Stored): boolean;
}

const FORM =
  /^SLICE\(SORT\(SEARCH\('\{([^,}]+),(\w+)\} MetricName="(\w+)"([^"']*)', '(\w+)'\), MAX, DESC\), 0, (\d+)\)$/;

/**
 * Reads an expression of the form that the dashboards have. A word without quotes is part of a value, between whatever is no
 * letter or digit (CloudWatch User Guide, "CloudWatch search expression syntax").
 *
 * @throws UnknownReadError for any other form
 */
export function searchOf(expression: string): Search {
  const [, namespace = '', dimension = '', name = '', words = '', statistic = '', shown] = FORM.exec(expression) ?? [];
  if (shown === undefined) throw new UnknownReadError(expression);
  const terms = [...words.matchAll(/(NOT )?([\w-]+)/g)].map(([, not, word = '']) => ({ not: not !== undefined, word }));
  return {
    ...{ namespace, dimension, name, statistic, shown: Number(shown) },
    finds: (metric) => {
      if (metric.namespace !== namespace || metric.name !== name || metric.dimensions.length !== 1) return false;
      const [key, value = ''] = metric.dimensions[0]?.split('=') ?? [];
      return key === dimension && terms.every(({ not, word }) => hasWord(value, word) !== not);
    },
  };
}

const hasWord = (value: string, word: string) => new RegExp(`(?<![A-Za-z0-9])${word}(?![A-Za-z0-9])`).test(value);
