import { clockText, countText, durationText, shortText } from '../base/format.ts';
import type { ChartData, Summary } from './chart-data.ts';

type Unit = ChartData['unit'];

export const valueText = (value: number | null | undefined, unit: Unit): string => {
  if (value === null || value === undefined) return '–';
  if (unit === 'count') return countText(value);
  return durationText(unit === 'ms' ? value : value * 1_000);
};

/** One series in words, for those who do not see its line. */
export const wordsOf = ({ label, last, most }: Summary, unit: Unit): string =>
  `${label} ${valueText(last, unit)}, at most ${valueText(most, unit)}`;

/** On the axis of values. Powers of ten stay such: `100 s`, not `1 min 40 s`. */
export function axisText(value: number, unit: Unit): string {
  if (unit === 'count') return shortText(value);
  const ms = unit === 'ms' ? value : value * 1_000;
  if (ms > 0 && Number.isInteger(Math.log10(ms))) return ms < 1_000 ? `${ms} ms` : `${shortText(ms / 1_000)} s`;
  return durationText(ms).replace('.0 ', ' ');
}

const DAY_SECONDS = 86_400;

/** On the axis of times, by how far its names stand apart. */
export function timeText(atSeconds: number, stepSeconds: number): string {
  const at = new Date(atSeconds * 1_000);
  const day = [at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
  if (stepSeconds >= DAY_SECONDS) return day;
  const clock = clockText(at.getTime());
  return stepSeconds < 60 ? clock : clock.slice(0, 5);
}
