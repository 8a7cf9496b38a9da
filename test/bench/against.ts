import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { startDriver } from './driver/driver.ts';
import { alternate, median, medianInterval, ratios, spread } from './stats.ts';
import { type Stub, startStub } from './stub/stub.ts';

const USAGE = `usage: npm run bench:against -- CHECKOUT [--pairs n]
  CHECKOUT   folder of another version of this repository, its packages installed
  --pairs n  alternating runs of each side, at least 21 (the default)`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = 'test/bench/job/handler.ts';
/** Where a checkout keeps what writes a bundle: now, and before the rooms were moved. */
const WRITERS = ['lib/bundle/write-bundle.ts', 'lib/infra/write-bundle.ts'];
const LEAST_PAIRS = 21;
const WARM_UP_BATCHES = 2000;
const WARM = { batches: 60, batchSize: 10, payload: {} };
const COLD = { batches: 1, batchSize: 10, payload: {} };

/** Bundles a checkout's bench job with its own bundler. @returns the bundle's file */
async function bundleOf(checkout: string, folder: string): Promise<string> {
  const failures: unknown[] = [];
  for (const writer of WRITERS) {
    const args = [join(checkout, writer), join(checkout, ENTRY), folder];
    try {
      await promisify(execFile)(process.execPath, args, { cwd: checkout });
      return join(folder, 'index.mjs');
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `${checkout} is no checkout that can be bundled: ${ENTRY}`);
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

function report(what: string, unit: string, { here, there }: Record<'here' | 'there', number[]>): void {
  const all = ratios(here, there);
  const [low, high] = medianInterval(all);
  const interval = `95 % interval of the median ${low.toFixed(3)}–${high.toFixed(3)}`;
  const figures = `${median(here).toFixed(1)} of ${median(there).toFixed(1)} ${unit}`;
  console.log(`${what}: ${median(all).toFixed(3)} (${figures}), ${interval}, ${all.length} pairs, ${spread(all)}`);
}

/** `npm run bench:against`: CPU of this checkout over another version's, pair by pair in the same run. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { pairs: { type: 'string', default: String(LEAST_PAIRS) } },
  });
  const [checkout] = positionals;
  const pairs = Number(values.pairs);
  if (checkout === undefined || !Number.isInteger(pairs) || pairs < LEAST_PAIRS) throw new RangeError(USAGE);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-against-'));
  const stub = await startStub();
  try {
    const [here, there] = [
      await bundleOf(ROOT, join(folder, 'here')),
      await bundleOf(resolve(checkout), join(folder, 'there')),
    ];
    const [ours, theirs] = [await warm(here, stub), await warm(there, stub)];
    report('CPU per job, warm, batch 10', 'µs', await alternate({ here: ours.run, there: theirs.run }, pairs));
    await Promise.all([ours.stop(), theirs.stop()]);
    const sides = { here: () => cold(here, stub), there: () => cold(there, stub) };
    report('cold start: load plus first batch of 10', 'ms', await alternate(sides, pairs));
  } finally {
    stub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
