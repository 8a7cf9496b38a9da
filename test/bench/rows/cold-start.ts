import { startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate } from '../stats.ts';

const MAX_COLD_RATIO = 0.55;
const MAX_BYTES_RATIO = 0.8;

/** Load plus first batch in a fresh process, in CPU: what a cold start costs at a share of a CPU. */
export const coldStart: Row = {
  name: 'cold-start',
  async measure({ bundles, stub, ...bench }: Bench): Promise<Measured[]> {
    const cold = async (file: string): Promise<number> => {
      const driver = await startDriver({ file, stub });
      const { cpuUs } = await driver.run({ batches: 1, batchSize: 10, payload: {} });
      await driver.stop();
      return (driver.load.loadCpuUs + cpuUs) / 1000;
    };
    const sides = { sluice: () => cold(bundles.sluice.file), stock: () => cold(bundles.stock.file) };
    const figures = await alternate(sides, pairsOf(bench));
    const what = 'cold start: load plus first batch of 10, fresh process, CPU';
    const sidesOf = { ours: figures.sluice, theirs: figures.stock, max: MAX_COLD_RATIO, unit: 'ms' } as const;
    return [paired({ what, baseline: 'stock stack with an SQS client', ...sidesOf }), bytes(bundles)];
  },
};

function bytes({ sluice, stock }: Bench['bundles']): Measured {
  const ratio = sluice.bytes / stock.bytes;
  const kb = (count: number) => `${Math.round(count / 1000)} KB`;
  return {
    what: 'bundle bytes, consumer without third-party clients',
    baseline: `stock stack with an SQS client: ${kb(stock.bytes)}`,
    figure: `${ratio.toFixed(2)} (${kb(sluice.bytes)})`,
    spread: '—',
    budget: `≤ ${MAX_BYTES_RATIO}`,
    verdict: verdict(ratio <= MAX_BYTES_RATIO),
  };
}
