import { type Driver, startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, medianInterval, ratios } from '../stats.ts';

const MAX_RATIO = 1.03;
const BATCH = 10;
const WARM_UP_BATCHES = 1000;
const BATCHES = 60;

/** CPU per job of a foreign message, which `accept` reads, beside one of our own with the same body. */
export const accept: Row = {
  name: 'accept',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const own = await startDriver({ file: bundles.sluice.file, stub });
    const foreign = await startDriver({ file: bundles.accepting.file, stub });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    for (const side of [own, foreign]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const perJob = (side: Driver) => async () => (await side.run(order)).cpuUs / (BATCHES * BATCH);
    const figures = await alternate({ own: perJob(own), foreign: perJob(foreign) }, 3 * runs);
    for (const side of [own, foreign]) await side.stop();
    const all = ratios(figures.foreign, figures.own);
    const [low, high] = medianInterval(all);
    const us = (side: number[]) => `${Math.round(median(side))} µs`;
    return [
      {
        what: 'CPU per job of a foreign message (`accept`), batch 10',
        baseline: `a message of our own: ${us(figures.own)}`,
        figure: `${median(all).toFixed(2)} (${us(figures.foreign)})`,
        // So near to 1 the machine's own noise decides: the interval of the median must reach down to the budget.
        spread: `95 % interval ${low.toFixed(2)}–${high.toFixed(2)}, ${all.length} pairs`,
        budget: `≤ ${MAX_RATIO}`,
        verdict: verdict(low <= MAX_RATIO),
      },
    ];
  },
};
