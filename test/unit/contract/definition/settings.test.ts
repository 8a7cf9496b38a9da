import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { queueSettings } from '../../../../lib/contract/definition/queue-settings.ts';
import {
  deadExpiration,
  deadRetentionSeconds,
  finishedExpiration,
  finishedRetentionSeconds,
  isExpired,
  unfinishedExpiration,
} from '../../../../lib/contract/protocol/expiration.ts';

const payload = z.unknown();
const DAY = 24 * 3600;
const NOW = Date.parse('2026-06-01T00:00:00Z');

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

  const anyTiming = fc
    .record({
      parallel: fc.boolean(),
      timeoutSeconds: fc.integer({ min: 1, max: 840 }),
      batchSize: fc.integer({ min: 1, max: 10_000 }),
      batchWindowSeconds: fc.integer({ min: 0, max: 300 }),
      queueRetention: fc.integer({ min: 1, max: 14 }),
    })
    .map((timing) => ({
      ...timing,
      // One after another, more do not fit into a function's 900 s; without a window, SQS gives ten.
      batchSize: Math.min(
        timing.batchSize,
        timing.parallel ? 10_000 : Math.max(1, Math.floor(885 / timing.timeoutSeconds)),
        timing.batchWindowSeconds === 0 ? 10 : 10_000,
      ),
    }));

  it('are within AWS’s limits for every definition there can be', () => {
    const seen = { capped: 0, hundred: 0 };
    fc.assert(
      fc.property(anyTiming, (options) => {
        const settings = queueSettings(defineJob({ type: 'a', payload, ...options }));
        const { functionTimeoutSeconds, visibilityTimeoutSeconds, retentionSeconds, maxReceiveCount } = settings;
        expect(functionTimeoutSeconds).toBeLessThanOrEqual(900);
        expect(visibilityTimeoutSeconds).toBe(6 * functionTimeoutSeconds + options.batchWindowSeconds);
        expect(visibilityTimeoutSeconds).toBeLessThanOrEqual(43_200);
        expect(Number.isInteger(maxReceiveCount)).toBe(true);
        expect(maxReceiveCount).toBeGreaterThanOrEqual(2);
        expect(maxReceiveCount).toBeLessThanOrEqual(100);
        expect(maxReceiveCount * visibilityTimeoutSeconds).toBeLessThanOrEqual(0.8 * retentionSeconds);
        // The most that fits: one more would be too many, or more than a hundred.
        const oneMore = (maxReceiveCount + 1) * visibilityTimeoutSeconds;
        if (maxReceiveCount < 100) expect(oneMore).toBeGreaterThan(0.8 * retentionSeconds);
        seen[maxReceiveCount < 100 ? 'capped' : 'hundred']++;
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.capped, seen.hundred), 'both kinds came up').toBeGreaterThan(10);
  });

  it('give every job of a batch its time, and the writes around it theirs', () => {
    fc.assert(
      fc.property(anyTiming, (options) => {
        const { functionTimeoutSeconds } = queueSettings(defineJob({ type: 'a', payload, ...options }));
        const jobs = options.parallel ? 1 : options.batchSize;
        expect(functionTimeoutSeconds).toBe(jobs * options.timeoutSeconds + 15);
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

  it('in whole seconds, which DynamoDB wants, rounded up', () => {
    expect(finishedExpiration(retention, 1)).toBe(1 + 8 * DAY);
    expect(deadExpiration(retention, 1000)).toBe(1 + 22 * DAY);
    expect(unfinishedExpiration(retention, 1001)).toBe(2 + 22 * DAY);
  });

  it('while it waits, whenever that ends', () => {
    const inAYear = NOW + 366 * DAY * 1000;
    expect(unfinishedExpiration(retention, inAYear)).toBe(inAYear / 1000 + 22 * DAY);
  });

  it('to its last second', () => {
    const expiration = NOW / 1000;
    expect(isExpired({ expiration }, NOW - 1)).toBe(false);
    expect(isExpired({ expiration }, NOW)).toBe(true);
  });

  it('at least as long as every other copy, dead or not', () => {
    const legal = fc.integer({ min: 1, max: 14 }).chain((queueRetention) =>
      fc.record({
        queueRetention: fc.constant(queueRetention),
        retention: fc.integer({ min: queueRetention + 1, max: 3650 }),
      }),
    );
    fc.assert(
      fc.property(legal, (kept) => {
        expect(finishedRetentionSeconds(kept)).toBeGreaterThanOrEqual((kept.queueRetention + 1) * DAY);
        expect(deadRetentionSeconds(kept)).toBeGreaterThanOrEqual((14 + kept.queueRetention + 1) * DAY);
        expect(deadRetentionSeconds(kept)).toBeGreaterThanOrEqual(finishedRetentionSeconds(kept));
      }),
    );
  });
});
