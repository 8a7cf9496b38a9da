import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const MAX_RATIO = 0.25;
const BATCH = 10;
/** Until V8 has compiled what is hot: it compiles by calls, of which Sluice makes a tenth of the stock stack's. */
const WARM_UP_BATCHES = 2000;
const BATCHES = 60;

/** CPU of the process per job that succeeds, warm, against the stock stack's. */
export const cpu: Row = {
  name: 'cpu',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const sluice = await startDriver({ file: bundles.sluice.file, stub });
    const stock = await startDriver({ file: bundles.stock.file, stub });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    for (const side of [sluice, stock]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const perJob = async (side: typeof sluice) => (await side.run(order)).cpuUs / (BATCHES * BATCH);
    const figures = await alternate({ sluice: () => perJob(sluice), stock: () => perJob(stock) }, 2 * runs);
    await sluice.stop();
    await stock.stop();
    const all = ratios(figures.sluice, figures.stock);
    const us = (side: number[]) => `${Math.round(median(side))} µs`;
    return [
      {
        what: 'CPU per successful job, warm, batch 10',
        baseline: `stock Powertools stack: ${us(figures.stock)}`,
        figure: `${median(all).toFixed(2)} (${us(figures.sluice)})`,
        spread: spread(all),
        budget: `≤ ${MAX_RATIO}`,
        verdict: verdict(median(all) <= MAX_RATIO),
      },
    ];
  },
};
