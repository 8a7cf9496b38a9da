import { describe, expect, it } from 'vitest';
import { RetryAfterError } from '../../../../lib/contract/errors.ts';
import type { Failure } from '../../../../lib/contract/protocol/settle.ts';
import {
  decideProbe,
  isFailure,
  MAX_WAIT_MS,
  waitClosingMs,
  waitMs,
} from '../../../../lib/contract/protocol/withheld.ts';

const error = (name: string) => ({ name, message: 'no' });
const retry = (name: string): Failure => ({ kind: 'retry', delayMs: 1000, error: error(name) });
const dead = (reason: 'AttemptsExhausted' | 'PermanentError', name: string): Failure => ({
  kind: 'dead',
  reason,
  error: error(name),
});

describe('a failure counts', () => {
  it.each([
    ['that is tried again', retry('E'), undefined, true],
    ['of the last attempt', dead('AttemptsExhausted', 'E'), undefined, true],
    ['by its name', retry('E'), ['E'], true],
    ['not by another name', retry('E'), ['F'], false],
    [
      'never that is permanent, not even by its name',
      dead('PermanentError', 'PermanentError'),
      ['PermanentError'],
      false,
    ],
    ['never that asks to come later once too often', dead('AttemptsExhausted', 'SnoozeError'), undefined, false],
    ['never that was cancelled', retry('JobCancelledError'), undefined, false],
    [
      'never that was put back',
      { kind: 'putBack', delayMs: 0, error: error('ShutdownError') } as const,
      undefined,
      false,
    ],
  ])('%s', (_, failure, errors, counts) => {
    expect(isFailure(failure, errors)).toBe(counts);
  });
});

describe('a probe that fails', () => {
  const wait = { ms: 90_000, errors: undefined };

  it('is put back until it may ask again, also from its last attempt', () => {
    for (const failure of [retry('E'), dead('AttemptsExhausted', 'E')])
      expect(decideProbe(failure, new Error('no'), wait)).toEqual({
        kind: 'probed',
        delayMs: 90_000,
        error: error('E'),
      });
  });

  it('comes back when its third party said', () => {
    expect(decideProbe(retry('RetryAfterError'), new RetryAfterError(1), wait)).toMatchObject({ delayMs: 90_000 });
    const failure: Failure = { kind: 'retry', delayMs: 500_000, error: error('RetryAfterError') };
    expect(decideProbe(failure, new RetryAfterError(500), wait)).toMatchObject({ kind: 'probed', delayMs: 500_000 });
  });

  it('of itself is an attempt as any other', () => {
    const failure = retry('TypeError');
    expect(decideProbe(failure, new TypeError('a bug'), { ms: 90_000, errors: ['E'] })).toBe(failure);
  });
});

describe('jobs that may not start', () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `probe#order-${i}`);
  const shares = (waits: number[], [from, to]: [number, number]) =>
    Array.from({ length: 10 }, (_, part) => {
      const [least, most] = [0, 1].map((edge) => from + ((to - from) * (part + edge)) / 10) as [number, number];
      return waits.filter((ms) => ms >= least && ms < most).length / waits.length;
    });

  it('ask again within five minutes, spread evenly', () => {
    for (const share of shares(ids.map(waitMs), [60_000, MAX_WAIT_MS])) {
      expect(share).toBeGreaterThan(0.07);
      expect(share).toBeLessThan(0.13);
    }
  });

  it('ask again within four intervals while it is closing, and within five minutes', () => {
    for (const share of shares(
      ids.map((id) => waitClosingMs(id, 5000, 10)),
      [5000, 45_000],
    )) {
      expect(share).toBeGreaterThan(0.07);
      expect(share).toBeLessThan(0.13);
    }
    expect(Math.max(...ids.map((id) => waitClosingMs(id, 5000, 3600)))).toBe(MAX_WAIT_MS);
  });
});
