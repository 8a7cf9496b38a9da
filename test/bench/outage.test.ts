import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../lib/contract/retry-policy.ts';
import { type OutageOptions, simulateOutage } from './scale/outage.ts';
import { seeded } from './seeded.ts';

const run = (changes: Partial<OutageOptions> = {}) =>
  simulateOutage({
    jobs: 10_000,
    arrivalSeconds: 2000,
    outageSeconds: 300,
    policy: { ...DEFAULT_RETRY_POLICY, maxAttempts: 8 },
    capacityPerSecond: 1000,
    random: seeded(3),
    ...changes,
  });

describe('the simulated outage', () => {
  it('ends every job, and fails none while the third party is there', () => {
    expect(run({ outageSeconds: 0 })).toMatchObject({ completed: 10_000, dead: 0, failed: 0, peakParked: 0 });
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
    expect(run({ capacityPerSecond: 7 }).peakStarts).toBe(7);
  });
});
