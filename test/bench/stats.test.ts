import { describe, expect, it } from 'vitest';
import { medianInterval } from './stats.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

describe('the interval of a median', () => {
  // Tables of the sign test: the ranks of 95 % for 6, 21 and 40 figures.
  it.each([
    [6, 1, 6],
    [21, 6, 16],
    [40, 14, 27],
  ])('of %i figures is from the %i. to the %i.', (count, low, high) => {
    expect(medianInterval(upTo(count).reverse())).toEqual([low, high]);
  });

  it('does not exist for fewer than six', () => {
    expect(medianInterval(upTo(5))).toEqual([Number.NaN, Number.NaN]);
  });
});
