import type { DeadQuery } from '../../api.ts';

/** What the page's address says, as texts: empty is "any". */
export interface DeadFilters {
  readonly type: string;
  readonly reason: string;
  readonly error: string;
  /** `1h`, `24h`, `7d`, or a moment in ISO 8601. */
  readonly since: string;
  readonly key: string;
}

export const NO_FILTERS: DeadFilters = { type: '', reason: '', error: '', since: '', key: '' };
const NAMES = ['type', 'reason', 'error', 'since', 'key'] as const;

/** What can be chosen as `since`. */
export const SINCE: readonly { readonly value: string; readonly label: string }[] = [
  { value: '', label: 'any time' },
  { value: '15m', label: 'the last 15 minutes' },
  { value: '1h', label: 'the last hour' },
  { value: '24h', label: 'the last 24 hours' },
  { value: '7d', label: 'the last 7 days' },
];

/** Reads the query of a page's address. What it does not know is left out. */
export const filtersOf = (query: Readonly<Record<string, string>>): DeadFilters => ({
  ...NO_FILTERS,
  ...Object.fromEntries(NAMES.map((name) => [name, (query[name] ?? '').trim()])),
});

/** What the server is asked. */
export function queryOf(filters: DeadFilters, nowMs: number): DeadQuery {
  const sinceMs = sinceMsOf(filters.since, nowMs);
  return {
    ...(filters.type === '' ? {} : { type: filters.type }),
    ...(filters.reason === '' ? {} : { reason: filters.reason }),
    ...(filters.error === '' ? {} : { error: filters.error }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(filters.key === '' ? {} : { key: filters.key }),
  };
}

/** Filters in words, for a heading: `of send-email, error has "404", since the last hour`. */
export function wordsOf(filters: DeadFilters): string {
  const since = SINCE.find(({ value }) => value === filters.since)?.label ?? filters.since;
  return [
    ...(filters.type === '' ? [] : [`of ${filters.type}`]),
    ...(filters.reason === '' ? [] : [`reason ${filters.reason}`]),
    ...(filters.error === '' ? [] : [`error has “${filters.error}”`]),
    ...(filters.key === '' ? [] : [`key ${filters.key}`]),
    ...(filters.since === '' ? [] : [/^\d+[mhd]$/.test(filters.since) ? `in ${since}` : `since ${since}`]),
  ].join(', ');
}

const MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @returns undefined: any time, or a text that is no time */
function sinceMsOf(since: string, nowMs: number): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(since) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd') return nowMs - Number(count) * MS[unit];
  const moment = since === '' ? Number.NaN : Date.parse(since);
  return Number.isNaN(moment) ? undefined : moment;
}
