import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bundles } from '../bundles.ts';
import { type Counted, countCalls } from '../count/count.ts';
import type { Path } from '../count/expected.ts';
import { countBatch } from '../count/flow.ts';
import { startDriver } from '../driver/driver.ts';
import { median } from '../stats.ts';
import type { Stub } from '../stub/stub.ts';
import type { JobFigures } from './model.ts';

const RUNS = 7;
const BATCHES = 60;
const BATCH = 10;
const CHILDREN = 1000;

/** A run's cost in figures: CPU and log bytes of a warm function, calls and units of the counted ways. */
export interface Measured {
  readonly success: JobFigures;
  readonly failure: JobFigures;
  readonly stock: JobFigures;
  /** A child of a batch of a thousand, with its share of the parent, the callback and what keeps their places. */
  readonly child: JobFigures;
  /** One that begins without a write, with `logs: 'failures'`. */
  readonly optimistic: JobFigures;
  /** Bytes of log that are not metrics: what `logs: 'failures'` leaves out of a job that succeeds. */
  readonly successLines: number;
}

/** A failing job here fails once and completes on its second attempt: in place half of the time, parked the other half. */
export async function measure(bundles: Bundles, stub: Stub): Promise<Measured> {
  const success = await warm(bundles, stub, { file: bundles.sluice.file, payload: {} });
  const unclaimed = await warm(bundles, stub, { file: bundles.optimistic.file, payload: {} });
  const failing = await warm(bundles, stub, { file: bundles.sluice.file, payload: { do: 'fail' } });
  const child = await warm(bundles, stub, { file: bundles.flows.file, payload: {}, inFlow: true });
  const { units } = await countBatch(bundles.flows, CHILDREN);
  const stock = await warm(bundles, stub, { file: bundles.stock.file, payload: {} });
  const counted = async (path: Path) => {
    const count = await countCalls({ bundles, path, payloadBytes: 100 });
    return { sqsCalls: sqsCallsOf(count), units: count.tableUnits + count.indexUnits };
  };
  const [ok, inPlace, begun, park, release, releaseBegun] = [
    await counted('success'),
    await counted('retry in place'),
    await counted('retry begun'),
    await counted('park'),
    await counted('release'),
    await counted('release begun'),
  ];
  const one = await countCalls({ bundles, of: 'optimistic', path: 'success', payloadBytes: 100 });
  return {
    success: { ...success, sqsCalls: ok.sqsCalls, writeUnits: ok.units, readUnits: 0, events: 0 },
    failure: {
      cpuUs: failing.cpuUs + success.cpuUs,
      logBytes: failing.logBytes + success.logBytes,
      sqsCalls: half([inPlace, begun, park, release, releaseBegun], 'sqsCalls'),
      writeUnits: half([inPlace, begun, park, release, releaseBegun], 'units'),
      readUnits: 1.5,
      events: 0,
    },
    optimistic: {
      ...unclaimed,
      ...{
        sqsCalls: sqsCallsOf(one),
        writeUnits: one.tableUnits + one.indexUnits,
        readUnits: one.readUnits,
        events: 0,
      },
      logBytes: unclaimed.logBytes - unclaimed.lineBytes,
    },
    child: { ...child, sqsCalls: ok.sqsCalls, writeUnits: units / CHILDREN, readUnits: 0, events: 0 },
    // PutItem and UpdateItem a job, within 1 KB each.
    stock: { ...stock, sqsCalls: 0, writeUnits: 2, readUnits: 0, events: 0 },
    successLines: success.lineBytes,
  };
}

function sqsCallsOf({ byTarget, callsPerJob }: Counted): number {
  const calls = [...byTarget.values()].reduce((a, b) => a + b, 0);
  const sqs = [...byTarget].filter(([target]) => target.startsWith('AmazonSQS')).reduce((sum, [, n]) => sum + n, 0);
  return (sqs / calls) * callsPerJob;
}

type Calls = Readonly<Record<'sqsCalls' | 'units', number>>;

/** Of one that waits in place and of one that is parked, together. */
const half = (ways: readonly Calls[], name: keyof Calls): number => ways.reduce((sum, way) => sum + way[name], 0) / 2;

interface Warm {
  readonly cpuUs: number;
  readonly logBytes: number;
  readonly lineBytes: number;
}

interface Warmed {
  readonly file: string;
  readonly payload: object;
  readonly inFlow?: true;
}

async function warm(bundles: Bundles, stub: Stub, { file, ...more }: Warmed): Promise<Warm> {
  const log = join(bundles.folder, 'log');
  const driver = await startDriver({ file, stub, log });
  const order = { batches: BATCHES, batchSize: BATCH, ...more, payload: { ...more.payload } };
  const cpu: number[] = [];
  for (let run = 0; run < RUNS + 3; run++) cpu.push((await driver.run(order)).cpuUs / (BATCHES * BATCH));
  const jobs = (RUNS + 3) * BATCHES * BATCH;
  const text = await readFile(log, 'utf8');
  await driver.stop();
  const metrics = text.split('\n').filter((line) => line.includes('"CloudWatchMetrics"'));
  const metricBytes = metrics.reduce((sum, line) => sum + line.length + 1, 0);
  const { length } = text;
  return { cpuUs: median(cpu.slice(3)), logBytes: length / jobs, lineBytes: (length - metricBytes) / jobs };
}
