import { parseArgs } from 'node:util';
import { writePart } from '../../support/tools/generated.ts';
import { makeBundles } from '../bundles.ts';
import { startStub } from '../stub/stub.ts';
import { BUDGET, missedOf } from './budget.ts';
import { printComparison } from './compare.ts';
import { type Measured, measure } from './figures.ts';
import { table, usd } from './markdown.ts';
import * as model from './model.ts';
import { costPart, MARKS, PAGE } from './page.ts';
import { PRICES } from './prices.ts';
import { JOB_MS, jobOf, KINDS, MONTHS, monthly, SETTING } from './ways.ts';

/**
 * `npm run cost [-- --write]`: prints what jobs cost, and puts it into the page beside this file. `-- --compare`: the same job by list
 * price elsewhere, without a run.
 */
const { values } = parseArgs({
  options: { write: { type: 'boolean', default: false }, compare: { type: 'boolean', default: false } },
});

function report(measured: Measured): void {
  console.log(
    `Dollars a million jobs, us-east-1, list prices of ${PRICES.asOf}; batches of ${SETTING.batchSize}, jobs that wait`,
  );
  console.log(
    `${JOB_MS} ms side by side, ${SETTING.memoryMb} MB, arm64, 4 ms to DynamoDB. Beside it ${SETTING.metrics} metrics of a stage with one job type:`,
  );
  console.log(`$${model.metricsMonthly(SETTING.metrics).toFixed(2)} a month.`);
  table(
    ['', 'SQS', 'Lambda', 'DynamoDB', 'logs', 'all', 'log bytes a job', 'CPU µs a job'],
    [0, 0.01, 0.1].flatMap((share) => waysAt(measured, share)),
  );
  judge(measured);
  console.log('\nDollars a month, metrics included where they are custom ones:');
  table(
    ['', ...MONTHS.map((millions) => `${millions} million jobs`)],
    monthly(measured).map(([name, ...dollars]) => [name, ...dollars.map(usd)]),
  );
}

/** The budget of jobs that begin optimistically. Exit code 1: it is missed. */
function judge(measured: Measured): void {
  const job = jobOf('optimistic', measured, 0);
  const dollars = model.dollarsPerMillion(job, SETTING);
  const { sqs, lambda, dynamoDb, logs } = dollars;
  console.log("\nA job with `begin: 'optimistic'` and `logs: 'failures'`, 0 % failing, beside what it may cost:");
  const parts = { sqs, lambda, dynamoDb, logs, all: model.total(dollars) };
  table(
    ['', 'SQS', 'Lambda', 'DynamoDB', 'logs', 'all', 'write units', 'read units', 'CPU µs a job'],
    [
      ['counted', ...Object.values(parts).map(usd), job.writeUnits, job.readUnits, Math.round(job.cpuUs)],
      ['budget', ...Object.values(BUDGET).map(usd), '', '', ''],
    ],
  );
  const missed = missedOf(dollars);
  if (missed.length > 0) process.exitCode = 1;
  console.log(missed.length > 0 ? `Missed: ${missed.join(', ')}` : 'Met.');
}

function waysAt(measured: Measured, share: number): (string | number)[][] {
  return (Object.keys(KINDS) as (keyof typeof KINDS)[]).map((kind) => {
    const job = jobOf(kind, measured, share);
    const dollars = model.dollarsPerMillion(job, SETTING);
    const parts = [dollars.sqs, dollars.lambda, dollars.dynamoDb, dollars.logs, model.total(dollars)].map(usd);
    return [`${KINDS[kind]}, ${share * 100} % failing`, ...parts, Math.round(job.logBytes), Math.round(job.cpuUs)];
  });
}

async function measureAndReport(): Promise<void> {
  const bundles = await makeBundles();
  const stub = await startStub();
  try {
    const measured = await measure(bundles, stub);
    report(measured);
    if (values.write) writePart(PAGE, MARKS, costPart(measured));
  } finally {
    stub.stop();
    await bundles.remove();
  }
}

if (values.compare) printComparison();
else await measureAndReport();
