import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { since } from '../../../../bin/cli/options.ts';
import { time } from '../../../../bin/cli/print.ts';

const { TZ } = process.env;
beforeEach(() => {
  process.env.TZ = 'America/New_York';
});
afterEach(() => {
  if (TZ === undefined) delete process.env.TZ;
  else process.env.TZ = TZ;
});

describe('--since', () => {
  it.each([
    ['2026-11-22', '2026-11-22T05:00:00.000Z', '2026-11-22 00:00:00'],
    ['2026-07-01', '2026-07-01T04:00:00.000Z', '2026-07-01 00:00:00'],
    ['2026-07-01T10:30', '2026-07-01T14:30:00.000Z', '2026-07-01 10:30:00'],
    ['2026-07-01 10:30', '2026-07-01T14:30:00.000Z', '2026-07-01 10:30:00'],
    ['2026-07-01T10:30:00Z', '2026-07-01T10:30:00.000Z', '2026-07-01 06:30:00'],
    ['2026-07-01T10:30:00+02:00', '2026-07-01T08:30:00.000Z', '2026-07-01 04:30:00'],
    ['2024-02-29', '2024-02-29T05:00:00.000Z', '2024-02-29 00:00:00'],
  ])('%s is of the zone that times are shown in', (given, iso, shown) => {
    const at = new Date(since(given)).toISOString();
    expect([at, time(at)]).toEqual([iso, shown]);
  });

  it.each(['2026-02-30', '2026-02-29T10:00:00Z', '2026-04-31 12:00', '2026-06-31T00:00:00+02:00'])(
    'refuses the day %s, which does not exist',
    (given) => {
      expect(() => since(given)).toThrow(`--since: there is no such day as ${given.slice(0, 10)}`);
    },
  );

  it.each(['2026-13-01', '2026-00-10', '2026-01-00', '2026-01-01T25:00', '2026-01-01x', '22 November 2026'])(
    'refuses %s',
    (given) => {
      expect(() => since(given)).toThrow(/--since/);
    },
  );
});
