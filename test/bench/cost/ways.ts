import { METRICS } from '../../../lib/contract/names.ts';
import type { Measured } from './figures.ts';
import * as model from './model.ts';

export const JOB_MS = 100;
/** Of a stage with one job type: each metric by type and in sum, the dispatcher's only in sum. */
const { namespace: _, stageDimension: __, typeDimension: ___, retryLateness: ____, ...OF_JOBS } = METRICS;
const CUSTOM_METRICS = 2 * Object.keys(OF_JOBS).length + 1;
export const SETTING: model.Setting = {
  batchSize: 10,
  memoryMb: 512,
  waitMs: 2 * 4 + JOB_MS,
  metrics: CUSTOM_METRICS,
};

export const KINDS = {
  sluice: 'Sluice',
  quiet: 'Sluice without success lines',
  stock: 'stock Powertools',
  status: 'stock Powertools + status table',
} as const;

type Kind = keyof typeof KINDS | 'child' | 'optimistic';

/**
 * What a job is made of, by the way it is run.
 *
 * @param share of the jobs that fail once, 0 to 1
 */
export function jobOf(kind: Kind, measured: Measured, share: number): model.JobFigures {
  const { success, failure, stock, successLines } = measured;
  if (kind === 'child' || kind === 'optimistic') return measured[kind];
  if (kind === 'sluice') return model.mixed(success, failure, share);
  if (kind === 'quiet') {
    const job = model.mixed(success, failure, share);
    return { ...job, logBytes: job.logBytes - successLines };
  }
  // The stock stack's failed message is received and run again: all of it once more.
  const job = model.mixed(stock, model.mixed(stock, stock, 1), share);
  return scaled(kind === 'stock' ? job : withStatusTable(job), 1 + share);
}

/** Two more writes a job, and their CPU. */
const withStatusTable = (job: model.JobFigures): model.JobFigures => ({
  ...job,
  writeUnits: job.writeUnits + 2,
  cpuUs: job.cpuUs * 2,
});

const scaled = (job: model.JobFigures, factor: number) =>
  Object.fromEntries(Object.entries(job).map(([name, value]) => [name, value * factor])) as unknown as model.JobFigures;

/** Jobs a month, millions. */
export const MONTHS = [1, 10, 100] as const;

/** Dollars a month for each of {@link MONTHS}, custom metrics included. */
export function monthly(measured: Measured): (readonly [name: string, ...dollars: number[]])[] {
  const million = (kind: Kind, share: number) =>
    model.total(model.dollarsPerMillion(jobOf(kind, measured, share), SETTING));
  // Batches of one, and a handler of 1 ms.
  const { lambda } = model.dollarsPerMillion({ ...measured.success, cpuUs: 1000 }, { ...SETTING, batchSize: 1 });
  const metrics = model.metricsMonthly(SETTING.metrics);
  const at = (perMillion: number, fixed: number) => MONTHS.map((millions) => perMillion * millions + fixed);
  return [
    ['Sluice, 1 % failing', ...at(million('sluice', 0.01), metrics)],
    ['stock Powertools', ...at(million('stock', 0), metrics)],
    ['stock Powertools + status table', ...at(million('status', 0), metrics)],
    [
      'Step Functions Express + Lambda (no deduplication, no status kept)',
      ...at(model.stepFunctionsExpress(JOB_MS) + lambda, 0),
    ],
    ['Step Functions Standard + Lambda', ...at(model.stepFunctionsStandard() + lambda, 0)],
    ['BullMQ on ElastiCache + Fargate, two zones', ...MONTHS.map((millions) => model.bullmqMonthly(millions, JOB_MS))],
  ];
}
