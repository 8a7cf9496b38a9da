import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { median, spread } from '../stats.ts';
import { bareTrips } from './bare-trips.ts';

const LATENCY_MS = 4;
const JOB_MS = 20;
const ROUND_TRIPS = 2;
const OWN_MS = 3;

/** Wall time of a warm batch of 10 whose jobs take 20 ms side by side, beyond the handler's own. */
export const wall: Row = {
  name: 'wall',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const driver = await startDriver({ file: bundles.sluice.file, stub });
    await driver.run({ batches: 200, batchSize: 10, payload: {} });
    await stub.set({ latencyMs: LATENCY_MS });
    const batch = { batches: 1, batchSize: 10, payload: { ms: JOB_MS } };
    const trips: number[] = [];
    const beyond: number[] = [];
    const trip = bareTrips(stub.url);
    for (let run = -3; run < 5 * runs; run++) {
      const alone = await timerAlone();
      const { wallMs } = await driver.run(batch);
      const tripMs = await trip();
      if (run < 0) continue;
      beyond.push(wallMs - alone);
      trips.push(tripMs);
    }
    await stub.set({ latencyMs: 0 });
    await driver.stop();
    // The stub's timer and this machine's loopback make a call of 4 ms longer.
    const tripMs = median(trips);
    const allowed = ROUND_TRIPS * tripMs + OWN_MS;
    return [
      {
        what: `wall time of a batch of 10 at ${LATENCY_MS} ms DynamoDB latency, jobs of ${JOB_MS} ms side by side`,
        baseline: `the handler alone: ${JOB_MS} ms; a bare round trip to the stub: ${tripMs.toFixed(1)} ms`,
        figure: `handler + ${median(beyond).toFixed(1)} ms`,
        spread: `${spread(beyond, 1)} ms`,
        budget: `≤ handler + ${ROUND_TRIPS} round trips + ${OWN_MS} ms = ${allowed.toFixed(1)} ms`,
        verdict: verdict(median(beyond) <= allowed),
      },
    ];
  },
};

/** The handler without anything around it: ten timers side by side. */
async function timerAlone(): Promise<number> {
  const start = performance.now();
  await Promise.all(Array.from({ length: 10 }, () => new Promise((resolve) => setTimeout(resolve, JOB_MS))));
  return performance.now() - start;
}
