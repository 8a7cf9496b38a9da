import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { plant } from './mutants/plant.ts';
import { makeTally, type Progress } from './progress.ts';

/**
 * `npm run simulate -- --seeds 1000000 [--from N] [--workers 2]`: runs schedules over all cores, reports of each that
 * broke a promise what it takes and what happened in it, and exits 1. Its progress goes to stderr. `--stop` ends at the first.
 * The same seed is the same schedule: `--from N --seeds 1` replays it. `--often partly` fills the schedules with that fault
 * of the network. `--flows` runs chains and batches, `--optimistic` types that begin without a claim, `--breaker` types with a circuit
 * breaker, `--expiring` jobs whose time may be over. `--mutant "<defect>"` plants one of the deliberate defects first, with what shows it.
 */
interface Task {
  readonly from: number;
  readonly seeds: number;
  /** Distance of two seeds. */
  readonly step: number;
  readonly stop: boolean;
  readonly flows: boolean;
  readonly optimistic: boolean;
  readonly breaker: boolean;
  readonly expiring: boolean;
  readonly mutant: string | undefined;
  readonly often: string | undefined;
}

/** Schedules between two words of progress. */
const PORTION = 100;
/** Each takes some seconds to shrink: if more fail, their seeds are enough. */
const MOST_SHRUNK = 3;

async function work(
  { from, seeds, step, stop, mutant, ...options }: Task,
  report: (progress: Progress) => void,
): Promise<void> {
  // A plain object: Powertools asks for its variables again and again, and the real environment answers slowly.
  process.env = { ...process.env };
  // An error is how a row says what it decided: nobody reads where it was made.
  Error.stackTraceLimit = 0;
  const planted = mutant === undefined ? undefined : plant(mutant);
  const { networkFault, simulateSeed } = await import('./one-seed.ts');
  const often = networkFault(options.often ?? planted?.often);
  const flows = options.flows || planted?.flows === true;
  const optimistic = options.optimistic || planted?.optimistic === true;
  const breaker = options.breaker || planted?.breaker === true;
  const expiring = options.expiring || planted?.expiring === true;
  let failures = 0;
  for (let n = 1; n <= seeds; n++) {
    const seed = from + (n - 1) * step;
    const failure = await simulateSeed(seed, {
      ...{ shrinks: mutant === undefined && failures < MOST_SHRUNK, flows, optimistic, breaker, expiring, often },
    });
    if (failure !== undefined) {
      failures += 1;
      report({ seed, failure });
      if (stop) return report({ done: n % PORTION });
    }
    if (n % PORTION === 0) report({ done: PORTION });
  }
  report({ done: seeds % PORTION });
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(Math.min(2, availableParallelism())) },
      stop: { type: 'boolean', default: false },
      flows: { type: 'boolean', default: false },
      optimistic: { type: 'boolean', default: false },
      breaker: { type: 'boolean', default: false },
      expiring: { type: 'boolean', default: false },
      mutant: { type: 'string' },
      often: { type: 'string' },
    },
  });
  const [seeds, from, workers] = [values.seeds, values.from, values.workers].map(wholeNumber) as [
    number,
    number,
    number,
  ];
  const tally = makeTally({ seeds, from, to: process.stderr, fails: console.log, now: Date.now });
  const { stop, flows, optimistic, breaker, expiring, mutant, often } = values;
  const task = { step: workers, stop, flows, optimistic, breaker, expiring, mutant, often };
  const tasks = Array.from({ length: workers }, (_, k) => ({
    ...task,
    from: from + k,
    seeds: Math.ceil((seeds - k) / workers),
  }));
  await Promise.all(tasks.map((one) => (workers === 1 ? work(one, tally.report) : inWorker(one, tally.report))));
  tally.end();
  const { user, system } = process.cpuUsage();
  console.log(`${tally.summary()}, ${((user + system) / 1000 / Math.max(1, tally.done)).toFixed(1)} ms of CPU each`);
  process.exitCode = tally.broken === 0 ? 0 : 1;
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new RangeError(`--seeds, --from and --workers are whole numbers from 1 on, got ${text}`);
}

function inWorker(task: Task, report: (progress: Progress) => void): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    worker.on('message', report);
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}

if (isMainThread) await main();
else await work(workerData as Task, (progress) => parentPort?.postMessage(progress));
