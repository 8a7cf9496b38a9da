import { EXPECTED_OPTIMISTIC, type Path } from '../count/expected.ts';
import { startDriver } from '../driver/driver.ts';
import { paired, pairsOf } from '../paired.ts';
import type { Bench, Measured, Row } from '../row.ts';
import { alternate } from '../stats.ts';
import { BATCH as BULL_BATCH, JOBS, startRedis, startWorker, VERSION, WARM_UP_RUNS } from './bullmq.ts';
import { linesOf } from './calls.ts';

const BATCH = 10;
const BATCHES = 60;
/** As the row of CPU: until V8 has compiled what is hot. */
const WARM_UP_BATCHES = 2000;
const BUDGETS = { claimed: 0.75, stock: 0.12, bullmq: 0.6 } as const;

/** A job that begins without a write: its CPU beside a claimed job's, the stock stack's and BullMQ's; its calls and units. */
export const optimistic: Row = {
  name: 'optimistic',
  async measure(bench: Bench): Promise<Measured[]> {
    const lines = [...(await besideTheClaimed(bench)), await besideBullmq(bench)];
    for (const path of Object.keys(EXPECTED_OPTIMISTIC) as Path[]) {
      lines.push(...(await linesOf('optimistic', path, bench.bundles)));
    }
    return lines;
  },
};

async function besideTheClaimed({ bundles, stub, ...bench }: Bench): Promise<Measured[]> {
  const start = ({ file }: { file: string }) => startDriver({ file, stub });
  const drivers = [await start(bundles.optimistic), await start(bundles.sluice), await start(bundles.stock)] as const;
  const [ours, claimed, stock] = drivers;
  const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
  for (const side of drivers) await side.run({ ...order, batches: WARM_UP_BATCHES });
  const perJob = (side: typeof ours) => async () => (await side.run(order)).cpuUs / (BATCHES * BATCH);
  const sides = { ours: perJob(ours), claimed: perJob(claimed), stock: perJob(stock) };
  const figures = await alternate(sides, pairsOf(bench));
  for (const side of drivers) await side.stop();
  const line = { what: whatOf(BATCH), ours: figures.ours, unit: 'µs' } as const;
  return [
    paired({ ...line, baseline: 'claimed', theirs: figures.claimed, max: BUDGETS.claimed }),
    paired({ ...line, baseline: 'stock Powertools stack', theirs: figures.stock, max: BUDGETS.stock }),
  ];
}

async function besideBullmq({ bundles, stub, ...bench }: Bench): Promise<Measured> {
  const redis = await startRedis();
  const name = `${VERSION} worker + Redis, concurrency 10, bare`;
  if (redis === undefined) {
    const figure = 'skipped: no redis-server here (apt-get install redis-server)';
    const budget = `≤ ${BUDGETS.bullmq}`;
    return { what: whatOf(BULL_BATCH), baseline: name, figure, spread: '—', budget, verdict: 'skipped' };
  }
  const bare = await startWorker('bare', redis);
  const driver = await startDriver({ file: bundles.optimistic.file, stub });
  const order = { batches: JOBS / BULL_BATCH, batchSize: BULL_BATCH, payload: {} };
  const sides = { ours: async () => (await driver.run(order)).cpuUs / JOBS, theirs: bare.run };
  for (let i = 0; i < WARM_UP_RUNS; i++) for (const side of Object.values(sides)) await side();
  const figures = await alternate(sides, pairsOf(bench));
  await driver.stop();
  bare.stop();
  await redis.stop();
  return paired({ what: whatOf(BULL_BATCH), ...figures, baseline: name, max: BUDGETS.bullmq, unit: 'µs' });
}

const whatOf = (batch: number) => `CPU per successful job, begin: 'optimistic', warm, batch ${batch}`;
