import { METRICS } from '../../../lib/contract/names.ts';
import { makeBundles } from '../bundles.ts';
import { startStub } from '../stub/stub.ts';
import { type Measured, measure } from './figures.ts';
import { table, usd } from './markdown.ts';
import * as model from './model.ts';
import { PRICES } from './prices.ts';

const JOB_MS = 100;
/** Of a stage with one job type: each metric by type and in sum, the dispatcher's only in sum. */
const { namespace: _, dimension: __, retryLateness: ___, ...OF_JOBS } = METRICS;
const CUSTOM_METRICS = 2 * Object.keys(OF_JOBS).length + 1;
const SETTING: model.Setting = { batchSize: 10, memoryMb: 512, waitMs: 2 * 4 + JOB_MS, metrics: CUSTOM_METRICS };

/** The ways to have jobs, dollars a million. */
function waysOf({ success, failure, stock, successLines }: Measured) {
  const quiet = (job: model.JobFigures) => ({ ...job, logBytes: job.logBytes - successLines });
  return [0, 0.01, 0.1].flatMap((share) => {
    const jobs = model.mixed(success, failure, share);
    const percent = `${share * 100} % failing`;
    // The stock stack's failed message is received and run again: all of it once more.
    const stockJobs = model.mixed(stock, model.mixed(stock, stock, 1), share);
    const again = 1 + share;
    const scaled = (job: model.JobFigures) =>
      Object.fromEntries(
        Object.entries(job).map(([name, value]) => [name, value * again]),
      ) as unknown as model.JobFigures;
    return [
      { name: `Sluice, ${percent}`, job: jobs },
      { name: `Sluice, ${percent}, logs: 'failures'`, job: quiet(jobs) },
      { name: `stock Powertools, ${percent}`, job: scaled(stockJobs) },
      {
        name: `stock Powertools + status table, ${percent}`,
        job: scaled({ ...stockJobs, writeUnits: stockJobs.writeUnits + 2, cpuUs: stockJobs.cpuUs * 2 }),
      },
    ];
  });
}

function report(measured: Measured): void {
  const ways = waysOf(measured);
  console.log(
    `Dollars a million jobs, us-east-1, list prices of ${PRICES.asOf}; batches of ${SETTING.batchSize}, jobs that wait`,
  );
  console.log(
    `${JOB_MS} ms side by side, ${SETTING.memoryMb} MB, arm64, 4 ms to DynamoDB. Beside it ${SETTING.metrics} metrics of a stage with one job type:`,
  );
  console.log(`$${model.metricsMonthly(SETTING.metrics).toFixed(2)} a month.`);
  table(
    ['', 'SQS', 'Lambda', 'DynamoDB', 'logs', 'all', 'log bytes a job', 'CPU µs a job'],
    ways.map(({ name, job }) => {
      const dollars = model.dollarsPerMillion(job, SETTING);
      const parts = [dollars.sqs, dollars.lambda, dollars.dynamoDb, dollars.logs, model.total(dollars)].map(usd);
      return [name, ...parts, Math.round(job.logBytes), Math.round(job.cpuUs)];
    }),
  );
  monthly(measured);
}

function monthly({ success, failure, stock }: Measured): void {
  const lambda = (job: model.JobFigures) => model.dollarsPerMillion(job, { ...SETTING, batchSize: 1 }).lambda;
  const perMillion: [string, number][] = [
    ['Sluice, 1 % failing', model.total(model.dollarsPerMillion(model.mixed(success, failure, 0.01), SETTING))],
    ['stock Powertools', model.total(model.dollarsPerMillion(stock, SETTING))],
    [
      'stock Powertools + status table',
      model.total(model.dollarsPerMillion({ ...stock, writeUnits: 4, cpuUs: stock.cpuUs * 2 }, SETTING)),
    ],
    ['Step Functions Express + Lambda', model.stepFunctionsExpress(JOB_MS) + lambda({ ...success, cpuUs: 1000 })],
    ['Step Functions Standard + Lambda', model.stepFunctionsStandard() + lambda({ ...success, cpuUs: 1000 })],
  ];
  const metrics = model.metricsMonthly(SETTING.metrics);
  console.log('\nDollars a month, metrics included where they are custom ones:');
  table(
    ['', '1 million jobs', '10 million', '100 million'],
    [
      ...perMillion.map(([name, dollars]) => [
        name,
        ...[1, 10, 100].map((millions) => usd(dollars * millions + (name.startsWith('Step') ? 0 : metrics))),
      ]),
      [
        'BullMQ on ElastiCache + Fargate',
        ...[1, 10, 100].map((millions) => usd(model.bullmqMonthly(millions, JOB_MS))),
      ],
    ],
  );
}

const bundles = await makeBundles();
const stub = await startStub();
try {
  report(await measure(bundles, stub));
} finally {
  stub.stop();
  await bundles.remove();
}
