import { table, usd } from './markdown.ts';
import * as model from './model.ts';
import { PRICES, RIVAL_PRICES } from './prices.ts';
import { JOB_MS, SETTING } from './ways.ts';

/** A way to run the same job: 100 bytes, sent by itself or ten a call where that is cheaper, done at the first attempt. */
export interface Way {
  readonly name: string;
  /** Queue and state of a million jobs, in dollars. What the handler's own CPU and logs cost comes on top of each alike. */
  readonly dollars: number;
  /** How the sum is made. */
  readonly of: string;
  /** What is known of a job afterwards, and what is not. */
  readonly keeps: string;
  readonly lacks: string;
  /** Where the price was seen, and of when. */
  readonly source: string;
}

const AWS = `prices.ts, ${PRICES.asOf.slice(0, 4)}`;
/** Ten messages a request: send, receive and delete. */
const SQS = 0.3 * PRICES.sqsMillionRequests;
const WRITE = PRICES.dynamoDbMillionWriteUnits;

/** Each way by list price, the cheapest first. */
export const ways = (): Way[] => [...ON_AWS, ...ELSEWHERE].sort((one, other) => one.dollars - other.dollars);

const ON_AWS: readonly Way[] = [
  {
    name: 'Sluice',
    dollars: SQS + 2 * WRITE,
    of: '3 SQS requests for ten jobs, 2 writes a job',
    keeps: 'status, attempts, times, error and result; no second run of an id; retries, dead letters',
    lacks: '',
    source: AWS,
  },
  {
    name: 'plain SQS + Lambda',
    dollars: SQS,
    of: '3 SQS requests for ten jobs',
    keeps: 'nothing; retries by visibility, dead letters',
    lacks: 'status, deduplication, backoff, times',
    source: AWS,
  },
  {
    name: 'SQS + Lambda + Powertools idempotency',
    dollars: SQS + 2 * WRITE,
    of: '3 SQS requests for ten jobs, 2 writes a job',
    keeps: 'a result by its idempotency key',
    lacks: 'status, attempts, backoff, times',
    source: AWS,
  },
  {
    name: 'Step Functions Express',
    dollars: model.stepFunctionsExpress(JOB_MS),
    of: `1 request and 64 MB for ${JOB_MS} ms`,
    keeps: 'logs, if they are on',
    lacks: 'status, deduplication, a queue in front',
    source: AWS,
  },
  {
    name: 'Step Functions Standard',
    dollars: model.stepFunctionsStandard(),
    of: `${model.STANDARD_TRANSITIONS} state transitions`,
    keeps: 'each step with its input and output for 90 days; no second run of a name',
    lacks: 'a queue in front',
    source: AWS,
  },
  {
    name: 'Lambda durable function of one step',
    dollars: 2 * RIVAL_PRICES.durableMillionOperations,
    of: 'its start and its step, without data written and kept',
    keeps: 'each step with its result for 14 days; no second run of a name',
    lacks: 'a queue in front, batches',
    source: 'api-evangelist/aws-lambda, aws-lambda-plans-pricing.yml, 2026-09-20, an example of AWS’s page',
  },
  {
    name: 'BullMQ on ElastiCache and Fargate, 10 million jobs a month',
    dollars: model.bullmqMonthly(10, JOB_MS) / 10,
    of: 'two cache nodes and two workers, whatever they do; it is the workers’ CPU, too',
    keeps: 'the jobs that Redis has room for: status, attempts, times, error and result',
    lacks: 'a store that outlives its memory',
    source: AWS,
  },
];

const ELSEWHERE: readonly Way[] = [
  {
    name: 'Google Cloud Tasks',
    dollars: 2 * RIVAL_PRICES.cloudTasksMillionOperations,
    of: '1 call to add it, 1 push',
    keeps: 'nothing after its end; a name is not taken twice for a while',
    lacks: 'status, results, dead letters',
    source: 'cloud.google.com/tasks/pricing, stored copy of no certain date',
  },
  {
    name: 'Cloudflare Queues',
    dollars: 3 * RIVAL_PRICES.cloudflareMillionOperations,
    of: 'a write, a read and a delete a message, batches too',
    keeps: 'nothing; retries, dead letters',
    lacks: 'status, deduplication, times',
    source: 'api-evangelist/cloudflare-queues, cloudflare-queues-finops.yml, 2026',
  },
  {
    name: 'Vercel Queues',
    dollars: 3 * RIVAL_PRICES.vercelMillionOperations,
    of: 'send, push and delete; an idempotency key doubles the send',
    keeps: 'nothing after its end',
    lacks: 'status, results, dead letters',
    source: 'vercel.com/docs/queues/pricing, 2026-08-12; the rate: openai/plugins, vercel-queues, 2026-05',
  },
  {
    name: 'QStash, pay as you go',
    dollars: 10 * RIVAL_PRICES.qstashHundredThousandMessages,
    of: '1 message; each retry is one more',
    keeps: 'logs for a while, dead letters',
    lacks: 'results, batches',
    source: 'api-evangelist/qstash, qstash-plans-pricing.yml, 2026',
  },
  {
    name: 'Temporal Cloud, workflow of one activity',
    dollars: 2 * RIVAL_PRICES.temporalMillionActions,
    of: 'its start and its activity, without storage and the plan’s 10 %',
    keeps: 'each step with its input and output, as long as you pay for; no second run of an id',
    lacks: '',
    source: 'temporalio/documentation, docs/evaluate/cloud/pricing.mdx, 2026',
  },
];

/** Prints the ways side by side. */
export function printComparison(): void {
  console.log('Queue and state of a million jobs by list price, dollars; no free tiers, no discounts.');
  console.log(
    `The handler’s CPU and its logs are left out of each but BullMQ’s: in batches of ${SETTING.batchSize} on Lambda`,
  );
  console.log('`npm run cost` says what they are, and one job at a time is a request each.');
  table(
    ['', 'dollars', 'made of', 'keeps', 'lacks', 'seen in, as of'],
    ways().map(({ name, dollars, of, keeps, lacks, source }) => [name, usd(dollars), of, keeps, lacks || '–', source]),
  );
}
