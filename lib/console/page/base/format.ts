/** Times, durations, counts and sizes in words. Pure: the time of day is passed in. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Two units at most: `212 ms`, `1.2 s`, `45 s`, `1 min 15 s`, `5 h`, `3 d 4 h`. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size < SECOND) return `${sign}${Math.round(size)} ms`;
  if (size < 10 * SECOND) return `${sign}${(Math.floor(size / 100) / 10).toFixed(1)} s`;
  return sign + twoUnits(size);
}

function twoUnits(ms: number): string {
  const units: readonly (readonly [number, string, number, string])[] = [
    [DAY, 'd', HOUR, 'h'],
    [HOUR, 'h', MINUTE, 'min'],
    [MINUTE, 'min', SECOND, 's'],
  ];
  for (const [large, largeName, small, smallName] of units) {
    if (ms < large) continue;
    const rest = Math.floor((ms % large) / small);
    return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
  }
  return `${Math.floor(ms / SECOND)} s`;
}

/** How far a time is from now, in one unit: `just now`, `12 s ago`, `in 5 min`, `3 d ago`. */
export function relativeText(atMs: number, nowMs: number): string {
  const size = Math.abs(nowMs - atMs);
  if (size < SECOND) return 'just now';
  const [unit, name] =
    size < MINUTE ? [SECOND, 's'] : size < HOUR ? [MINUTE, 'min'] : size < DAY ? [HOUR, 'h'] : [DAY, 'd'];
  const text = `${Math.floor(size / unit)} ${name}`;
  return atMs > nowMs ? `in ${text}` : `${text} ago`;
}

/** `12:03:04`, in local time. */
export const clockText = (atMs: number): string => {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
};

/** When something is, in local time: `12:03:04` within a day of now, else `2026-12-03 12:03`. */
export function momentText(atMs: number, nowMs: number): string {
  if (Math.abs(atMs - nowMs) < DAY) return clockText(atMs);
  const at = new Date(atMs);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  return `${day} ${clockText(atMs).slice(0, 5)}`;
}

/** Epoch ms or ISO 8601, as epoch ms; NaN if it is neither. */
export const msOf = (time: number | string): number => (typeof time === 'number' ? time : Date.parse(time));

export const isoText = (atMs: number): string => (Number.isNaN(atMs) ? '' : new Date(atMs).toISOString());

/** `12,345`. */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US');

/** `1 job`, `2 jobs`, `3 queries`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

/** `0.4`, `12`, `1.2k`, `3.4M`: for the axis of a chart. */
export function shortText(value: number): string {
  const size = Math.abs(value);
  if (size >= 1_000_000) return `${trimmed(value / 1_000_000)}M`;
  if (size >= 1_000) return `${trimmed(value / 1_000)}k`;
  return trimmed(value);
}

const trimmed = (value: number): string => String(Number(value.toFixed(1)));
