import { type Driver, startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import type { Bench, Measured, Row } from '../row.ts';
import { alternate } from '../stats.ts';

const MAX_RATIO = 1.03;
const BATCH = 10;
const WARM_UP_BATCHES = 1000;
const BATCHES = 60;

/** CPU per job of a foreign message, which `accept` reads, beside one of our own with the same body. */
export const accept: Row = {
  name: 'accept',
  async measure({ bundles, stub, ...bench }: Bench): Promise<Measured[]> {
    const own = await startDriver({ file: bundles.sluice.file, stub });
    const foreign = await startDriver({ file: bundles.accepting.file, stub });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    for (const side of [own, foreign]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const perJob = (side: Driver) => async () => (await side.run(order)).cpuUs / (BATCHES * BATCH);
    const figures = await alternate({ own: perJob(own), foreign: perJob(foreign) }, pairsOf(bench));
    for (const side of [own, foreign]) await side.stop();
    const [what, baseline] = ['CPU per job of a foreign message (`accept`), batch 10', 'a message of our own'];
    return [paired({ what, baseline, ours: figures.foreign, theirs: figures.own, max: MAX_RATIO, unit: 'µs' })];
  },
};
