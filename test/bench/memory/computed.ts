import type { Bundles } from '../bundles.ts';
import { table, usd } from '../cost/markdown.ts';
import * as model from '../cost/model.ts';
import { startDriver } from '../driver/driver.ts';
import { median } from '../stats.ts';
import type { Stub } from '../stub/stub.ts';
import { BATCH, JOB_MS, LATENCY_MS, SIZES_MB, shareOf } from './sizes.ts';

const RUNS = 7;
const BATCHES = 60;

/** Where nothing can be limited: the CPU of a warm batch at full speed, over the share that a size gets. */
export async function computed({ sluice }: Bundles, stub: Stub): Promise<void> {
  const driver = await startDriver({ file: sluice.file, stub });
  const cpuMs: number[] = [];
  for (let run = 0; run < RUNS + 3; run++) {
    const { cpuUs } = await driver.run({ batches: BATCHES, batchSize: BATCH, payload: {} });
    cpuMs.push(cpuUs / 1000 / BATCHES);
  }
  await driver.stop();
  const batchCpuMs = median(cpuMs.slice(3));
  console.log(`\nComputed, not measured: ${batchCpuMs.toFixed(1)} ms of CPU a warm batch of ${BATCH}, over the share.`);
  table(
    ['MB', 'share of a vCPU', 'batch, jobs of no time', `batch, jobs of ${JOB_MS} ms`, '$ Lambda a million', '…'],
    SIZES_MB.map((memoryMb) => {
      const batchMs = [0, JOB_MS].map((jobMs) => batchCpuMs / shareOf(memoryMb) + 2 * LATENCY_MS + jobMs);
      const dollars = batchMs.map((ms) => usd(model.lambdaPerMillion(ms, { batchSize: BATCH, memoryMb })));
      return [memoryMb, shareOf(memoryMb).toFixed(2), ...batchMs.map((ms) => `${Math.round(ms)} ms`), ...dollars];
    }),
  );
}
