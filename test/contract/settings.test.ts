import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { RetryAfterError, SnoozeError, toJobError } from '../../lib/contract/errors.ts';
import { deadRetentionSeconds, finishedRetentionSeconds, unfinishedExpiration } from '../../lib/contract/expiration.ts';
import { defineJob } from '../../lib/contract/job-definition.ts';
import { checkedStage } from '../../lib/contract/names.ts';
import { queueSettings } from '../../lib/contract/queue-settings.ts';

const payload = z.unknown();
const DAY = 24 * 3600;

describe('a queue’s settings', () => {
  it('follow from the definition', () => {
    expect(queueSettings(defineJob({ type: 'a', payload }))).toEqual({
      functionTimeoutSeconds: 45,
      visibilityTimeoutSeconds: 270,
      retentionSeconds: 7 * DAY,
      maxReceiveCount: 100,
    });
    const long = defineJob({
      type: 'a',
      payload,
      timeoutSeconds: 840,
      batchSize: 100,
      batchWindowSeconds: 300,
      queueRetention: 1,
    });
    // 80 % of a day holds twelve visibility timeouts of 5,430 s.
    expect(queueSettings(long)).toMatchObject({
      functionTimeoutSeconds: 855,
      visibilityTimeoutSeconds: 5430,
      maxReceiveCount: 12,
    });
    expect(queueSettings(defineJob({ type: 'a', payload, parallel: false })).functionTimeoutSeconds).toBe(315);
  });

  it('are within AWS’s limits for every definition there can be', () => {
    const timing = fc.record({
      timeoutSeconds: fc.integer({ min: 1, max: 840 }),
      batchSize: fc.integer({ min: 1, max: 10_000 }),
      batchWindowSeconds: fc.integer({ min: 1, max: 300 }),
      queueRetention: fc.integer({ min: 1, max: 14 }),
    });
    fc.assert(
      fc.property(timing, (options) => {
        const settings = queueSettings(defineJob({ type: 'a', payload, ...options }));
        expect(settings.functionTimeoutSeconds).toBeLessThanOrEqual(900);
        expect(settings.visibilityTimeoutSeconds).toBeLessThanOrEqual(43_200);
        expect(settings.maxReceiveCount).toBeGreaterThanOrEqual(2);
        expect(settings.maxReceiveCount).toBeLessThanOrEqual(100);
        expect(settings.maxReceiveCount * settings.visibilityTimeoutSeconds).toBeLessThanOrEqual(
          0.8 * settings.retentionSeconds,
        );
      }),
    );
  });
});

describe('an item is kept', () => {
  const retention = { retention: 8, queueRetention: 7 };
  it('longer than any copy of its message lives', () => {
    expect(finishedRetentionSeconds(retention)).toBe(8 * DAY);
    expect(deadRetentionSeconds(retention)).toBe((14 + 7 + 1) * DAY);
    expect(deadRetentionSeconds({ ...retention, retention: 100 })).toBe(100 * DAY);
  });

  it('while it waits, whenever that ends', () => {
    const inAYear = Date.now() + 365 * DAY * 1000;
    expect(unfinishedExpiration(retention, inAYear)).toBeGreaterThan(inAYear / 1000 + 21 * DAY);
  });
});

describe('a stage', () => {
  it.each(['dev', 'p', 'prod2', 'a234567890123456'])('may be %s', (stage) => expect(checkedStage(stage)).toBe(stage));
  it.each(['', 'Prod', 'my-stage', '2nd', 'a2345678901234567', undefined, 7])('is not %o', (stage) => {
    expect(() => checkedStage(stage)).toThrow(/stage must be 1 to 16/);
  });
});

describe('what a handler throws', () => {
  it.each([RetryAfterError, SnoozeError])('asks for 0 s to 7 days: %o', (Thrown) => {
    for (const seconds of [0, 0.5, 604_800]) expect(new Thrown(seconds).delaySeconds).toBe(seconds);
    for (const seconds of [-1, 604_801, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => new Thrown(seconds)).toThrow(RangeError);
  });

  it.each([
    [new TypeError('bad'), { name: 'TypeError', message: 'bad' }],
    [new Error(''), { name: 'Error', message: '' }],
    ['text', { name: 'NonError', message: 'text' }],
    [null, { name: 'NonError', message: 'null' }],
    [undefined, { name: 'NonError', message: 'undefined' }],
    [{ code: 7 }, { name: 'NonError', message: '{"code":7}' }],
    [10n, { name: 'NonError', message: '[object BigInt]' }],
    [Object.assign(new Error('x'), { name: '' }), { name: 'Error', message: 'x' }],
  ])('is kept as name and message: %o', (thrown, kept) => expect(toJobError(thrown)).toEqual(kept));

  it('is cut at 512 characters, never inside one', () => {
    const { message } = toJobError(new Error(`${'x'.repeat(511)}🦊`));
    expect(message).toHaveLength(512);
    expect(message.isWellFormed()).toBe(true);
  });
});
