/** Where values and times stand in a chart, and which of them its axes name. Pure. */

export interface Scale {
  /** Pixels from the chart's edge. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Steps of a linear axis: 1, 2 or 5 of a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((step) => step * power >= rough) ?? 10) * power;
}

const steps = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor((to - from) / step + 1e-9)) + 1 }, (_, at) => from + at * step);

/** So many lines across a chart at most. */
const LINES = 4;

/** From 0 at `bottomPx` to `most` and a little more at `topPx`. Whole numbers alone are named. */
export function linearScale(most: number, bottomPx: number, topPx: number): Scale {
  const step = Math.max(1, niceStep(Math.max(1, most) / LINES));
  const top = Math.max(LINES, most * 1.05);
  return { at: (value) => bottomPx - (value / top) * (bottomPx - topPx), ticks: steps(0, top, step) };
}

/** From a power of ten at `bottomPx` to one at `topPx`. */
export function logScale(least: number, most: number, bottomPx: number, topPx: number): Scale {
  const low = Math.floor(Math.log10(Math.max(1, least)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(1, most))));
  const at = (value: number) => bottomPx - ((Math.log10(value) - low) / (high - low)) * (bottomPx - topPx);
  const every = Math.ceil((high - low) / LINES);
  return { at, ticks: steps(low, high, every).map((power) => 10 ** power) };
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TIME_STEPS = [
  ...[5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY],
];

export interface TimeScale extends Scale {
  readonly stepSeconds: number;
}

/** Times from `from` to `to`, epoch seconds; a name for each 72 pixels at most, at whole steps of local time. */
export function timeScale({
  from,
  to,
  leftPx,
  rightPx,
}: Record<'from' | 'to' | 'leftPx' | 'rightPx', number>): TimeScale {
  const names = Math.max(1, Math.floor((rightPx - leftPx) / 72));
  const span = Math.max(1, to - from);
  const stepSeconds = TIME_STEPS.find((step) => step >= span / names) ?? 7 * DAY;
  const offset = new Date(from * 1_000).getTimezoneOffset() * MINUTE;
  const first = Math.ceil((from - offset) / stepSeconds) * stepSeconds + offset;
  return {
    stepSeconds,
    at: (seconds) => leftPx + ((seconds - from) / span) * (rightPx - leftPx),
    ticks: first > to ? [] : steps(first, to, stepSeconds),
  };
}

/** Points of a line; null: there is no value, and the line breaks. */
export type Point = { readonly x: number; readonly y: number } | null;

/** An SVG path through points, and those between two gaps, which have no line. */
export function lineOf(points: readonly Point[]): { path: string; alone: { x: number; y: number }[] } {
  let path = '';
  const alone: { x: number; y: number }[] = [];
  points.forEach((point, at) => {
    if (!point) return;
    const isFirst = !points[at - 1];
    if (isFirst && !points[at + 1]) alone.push(point);
    else path += `${isFirst ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
  });
  return { path, alone };
}

/** The place of the time that is nearest; times ascend. -1: there are none. */
export function nearest(times: readonly number[], wanted: number): number {
  const after = times.findIndex((time) => time >= wanted);
  if (after === -1) return times.length - 1;
  const before = times[after - 1];
  const next = times[after];
  return before !== undefined && next !== undefined && wanted - before < next - wanted ? after - 1 : after;
}
