import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { median, spread } from '../stats.ts';

const SIZES = [1, 10, 100, 1000];
const JOBS = 1000;
/** What a job may add to the peak: its item, two statements and its log lines wait in memory at once. */
const MAX_KB_A_JOB = 40;
/** Flat is what the machine's own noise allows. */
const MAX_RISE = 1.1;

/** CPU per job and peak memory by batch size; each size in a process of its own. */
export const batchSize: Row = {
  name: 'batch-size',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const drivers = await Promise.all(SIZES.map(() => startDriver({ file: bundles.sluice.file, stub })));
    const cpu = SIZES.map((): number[] => []);
    const peaks: number[] = [];
    for (let run = -2; run < runs; run++) {
      for (const [i, size] of SIZES.entries()) {
        const order = { batches: JOBS / size, batchSize: size, payload: {} };
        const figures = await drivers[i]?.run(order);
        if (figures === undefined) continue;
        if (run >= 0) cpu[i]?.push(figures.cpuUs / JOBS);
        peaks[i] = figures.peakBytes;
      }
    }
    for (const driver of drivers) await driver.stop();
    const ten = median(cpu[1] ?? []);
    return SIZES.map((size, i) => {
      const perJob = median(cpu[i] ?? []);
      const slopeKb = ((peaks[i] ?? 0) - (peaks[0] ?? 0)) / 1024 / size;
      const flat = size <= 10 || perJob <= ten * MAX_RISE;
      return {
        what: `batch size ${size}: CPU per job, peak memory`,
        baseline: `batch 10: ${Math.round(ten)} µs`,
        figure: `${(perJob / ten).toFixed(2)} (${Math.round(perJob)} µs), ${((peaks[i] ?? 0) / 2 ** 20).toFixed(0)} MB${size === 1000 ? `, ${slopeKb.toFixed(0)} KB a job` : ''}`,
        spread: `${spread(cpu[i] ?? [], 0)} µs`,
        budget: size === 1000 ? `flat; ≤ ${MAX_KB_A_JOB} KB a job` : size > 10 ? 'falls or flat' : 'stated',
        verdict: verdict(flat && (size < 1000 || slopeKb <= MAX_KB_A_JOB)),
      };
    });
  },
};
