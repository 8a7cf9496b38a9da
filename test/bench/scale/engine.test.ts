import { describe, expect, it } from 'vitest';
import { DEFAULT_RETRY_POLICY } from '../../../lib/contract/definition/retry-policy.ts';
import { leastWithoutJitter, mostAfter, mostOfWave } from './criteria.ts';
import { engineOutage } from './engine.ts';
import { modelOutage } from './model.ts';
import { capacityOf } from './outage.ts';
import { burst, PATIENT, peakOutage, withoutJitter } from './scenarios.ts';

const OUTAGE_SECONDS = 60;

// A second or two each on a machine of its own.
describe('the outage with the real engine', { timeout: 120_000 }, () => {
  it.each([
    ['8 attempts', PATIENT, 5000],
    ['8 attempts, jitter 0', withoutJitter(PATIENT), 1000],
    ['3 attempts', { ...DEFAULT_RETRY_POLICY, maxAttempts: 3 }, 1000],
  ] as const)('is what the model says, %s', async (_, policy, jobs) => {
    const size = { jobs, seconds: 120 };
    const model = modelOutage(peakOutage(policy, size, OUTAGE_SECONDS));
    const engine = await engineOutage(peakOutage(policy, size, OUTAGE_SECONDS));
    expect(model.failed).toBeGreaterThan(jobs);
    expect(engine.completed + engine.dead).toBe(jobs);
    // They draw their jitter in another order, and the model knows whole seconds only.
    const near = (actual: number, expected: number) => Math.abs(actual - expected) <= 0.02 * expected + 5;
    const far = (['completed', 'dead', 'failed'] as const).filter((name) => !near(engine[name], model[name]));
    expect(far).toEqual([]);
    expect(engine.waves.map(({ retries }, i) => near(retries, model.waves[i]?.retries ?? 0))).not.toContain(false);
    expect(engine.waves).toHaveLength(model.waves.length);
    expect(Math.abs(engine.drainSeconds - model.drainSeconds)).toBeLessThan(30);
    const close = (actual: number, expected: number) => Math.abs(actual - expected) <= 5 * Math.sqrt(expected) + 5;
    const peaks = ['peakRetriesDue', 'peakStarts', 'peakInFlight', 'peakParked'] as const;
    expect(peaks.filter((name) => !close(engine[name], model[name]))).toEqual([]);
  });

  it('keeps to the policy after the outage, on time, and leaves nothing in its queues', async () => {
    const size = { jobs: 1000, seconds: 120 };
    const options = peakOutage(PATIENT, size, OUTAGE_SECONDS);
    const engine = await engineOutage(options);
    expect(engine.peakRetriesDue).toBeLessThanOrEqual(mostAfter(options, (2 * size.jobs) / size.seconds));
    expect(engine).toMatchObject({ latenessMs: 0, left: { queue: 0, deadLetters: 0 } });
    expect(engine.peakReleased).toBeGreaterThan(0);
    expect(engine.released).toBe(engine.waves.slice(3).reduce((sum, { retries }) => sum + retries, 0));
  });

  it('starts no more than its concurrency has room for, and the rest waits', async () => {
    const wide = { maxConcurrency: 2, outageSeconds: 0 };
    const options = burst(DEFAULT_RETRY_POLICY, { jobs: 2000, seconds: 1 }, wide);
    const { peakStarts, completed, peakInFlight } = await engineOutage(options);
    expect(completed).toBe(2000);
    // A second may begin within a batch.
    expect(peakStarts).toBeLessThanOrEqual(capacityOf(options) + 2 * options.batchSize);
    expect(peakStarts).toBeGreaterThan(0.9 * capacityOf(options));
    expect(peakInFlight).toBeLessThanOrEqual(20);
  });

  it('shows what jitter does with jobs that fail at once', async () => {
    const size = { jobs: 500, seconds: 1 };
    const wide = { maxConcurrency: 50, outageSeconds: 200 };
    const [spread, spike] = [
      burst(DEFAULT_RETRY_POLICY, size, wide),
      burst(withoutJitter(DEFAULT_RETRY_POLICY), size, wide),
    ];
    const [jittered, plain] = [await engineOutage(spread), await engineOutage(spike)];
    expect(jittered.waves).toHaveLength(4);
    for (const figure of ['peakDue', 'peakStarts'] as const) {
      expect(jittered.waves[3]?.[figure]).toBeLessThanOrEqual(mostOfWave(4, spread, size.seconds));
      expect(plain.waves[3]?.[figure]).toBeGreaterThanOrEqual(leastWithoutJitter(spike, size.seconds));
    }
  });

  it('names the jobs that never end', async () => {
    const options = peakOutage({ ...PATIENT, maxAttempts: 100 }, { jobs: 10, seconds: 10 }, 10);
    const forever = { ...options, outage: { fromSecond: 0, untilSecond: Number.POSITIVE_INFINITY } };
    await expect(engineOutage(forever)).rejects.toThrow('10 of 10 jobs have not ended');
  });
});
