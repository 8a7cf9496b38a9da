import { HOURS_A_MONTH, PRICES } from './prices.ts';

/** What a job is made of on one way, measured: calls, units, bytes and time. */
export interface JobFigures {
  readonly sqsCalls: number;
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly logBytes: number;
  /** CPU of the function, µs. */
  readonly cpuUs: number;
  readonly events: number;
}

/** What every job costs alike. */
export interface Setting {
  readonly batchSize: number;
  readonly memoryMb: number;
  /** Time that a batch waits: its DynamoDB round trips and its jobs' own. */
  readonly waitMs: number;
  readonly metrics: number;
}

/** Dollars a million jobs, by what they are paid for. */
export type Dollars = Readonly<Record<'sqs' | 'lambda' | 'dynamoDb' | 'logs' | 'events', number>>;

/** A full vCPU comes with 1,769 MB (AWS Lambda developer guide, "Memory"). */
export const FULL_CPU_MB = 1769;

/** Receives and deletes of the event source's pollers, which are billed as any other request: a batch each. */
const POLLER_CALLS_A_BATCH = 2;

export function dollarsPerMillion(job: JobFigures, { batchSize, memoryMb, waitMs }: Setting): Dollars {
  const share = Math.min(1, memoryMb / FULL_CPU_MB);
  const batchMs = (job.cpuUs * batchSize) / 1000 / share + waitMs;
  // A send by the producer: ten a call where it can, one where it cannot; here ten.
  const requests = job.sqsCalls + POLLER_CALLS_A_BATCH / batchSize + 0.1;
  return {
    sqs: requests * PRICES.sqsMillionRequests,
    lambda: lambdaPerMillion(batchMs, { batchSize, memoryMb }),
    dynamoDb: job.writeUnits * PRICES.dynamoDbMillionWriteUnits + job.readUnits * PRICES.dynamoDbMillionReadUnits,
    logs: (job.logBytes * 1e6 * PRICES.logsGb) / 2 ** 30,
    events: job.events * PRICES.eventBridgeMillionEvents,
  };
}

/** Dollars of Lambda a million jobs. */
export function lambdaPerMillion(batchMs: number, { batchSize, memoryMb }: Pick<Setting, 'batchSize' | 'memoryMb'>) {
  const gbSeconds = ((batchMs / 1000) * (memoryMb / 1024)) / batchSize;
  return PRICES.lambdaMillionRequests / batchSize + gbSeconds * 1e6 * PRICES.lambdaGbSecond;
}

export const total = (dollars: Dollars): number => Object.values(dollars).reduce((a, b) => a + b, 0);

/** A share of the jobs takes another way besides. */
export function mixed(success: JobFigures, failure: JobFigures, share: number): JobFigures {
  const mix = (name: keyof JobFigures) => success[name] * (1 - share) + failure[name] * share;
  return {
    sqsCalls: mix('sqsCalls'),
    writeUnits: mix('writeUnits'),
    readUnits: mix('readUnits'),
    logBytes: mix('logBytes'),
    cpuUs: mix('cpuUs'),
    events: mix('events'),
  };
}

/** Alarms and dashboards read these whatever the number of jobs. */
export const metricsMonthly = (metrics: number): number => metrics * PRICES.metricMonth;

/** Step Functions Standard: start, one task, end, as SQS and a pipe or a function start them. */
export const STANDARD_TRANSITIONS = 3;

export const stepFunctionsStandard = (): number => STANDARD_TRANSITIONS * PRICES.stepFunctionsMillionTransitions;

/** Express: a request, and its 64 MB for as long as the job takes, rounded up to 100 ms. */
export function stepFunctionsExpress(jobMs: number): number {
  const gbSeconds = (64 / 1024) * (Math.ceil(jobMs / 100) / 10);
  return PRICES.expressMillionRequests + gbSeconds * 1e6 * PRICES.expressGbSecond;
}

/**
 * BullMQ: two cache nodes (a primary and its replica) and two workers in two zones, however few the jobs are, and as many
 * more workers as a million jobs' waiting needs at a concurrency of 10.
 *
 * @param millions of jobs a month
 */
export function bullmqMonthly(millions: number, jobMs: number): number {
  const cacheHour = millions >= 100 ? PRICES.cacheLargeHour : PRICES.cacheSmallHour;
  const busySeconds = (millions * 1e6 * jobMs) / 1000 / 10;
  const workers = Math.max(2, Math.ceil((busySeconds / (HOURS_A_MONTH * 3600)) * 3));
  const workerHour = 0.25 * PRICES.fargateVcpuHour + 0.5 * PRICES.fargateGbHour;
  return HOURS_A_MONTH * (2 * cacheHour + workers * workerHour);
}
