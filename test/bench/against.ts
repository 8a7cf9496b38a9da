import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { DISPATCHER_HEAP, startDriver } from './driver/driver.ts';
import { alternate, median, medianInterval, ratios, spread } from './stats.ts';
import { type Stub, startStub } from './stub/stub.ts';

const USAGE = `usage: npm run bench:against -- CHECKOUT [--only consumer|dispatcher] [--pairs n] [--jobs n]
  CHECKOUT     folder of another version of this repository, its packages installed
  --only name  consumer or dispatcher. Default: both
  --pairs n    alternating runs of each side, at least 21 (the default)
  --jobs n     jobs that are due in a tick of the dispatcher. Default: 10000`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRIES = { consumer: 'test/bench/job/handler.ts', dispatcher: 'functions/dispatcher/handler.ts' } as const;
/** Of the due list, in each version so far. */
const LIST_SHARDS = 8;
const TICK = { batches: 1, batchSize: 0, payload: {}, tick: true } as const;
const TICK_LATENCY_MS = 5;
/** Where a checkout keeps what writes a bundle: now, and before the rooms were moved. */
const WRITERS = ['lib/bundle/write-bundle.ts', 'lib/infra/write-bundle.ts'];
const LEAST_PAIRS = 21;
const WARM_UP_BATCHES = 2000;
const WARM = { batches: 60, batchSize: 10, payload: {} };
const COLD = { batches: 1, batchSize: 10, payload: {} };

/** Bundles an entry of a checkout with its own bundler. @returns the bundle's file */
async function bundleOf(checkout: string, entry: string, folder: string): Promise<string> {
  const failures: unknown[] = [];
  for (const writer of WRITERS) {
    const args = [join(checkout, writer), join(checkout, entry), folder];
    try {
      await promisify(execFile)(process.execPath, args, { cwd: checkout });
      return join(folder, 'index.mjs');
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `${checkout} is no checkout that can be bundled: ${entry}`);
}

/** CPU of a warm job. The process is started once, and warmed until V8 has compiled what is hot. */
async function warm(file: string, stub: Stub) {
  const driver = await startDriver({ file, stub });
  await driver.run({ ...WARM, batches: WARM_UP_BATCHES });
  return { run: async () => (await driver.run(WARM)).cpuUs / (WARM.batches * WARM.batchSize), stop: driver.stop };
}

/** CPU of a process that loads the bundle and runs a first batch. */
async function cold(file: string, stub: Stub): Promise<number> {
  const driver = await startDriver({ file, stub });
  const { cpuUs } = await driver.run(COLD);
  await driver.stop();
  return (driver.load.loadCpuUs + cpuUs) / 1000;
}

/** Jobs that a tick releases in a second, and its CPU of each. */
async function ticks(file: string, stub: Stub, jobs: number) {
  const driver = await startDriver({ file, stub, execArgv: DISPATCHER_HEAP });
  const cpuUs: number[] = [];
  const run = async () => {
    await stub.set({ latencyMs: TICK_LATENCY_MS, due: { jobs, shards: LIST_SHARDS } });
    const { wallMs, cpuUs: all } = await driver.run(TICK);
    cpuUs.push(all / jobs);
    return jobs / (wallMs / 1000);
  };
  // The first of them warms up.
  return { run, cpuUs: () => cpuUs.slice(1), stop: driver.stop };
}

async function dispatchers(sides: Record<'here' | 'there', string>, stub: Stub, { pairs, jobs }: Options) {
  const [here, there] = [await ticks(sides.here, stub, jobs), await ticks(sides.there, stub, jobs)];
  const what = `dispatcher, a tick of ${jobs.toLocaleString('en')} jobs, ${TICK_LATENCY_MS} ms latency`;
  report(`${what}: rate`, 'jobs/s', await alternate({ here: here.run, there: there.run }, pairs));
  report(`${what}: CPU per job`, 'µs', { here: here.cpuUs(), there: there.cpuUs() });
  await stub.set({ latencyMs: 0 });
  await Promise.all([here.stop(), there.stop()]);
}

async function consumers(sides: Record<'here' | 'there', string>, stub: Stub, { pairs }: Options) {
  const [here, there] = [await warm(sides.here, stub), await warm(sides.there, stub)];
  report('CPU per job, warm, batch 10', 'µs', await alternate({ here: here.run, there: there.run }, pairs));
  await Promise.all([here.stop(), there.stop()]);
  const colds = { here: () => cold(sides.here, stub), there: () => cold(sides.there, stub) };
  report('cold start: load plus first batch of 10', 'ms', await alternate(colds, pairs));
}

function report(what: string, unit: string, { here, there }: Record<'here' | 'there', number[]>): void {
  const all = ratios(here, there);
  const [low, high] = medianInterval(all);
  const interval = `95 % interval of the median ${low.toFixed(3)}–${high.toFixed(3)}`;
  const figures = `${median(here).toFixed(1)} of ${median(there).toFixed(1)} ${unit}`;
  console.log(`${what}: ${median(all).toFixed(3)} (${figures}), ${interval}, ${all.length} pairs, ${spread(all)}`);
}

interface Options {
  readonly checkout: string;
  readonly only: string | undefined;
  readonly pairs: number;
  /** Of a tick. */
  readonly jobs: number;
}

function options(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...{ only: { type: 'string' }, pairs: { type: 'string', default: String(LEAST_PAIRS) } },
      jobs: { type: 'string', default: '10000' },
    },
  });
  const [checkout] = positionals;
  const [pairs, jobs] = [Number(values.pairs), Number(values.jobs)];
  const isKnown = values.only === undefined || Object.hasOwn(MEASURES, values.only);
  const isCount = Number.isInteger(pairs) && pairs >= LEAST_PAIRS && Number.isInteger(jobs) && jobs > 0;
  if (checkout === undefined || !isKnown || !isCount) throw new RangeError(USAGE);
  return { checkout: resolve(checkout), only: values.only, pairs, jobs };
}

const MEASURES = { consumer: consumers, dispatcher: dispatchers } as const;

/** `npm run bench:against`: this checkout over another version's, pair by pair in the same run. */
async function main(): Promise<void> {
  const given = options();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-against-'));
  const stub = await startStub();
  try {
    for (const name of ['consumer', 'dispatcher'] as const) {
      if (given.only !== undefined && given.only !== name) continue;
      const here = await bundleOf(ROOT, ENTRIES[name], join(folder, `here-${name}`));
      const there = await bundleOf(given.checkout, ENTRIES[name], join(folder, `there-${name}`));
      await MEASURES[name]({ here, there }, stub, given);
    }
  } finally {
    stub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
