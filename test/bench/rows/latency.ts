import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { percentile } from '../stats.ts';
import { bareTrips } from './bare-trips.ts';

const LATENCY_MS = 4;
const BATCHES = 10_000;
const BATCH_SIZE = 10;
/** Bare calls are made between as many groups of batches, so that both see the same machine. */
const GROUPS = 50;
const WARM_UP_BATCHES = 500;
const ROUND_TRIPS = 2;
/** Beyond the round trips, ms. */
const OWN_MS = { p50: 0.8, p99: 5 };
/** Two bare calls whose p99 is so far beyond their p50 say that others had the cores, ms. */
const BUSY_MS = 2;

/** Sluice's share of a batch's time: all of it, for the jobs take none. 100,000 jobs, so that what is rare is in it. */
export const latency: Row = {
  name: 'latency',
  async measure({ bundles, stub }: Bench): Promise<Measured[]> {
    const driver = await startDriver({ file: bundles.sluice.file, stub });
    await driver.run({ batches: WARM_UP_BATCHES, batchSize: BATCH_SIZE, payload: {} });
    await stub.set({ latencyMs: LATENCY_MS });
    const trips = bareTrips(stub.url);
    const found: Found = { batchesMs: [], cpuMs: [], bareMs: [] };
    await trips();
    for (let group = 0; group < GROUPS; group++) {
      const order = { batches: BATCHES / GROUPS, batchSize: BATCH_SIZE, payload: {}, eachBatch: true } as const;
      const { batchesMs, batchesCpuMs } = await driver.run(order);
      found.batchesMs.push(...batchesMs);
      found.cpuMs.push(...batchesCpuMs);
      for (let i = 0; i < BATCHES / GROUPS / 10; i++) found.bareMs.push((await trips()) + (await trips()));
    }
    await stub.set({ latencyMs: 0 });
    await driver.stop();
    return (['p50', 'p99'] as const).map((at) => line(at, found));
  },
};

interface Found {
  readonly batchesMs: number[];
  /** Of each batch: what a busy machine does not change much. */
  readonly cpuMs: number[];
  /** Of two bare calls, one after the other. */
  readonly bareMs: number[];
}

function line(at: 'p50' | 'p99', { batchesMs, cpuMs, bareMs }: Found): Measured {
  const share = at === 'p50' ? 0.5 : 0.99;
  const [bare, rare] = [percentile(bareMs, 0.5), percentile(bareMs, 0.99)];
  const own = percentile(batchesMs, share) - bare;
  const busy = rare - bare > BUSY_MS ? ': others had the cores' : '';
  const jobs = (batchesMs.length * BATCH_SIZE).toLocaleString('en');
  return {
    what: `Sluice’s share of a batch of 10 at ${LATENCY_MS} ms DynamoDB latency, ${at} of ${jobs} jobs`,
    baseline: `two bare round trips: p50 ${bare.toFixed(1)} ms, p99 ${rare.toFixed(1)} ms${busy}`,
    figure: `2 round trips + ${own.toFixed(2)} ms; its CPU ${percentile(cpuMs, share).toFixed(2)} ms`,
    spread: `${Math.min(...batchesMs).toFixed(1)}–${Math.max(...batchesMs).toFixed(1)} ms a batch`,
    budget: `≤ ${ROUND_TRIPS} round trips (p50) + ${OWN_MS[at]} ms`,
    verdict: verdict(own <= OWN_MS[at]),
  };
}
