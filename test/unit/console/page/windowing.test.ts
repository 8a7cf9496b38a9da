import { describe, expect, it } from 'vitest';
import { rowAfterKey, rowsInView, stretchesOf } from '../../../../lib/console/page/base/windowing.ts';

const view = (scrolledPx: number, rows = 10_000) => ({ scrolledPx, heightPx: 400, rowPx: 40, rows });
const drawn = (scrolledPx: number, kept?: number) =>
  stretchesOf(view(scrolledPx), kept).flatMap((stretch) => (stretch.drawn ? [[stretch.first, stretch.end]] : []));

describe('a windowed list', () => {
  it.each([
    { scrolledPx: -500, seen: { first: 0, end: 0 }, where: 'below the window' },
    { scrolledPx: -200, seen: { first: 0, end: 5 }, where: 'half in the window' },
    { scrolledPx: 0, seen: { first: 0, end: 10 }, where: 'at its begin' },
    { scrolledPx: 60, seen: { first: 1, end: 12 }, where: 'within a row' },
    { scrolledPx: 399_600, seen: { first: 9_990, end: 10_000 }, where: 'at its end' },
    { scrolledPx: 500_000, seen: { first: 10_000, end: 10_000 }, where: 'above the window' },
  ])('$where has $seen in view', ({ scrolledPx, seen }) => {
    expect(rowsInView(view(scrolledPx))).toEqual(seen);
  });

  it('draws what is in view and eight rows beside it, of however many', () => {
    expect(drawn(0)).toEqual([[0, 18]]);
    expect(drawn(200_000)).toEqual([[4_992, 5_018]]);
    expect(drawn(399_600)).toEqual([[9_982, 10_000]]);
  });

  it('draws the row that has the focus, wherever it is', () => {
    expect(drawn(200_000, 3)).toEqual([
      [3, 4],
      [4_992, 5_018],
    ]);
    expect(drawn(200_000, 5_000)).toEqual([[4_992, 5_018]]);
    expect(drawn(0, 9_999)).toEqual([
      [0, 18],
      [9_999, 10_000],
    ]);
    expect(drawn(0, 10_000)).toEqual([[0, 18]]);
  });

  it('covers each row exactly once, whatever is in view and has the focus', () => {
    for (const rows of [0, 1, 17, 500]) {
      for (let scrolledPx = -800; scrolledPx < 21_000; scrolledPx += 333) {
        for (const kept of [-1, 0, 16, rows - 1, rows + 3]) {
          const stretches = stretchesOf(view(scrolledPx, rows), kept);
          const ends = stretches.map(({ end }) => end);
          expect(stretches.map(({ first }) => first)).toEqual([0, ...ends.slice(0, -1)].slice(0, stretches.length));
          expect(ends.at(-1) ?? 0).toBe(rows);
        }
      }
    }
  });

  it.each([
    ['ArrowDown', 5, 6],
    ['ArrowUp', 0, 0],
    ['PageDown', 5, 13],
    ['PageDown', 95, 99],
    ['PageUp', 5, 0],
    ['Home', 5, 0],
    ['End', 5, 99],
    ['a', 5, undefined],
  ])('leads by %s from row %i to %s', (key, row, next) => {
    expect(rowAfterKey(key, row, { rows: 100, page: 8 })).toBe(next);
  });

  it('leads nowhere when it is empty', () => {
    expect(rowAfterKey('End', 0, { rows: 0, page: 8 })).toBeUndefined();
  });
});
