import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../../lib/contract/definition/retry-policy.ts';
import { seeded } from '../seeded.ts';
import { modelOutage } from './model.ts';
import { type OutageOptions, triangle } from './outage.ts';
import { PATIENT } from './scenarios.ts';

const run = (changes: Partial<OutageOptions> = {}) =>
  modelOutage({
    jobs: 10_000,
    arrivedBy: triangle(10_000, 2000),
    outage: { fromSecond: 850, untilSecond: 1150 },
    policy: PATIENT,
    ...{ maxConcurrency: 10, batchSize: 10, jobMs: 100 },
    random: seeded(3),
    ...changes,
  });

describe('the modelled outage', () => {
  it('ends every job, and fails none while the third party is there', () => {
    const never = { fromSecond: 0, untilSecond: 0 };
    expect(run({ outage: never })).toMatchObject({ completed: 10_000, dead: 0, failed: 0, peakParked: 0, waves: [] });
    const { completed, dead, failed } = run();
    expect(completed + dead).toBe(10_000);
    expect(failed).toBeGreaterThan(1000);
  });

  it('kills jobs whose attempts end before it does', () => {
    const { completed, dead } = run({ policy: { ...DEFAULT_RETRY_POLICY, maxAttempts: 2 } });
    expect(dead).toBeGreaterThan(1000);
    expect(completed + dead).toBe(10_000);
  });

  it('keeps parked jobs out of flight: only waits of up to a minute and what runs are in it', () => {
    const waits = { kind: 'list', delaysSeconds: [3600], jitter: 0 } as const;
    const { peakInFlight, peakParked, peakStarts } = run({ policy: { maxAttempts: 8, backoff: waits } });
    expect(peakParked).toBeGreaterThan(1000);
    expect(peakInFlight).toBeLessThanOrEqual(peakStarts);
  });

  it('starts no more than there is room for', () => {
    expect(run({ maxConcurrency: 7, batchSize: 1, jobMs: 1000 }).peakStarts).toBe(7);
  });
});
