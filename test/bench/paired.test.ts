import { describe, expect, it } from 'vitest';
import { paired, pairsOf } from './paired.ts';

/** Ratios of 0.01 to 0.21 around: 21 pairs, whose median is the 11. and whose interval is from the 6. to the 16. */
const ours = Array.from({ length: 21 }, (_, i) => i + 1);
const theirs = ours.map(() => 100);
const line = (max: number, scale = 1) =>
  paired({ what: 'CPU', baseline: 'stock', ours: ours.map((one) => one * scale), theirs, max, unit: 'µs' });

describe('a ratio with a budget', () => {
  it('says the median, its interval and the pairs', () => {
    expect(line(0.11)).toEqual({
      ...{ what: 'CPU', baseline: 'stock: 100 µs', figure: '0.11 (11 µs)', verdict: 'met' },
      ...{ spread: '95 % interval 0.060–0.160, 21 pairs', budget: '≤ 0.11' },
    });
  });

  it('below 1.05 is met if the interval reaches down to the budget', () => {
    expect([line(0.06), line(0.059)].map(({ verdict }) => verdict)).toEqual(['met', 'missed']);
  });

  it('of 1.05 and more is met if the median does', () => {
    expect([line(1.1, 10), line(1.09, 10)].map(({ verdict }) => verdict)).toEqual(['met', 'missed']);
  });
});

it('a row has at least 21 pairs', () => {
  expect([7, 8].map((runs) => pairsOf({ runs }))).toEqual([21, 24]);
});
