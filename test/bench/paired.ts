import { type Measured, verdict } from './row.ts';
import { median, medianInterval, ratios } from './stats.ts';

const LEAST_PAIRS = 21;
/** Budgets below it are within what a machine's own noise moves a median by. */
const NOISE = 1.05;

/** Alternating pairs of a row: of fewer, the interval of their median is too wide to judge by. */
export const pairsOf = ({ runs }: { readonly runs: number }): number => Math.max(LEAST_PAIRS, 3 * runs);

export interface Paired {
  readonly what: string;
  /** What is on the other side; its figure is added. */
  readonly baseline: string;
  /** Pair by pair. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
  /** The largest ratio. */
  readonly max: number;
  /** Of the figures of a side. */
  readonly unit: 'µs' | 'ms';
}

/**
 * A line for a ratio with a budget. A budget below 1.05 is met when the 95 % interval of the median ratio reaches down to it;
 * a larger one when the median does.
 */
export function paired({ what, baseline, ours, theirs, max, unit }: Paired): Measured {
  const all = ratios(ours, theirs);
  const [middle, [low, high]] = [median(all), medianInterval(all)];
  const shown = (side: readonly number[]) => `${Math.round(median(side))} ${unit}`;
  return {
    what,
    baseline: `${baseline}: ${shown(theirs)}`,
    figure: `${middle.toFixed(2)} (${shown(ours)})`,
    spread: `95 % interval ${low.toFixed(3)}–${high.toFixed(3)}, ${all.length} pairs`,
    budget: `≤ ${max}`,
    verdict: verdict((max < NOISE ? low : middle) <= max),
  };
}
