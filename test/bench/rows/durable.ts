import { startDriver } from '../driver/driver.ts';
import { type Bench, type Measured, type Row, verdict } from '../row.ts';
import { alternate, median, ratios, spread } from '../stats.ts';

const BATCH = 10;
const BATCHES = 60;
/** Of ten jobs each: until V8 has compiled what is hot, which an SDK call a job brings about sooner. */
const WARM_UP_BATCHES = 300;
const NAME = 'a durable function of one step (JS SDK 2.4)';

/**
 * Calls and CPU a job beside a durable function of one step: AWS's own SDK against a stub of its checkpoint API, on this machine.
 * The embedded emulator has no durable function that AWS's clients can create. What Lambda itself does to keep an execution is
 * counted on neither side.
 */
export const durable: Row = {
  name: 'durable',
  async measure({ bundles, stub, runs }: Bench): Promise<Measured[]> {
    const ours = await startDriver({ file: bundles.sluice.file, stub });
    const theirs = await startDriver({ file: bundles.durable.file, stub });
    const order = { batches: BATCHES, batchSize: BATCH, payload: {} };
    const jobs = BATCHES * BATCH;
    for (const side of [ours, theirs]) await side.run({ ...order, batches: WARM_UP_BATCHES });
    const callsOf = async (side: typeof ours) => {
      await stub.set({});
      await side.run(order);
      return Object.values(await stub.set({})).reduce((a, b) => a + b, 0) / jobs;
    };
    const calls = { ours: await callsOf(ours), theirs: await callsOf(theirs) };
    const perJob = (side: typeof ours) => async () => (await side.run(order)).cpuUs / jobs;
    const figures = await alternate({ ours: perJob(ours), theirs: perJob(theirs) }, 2 * runs);
    for (const side of [ours, theirs]) await side.stop();
    const all = ratios(figures.ours, figures.theirs);
    const us = (side: number[]) => `${Math.round(median(side))} µs`;
    return [
      {
        what: 'AWS calls per successful job, batch 10',
        baseline: `${NAME}: ${calls.theirs.toFixed(2)}`,
        figure: calls.ours.toFixed(2),
        spread: '—',
        budget: '≤ 0.2 of it',
        verdict: verdict(calls.ours <= 0.2 * calls.theirs + 1e-9),
      },
      {
        what: 'CPU per successful job, warm, batch 10',
        baseline: `${NAME}: ${us(figures.theirs)}`,
        figure: `${median(all).toFixed(2)} (${us(figures.ours)})`,
        spread: spread(all),
        budget: '≤ 1',
        verdict: verdict(median(all) <= 1),
      },
    ];
  },
};
