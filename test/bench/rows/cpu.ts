import { startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import type { Bench, Measured, Row } from '../row.ts';
import { alternate } from '../stats.ts';

const MAX_RATIO = 0.17;
const BATCH = 10;
/** Until V8 has compiled what is hot: it compiles by calls, of which Sluice makes a tenth of the stock stack's. */
const WARM_UP_BATCHES = 2000;
const BATCHES = 60;

/** CPU of the process per job that succeeds, warm, against the stock stack's. */
export const cpu: Row = {
  name: 'cpu',
  async measure({ bundles, stub, ...bench }: Bench): Promise<Measured[]> {
    const sluice = await startDriver({ file: bundles.sluice.file, stub });
    const stock = await startDriver({ file: bundles.stock.file, stub });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    for (const side of [sluice, stock]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const perJob = async (side: typeof sluice) => (await side.run(order)).cpuUs / (BATCHES * BATCH);
    const figures = await alternate({ sluice: () => perJob(sluice), stock: () => perJob(stock) }, pairsOf(bench));
    await sluice.stop();
    await stock.stop();
    const [what, baseline] = ['CPU per successful job, warm, batch 10', 'stock Powertools stack'];
    return [paired({ what, baseline, ours: figures.sluice, theirs: figures.stock, max: MAX_RATIO, unit: 'µs' })];
  },
};
