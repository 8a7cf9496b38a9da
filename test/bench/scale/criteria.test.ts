import { expect, test } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../../lib/contract/definition/retry-policy.ts';
import { atLeast, atMost, exactly, leastWithoutJitter, mostAfter, mostOfWave, mostStarts } from './criteria.ts';
import { capacityOf } from './outage.ts';
import { burst, PATIENT, peakOutage, withoutJitter } from './scenarios.ts';

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
