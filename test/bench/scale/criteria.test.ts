import { expect, test } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../../lib/contract/definition/retry-policy.ts';
import {
  atLeast,
  atMost,
  exactly,
  leastWithoutJitter,
  mostAfter,
  mostOfWave,
  mostStarts,
  mostStartsWhileOpen,
  mostUntilAllEnded,
} from './criteria.ts';
import { capacityOf } from './outage.ts';
import { burst, drill, PATIENT, peakOutage, withoutJitter } from './scenarios.ts';

const chance = (mean: number) => mean + 5 * Math.sqrt(mean);
const size = { jobs: 50_000, seconds: 1 };
const wide = { maxConcurrency: 1000, outageSeconds: 200 };

test('a burst is spread over the widest jitter so far, and over no less than it took', () => {
  const options = burst(DEFAULT_RETRY_POLICY, size, wide);
  expect([1, 2, 3, 4].map((wave) => mostOfWave(wave, options, 1))).toEqual(
    [1, 1, 6, 60].map((seconds) => chance(50_000 / seconds)),
  );
  expect(mostOfWave(4, options, 100)).toBe(chance(500));
  const plain = burst(withoutJitter(DEFAULT_RETRY_POLICY), size, wide);
  expect(mostOfWave(4, plain, 1)).toBe(chance(50_000));
  expect(leastWithoutJitter(plain, 1)).toBe(25_000);
});

test('a burst takes as long as there is room to start it', () => {
  const narrow = burst(DEFAULT_RETRY_POLICY, size, { ...wide, maxConcurrency: 50 });
  expect(capacityOf(narrow)).toBe(4166);
  expect(mostOfWave(1, narrow, 1)).toBe(chance(4166));
  // Nine batches of 120 ms can begin within a second.
  expect(mostStarts(narrow, 1e9)).toBe(4500);
});

test.each([
  // 1 s, 5 s, 30 s and 5 min can be due at once when ten minutes end; half an hour is due long after.
  [PATIENT, 600, 4],
  [DEFAULT_RETRY_POLICY, 600, 4],
  // Nobody waits for the third retry before 4.8 s have passed.
  [PATIENT, 4, 2],
  [{ ...PATIENT, maxAttempts: 2 }, 600, 1],
  [{ ...PATIENT, maxAttempts: 1 }, 600, 0],
])('waves that can be due at one moment', (policy, outageSeconds, waves) => {
  const options = peakOutage(policy, { jobs: 1000, seconds: 1000 }, outageSeconds);
  expect(mostAfter(options, 10)).toBe(chance(10 * waves));
  expect(mostStarts(options, 10)).toBe(chance(10 * (waves + 1)));
});

test('checks say what was promised, and whether it was kept', () => {
  expect(atMost('starts/s', 10, 10)).toEqual({ what: 'starts/s', promised: '≤ 10', measured: 10, met: true });
  expect(atMost('starts/s', 10, 11).met).toBe(false);
  expect(atLeast('ratio', 25.57, 25)).toMatchObject({ promised: '≥ 25.6', met: false });
  expect(exactly('dead letters', 3, 3).met).toBe(true);
  expect(exactly('dead letters', 3, 4)).toMatchObject({ promised: '3', met: false });
});

test.each([
  ['none', [], 0],
  ['a start each interval', [112, 122, 132], 1],
  ['a second one a millisecond early', [112, 121.999, 132], 2],
  ['three in a stretch that no interval begins with', [112, 125, 127, 129, 140], 3],
  ['what starts within 2 s of the opening, and from the closing on', [100, 101.999, 150, 150.001], 0],
  ['fractions that do not add up', [112.1, 122.1, 132.1, 142.1], 1],
])('starts while a breaker is open: %s', (_, starts, most) => {
  expect(mostStartsWhileOpen(starts, [{ openedAt: 100, closedAt: 150 }], 10)).toBe(most);
});

test('starts while a breaker is open are counted in each of its openings, and in one that never ends', () => {
  const openings = [{ openedAt: 0, closedAt: 10 }, { openedAt: 100 }];
  expect(mostStartsWhileOpen([5, 50, 51, 1000], openings, 10)).toBe(1);
  expect(mostStartsWhileOpen([5, 50, 51, 1000, 1001], openings, 10)).toBe(2);
  expect(mostStartsWhileOpen([5, 6], [], 10)).toBe(0);
});

test('all jobs of the drill have come when the third party is back, and may take ten minutes and their own time', () => {
  const options = drill({ jobs: 100_000, outageSeconds: 9900 });
  expect([0, 10, 20, 9910].map(options.arrivedBy)).toEqual([0, 10_081, 20_161, 100_000]);
  expect(capacityOf(options)).toBe(2500);
  expect(mostUntilAllEnded(options)).toBe(640);
});
