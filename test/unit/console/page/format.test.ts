import { describe, expect, it } from 'vitest';
import {
  countText,
  durationText,
  momentText,
  msOf,
  plural,
  relativeText,
  shortText,
} from '../../../../lib/console/page/base/format.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [212.4, '212 ms'],
    [1_000, '1.0 s'],
    [9_999, '9.9 s'],
    [45_900, '45 s'],
    [75_000, '1 min 15 s'],
    [3_600_000, '1 h'],
    [4_380_000, '1 h 13 min'],
    [273_600_000, '3 d 4 h'],
    [-1_500, '−1.5 s'],
    [Number.NaN, '–'],
  ])('of %d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});

describe('a time', () => {
  it.each([
    [0, 'just now'],
    [-12_000, '12 s ago'],
    [-59_999, '59 s ago'],
    [-60_000, '1 min ago'],
    [-3_600_000, '1 h ago'],
    [-3 * 86_400_000, '3 d ago'],
    [300_000, 'in 5 min'],
  ])('%d ms from now is %s', (fromNow, text) => {
    expect(relativeText(NOW + fromNow, NOW)).toBe(text);
  });

  it('is read from epoch ms and from ISO 8601', () => {
    expect([msOf(NOW), msOf('2026-11-30T12:00:00Z'), msOf('soon')]).toEqual([NOW, NOW, Number.NaN]);
  });
});

describe('a count', () => {
  it('has its thousands apart, and its noun in the right number', () => {
    expect([countText(12_345), plural(1, 'job'), plural(0, 'job'), plural(1_000, 'query', 'queries')]).toEqual([
      ...['12,345', '1 job', '0 jobs', '1,000 queries'],
    ]);
  });

  it('is short on an axis', () => {
    expect([0.5, 12, 1_000, 1_250, 3_400_000].map(shortText)).toEqual(['0.5', '12', '1k', '1.3k', '3.4M']);
  });
});

it('a moment says its day where it is not within a day of now', () => {
  const now = new Date(2026, 10, 30, 12, 0, 0).getTime();
  expect(momentText(now + 64_000, now)).toBe('12:01:04');
  expect(momentText(new Date(2026, 11, 3, 9, 5, 7).getTime(), now)).toBe('2026-12-03 09:05');
});
