import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS } from '../../contract/names.ts';
import { quietly } from '../../contract/thrown.ts';

type CountName = (typeof METRICS)[
  | 'completed'
  | 'failed'
  | 'retried'
  | 'deadLettered'
  | 'expired'
  | 'stalled'
  | 'completedAfterDeath'
  | 'duplicate'
  | 'dropped'
  | 'unhandledRejection'
  | 'breakerOpen'
  | 'breakerOpened'
  | 'breakerClosed'];
type DurationName = (typeof METRICS)['duration' | 'queueLatency' | 'retryLateness'];

/** Gathers an invocation's metrics. Never throws. */
export interface Meter {
  count(name: CountName): void;
  /** A value that is no number is left out. */
  milliseconds(name: DurationName, value: number): void;
  /** Writes what was gathered as EMF and starts anew. */
  flush(): void;
}

/**
 * Powertools publishes by itself at 100 values of a metric, and then without its dimension sets; so never that many.
 */
const MAX_VALUES = 99;

/** Whose metrics they are. */
export interface Measured {
  readonly stage: string;
  /** Without it (the dispatcher) only the dimension set `[Stage]` is written; with it `[Stage, JobType]`, too. */
  readonly jobType?: string;
}

export function makeMeter({ stage, jobType }: Measured): Meter {
  const metrics = new Metrics({ namespace: METRICS.namespace });
  // Powertools would add `service` to every set, and an alarm sees only the exact set.
  metrics.clearDefaultDimensions();
  // In every set. Named in two sets, it would bring a warning with each flush.
  metrics.setDefaultDimensions({ [METRICS.stageDimension]: stage });
  let counts = new Map<CountName, number>();
  let durations = new Map<DurationName, number[]>();
  const publish = (add: () => void) => {
    if (jobType !== undefined) metrics.addDimensions({ [METRICS.typeDimension]: jobType });
    metrics.addDimensions({});
    quietly(add);
    quietly(() => metrics.publishStoredMetrics());
  };
  return {
    count: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1),
    milliseconds(name, value) {
      if (Number.isNaN(value)) return;
      const values = durations.get(name) ?? [];
      values.push(Math.max(0, value));
      durations.set(name, values);
    },
    flush() {
      const [someCounts, someDurations] = [counts, durations];
      [counts, durations] = [new Map(), new Map()];
      const longest = Math.max(someCounts.size > 0 ? 1 : 0, ...[...someDurations.values()].map(({ length }) => length));
      for (let from = 0; from < longest; from += MAX_VALUES) {
        publish(() => {
          if (from === 0) for (const [name, value] of someCounts) metrics.addMetric(name, MetricUnit.Count, value);
          for (const [name, values] of someDurations) {
            for (const value of values.slice(from, from + MAX_VALUES))
              metrics.addMetric(name, MetricUnit.Milliseconds, value);
          }
        });
      }
    },
  };
}
