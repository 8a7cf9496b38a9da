import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Backoff,
  DEFAULT_RETRY_POLICY,
  plannedDelayMs,
  retryDelayMs,
} from '../../../../lib/contract/definition/retry-policy.ts';

const exponential: Backoff = { kind: 'exponential', firstDelaySeconds: 2, factor: 3, maxDelaySeconds: 1800, jitter: 0 };
const delays = (backoff: Backoff, count: number) =>
  Array.from({ length: count }, (_, i) => plannedDelayMs(backoff, i + 1));

describe('the planned delay', () => {
  it('is the list’s, its last one for ever', () => {
    expect(delays(DEFAULT_RETRY_POLICY.backoff, 7)).toEqual([
      1000, 5000, 30_000, 300_000, 1_800_000, 1_800_000, 1_800_000,
    ]);
  });

  it('grows by its factor up to its cap', () => {
    expect(delays(exponential, 9)).toEqual([
      2000, 6000, 18_000, 54_000, 162_000, 486_000, 1_458_000, 1_800_000, 1_800_000,
    ]);
  });

  it('stays at its cap where the power itself has no number', () => {
    expect(plannedDelayMs({ ...exponential, factor: 100 }, 1000)).toBe(1_800_000);
  });

  it.each([0, -1, 1.5, Number.NaN])('has no meaning for attempt %d', (attempt) => {
    expect(() => plannedDelayMs(exponential, attempt)).toThrow(RangeError);
  });
});

describe('the delay', () => {
  const exponentials = fc
    .record({
      firstDelaySeconds: fc.double({ min: 0, max: 604_800, noNaN: true }),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      maxDelaySeconds: fc.double({ min: 0, max: 604_800, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map((backoff) => ({ kind: 'exponential' as const, ...backoff }));
  const attempts = fc.integer({ min: 1, max: 100 });
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('never passes the cap, however many attempts, and never shrinks before jitter', () => {
    fc.assert(
      fc.property(exponentials, attempts, randoms, (backoff, attempt, random) => {
        const cap = Math.round(backoff.maxDelaySeconds * 1000);
        const planned = plannedDelayMs(backoff, attempt);
        expect(planned).toBeLessThanOrEqual(cap);
        expect(plannedDelayMs(backoff, attempt + 1)).toBeGreaterThanOrEqual(planned);
        const delay = retryDelayMs(backoff, attempt, random);
        expect(Number.isSafeInteger(delay)).toBe(true);
        expect(delay).toBeLessThanOrEqual(planned);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(planned * (1 - backoff.jitter)));
      }),
    );
  });

  const list = fc.record({
    kind: fc.constant('list' as const),
    delaysSeconds: fc.array(fc.double({ min: 0, max: 604_800, noNaN: true }), { minLength: 1, maxLength: 9 }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('lies between (1 − jitter) of the planned one and all of it', () => {
    fc.assert(
      fc.property(
        list,
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (backoff, attempt, random) => {
          const planned = plannedDelayMs(backoff, attempt);
          const delay = retryDelayMs(backoff, attempt, random);
          expect(delay).toBeLessThanOrEqual(planned);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(planned * (1 - backoff.jitter)));
        },
      ),
    );
  });

  it('after the last of the list is the last one again', () => {
    fc.assert(
      fc.property(list, attempts, (backoff, attempt) => {
        const last = Math.round((backoff.delaysSeconds.at(-1) ?? 0) * 1000);
        expect(plannedDelayMs(backoff, backoff.delaysSeconds.length + attempt)).toBe(last);
      }),
    );
  });

  it('without jitter is the planned one, with a jitter of one anything down to nothing', () => {
    expect(retryDelayMs(exponential, 3, 0.9)).toBe(18_000);
    expect(retryDelayMs({ ...exponential, jitter: 1 }, 3, 0.9)).toBe(1800);
    expect(retryDelayMs({ ...exponential, jitter: 1 }, 3, 0.999999)).toBe(0);
  });

  it('uses all of its jitter', () => {
    const backoff = { ...exponential, jitter: 0.2 };
    expect(retryDelayMs(backoff, 1, 0)).toBe(2000);
    expect(retryDelayMs(backoff, 1, 0.999999)).toBe(1600);
  });
});
