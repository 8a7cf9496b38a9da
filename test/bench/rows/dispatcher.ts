import { LIST_SHARDS } from '../../../lib/contract/protocol/job-item.ts';
import { DISPATCHER_HEAP, startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';

const JOBS = 100_000;
const LATENCY_MS = 5;
const MIN_PER_SECOND = 5000;
/** Of the peak, for twice the jobs after as many as these: by then V8's young generation has its full size. */
const MAX_GROWTH_MB = 10;

/** One tick that finds 100,000 jobs due. */
export const dispatcher: Row = {
  name: 'dispatcher',
  async measure({ bundles, stub }: Bench): Promise<Measured[]> {
    const driver = await startDriver({
      file: bundles.dispatcher.file,
      stub,
      execArgv: DISPATCHER_HEAP,
    });
    const tick = async (jobs: number) => {
      await stub.set({ latencyMs: LATENCY_MS, due: { jobs, shards: LIST_SHARDS } });
      return driver.run({ batches: 1, batchSize: 0, payload: {}, tick: true });
    };
    await tick(JOBS / 10);
    const all = await tick(JOBS);
    const calls = await stub.set({ latencyMs: 0 });
    const settled = await tick(JOBS);
    const more = await tick(2 * JOBS);
    await driver.stop();
    const made = Object.values(calls).reduce((a, b) => a + b, 0);
    const sent = calls['AmazonSQS.SendMessageBatch'] ?? 0;
    const perSecond = JOBS / (all.wallMs / 1000);
    const growthMb = (more.peakBytes - settled.peakBytes) / 2 ** 20;
    // A shard's page is four calls one after another: read the list, read the items, send, move on.
    const floorMs = (JOBS / LIST_SHARDS / 100) * 4 * LATENCY_MS;
    return [
      {
        what: `dispatcher: ${JOBS.toLocaleString('en')} jobs due in one tick, ${LATENCY_MS} ms latency`,
        baseline: `the wire’s floor: ${(floorMs / 1000).toFixed(1)} s (${made.toLocaleString('en')} calls)`,
        figure: `${Math.round(perSecond).toLocaleString('en')} jobs/s (${(all.wallMs / floorMs).toFixed(1)} × the floor), ${(all.cpuUs / JOBS).toFixed(0)} µs CPU a job; ${Math.round(settled.peakBytes / 2 ** 20)} MB, + ${growthMb.toFixed(0)} MB for twice the jobs`,
        spread: `${(JOBS / sent).toFixed(1)} jobs a send`,
        budget: `≥ ${MIN_PER_SECOND.toLocaleString('en')} jobs/s, ≤ ${MAX_GROWTH_MB} MB more`,
        verdict: verdict(perSecond >= MIN_PER_SECOND && growthMb <= MAX_GROWTH_MB),
      },
    ];
  },
};
