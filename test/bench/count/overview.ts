import type { Desk } from '../../../lib/console/desk.ts';
import { makeFeeds } from '../../../lib/console/feeds.ts';
import { overviewRoutes } from '../../../lib/console/routes/overview.ts';
import type { Stage } from '../../../lib/operator/index.ts';
import { PRICES } from '../cost/prices.ts';
import { type CountedStage, makeCountedStage } from './counted-stage.ts';

/** Calls of one `queues()` with 50 types, at commit 537682d, before there were feeds: counted there with these stand-ins. */
export const LOOK_BEFORE = 268;
export const LOOKS_A_MINUTE = 12;

/** How often the page asks (lib/console/page/base/use-feed.ts). */
const ASKED_EVERY_MS = 5000;
const HOUR_MS = 3600_000;

/** What an Overview with all its rows in view, on one tab, has AWS do in a while. */
export async function countOverview({ types, whileMs }: { types: number; whileMs: number }): Promise<CountedStage> {
  let nowMs = 0;
  const counted = makeCountedStage(types);
  // An answer is there before anybody's patience ends.
  const stage: Stage = { ...counted.stage, now: () => nowMs, sleep: () => new Promise(() => {}) };
  const troubleOf = (error: unknown) => {
    throw error;
  };
  const desk = { stage, feeds: makeFeeds(stage, { now: () => nowMs, troubleOf }) } as Partial<Desk> as Desk;
  const overview = overviewRoutes.find(({ path }) => path === '/api/overview');
  for (; nowMs < whileMs; nowMs += ASKED_EVERY_MS) {
    await overview?.answer({ desk, query: {} } as Parameters<typeof overview.answer>[0]);
  }
  return counted;
}

export const callsOf = ({ calls }: CountedStage): number => [...calls.values()].reduce((a, b) => a + b, 0);

/** Dollars of so many hours, by the calls of one. Lambda's and CloudFormation's control planes are free. */
export async function dollarsOpen({ types, hours }: { types: number; hours: number }): Promise<Dollars> {
  const { calls, metrics, readUnits } = await countOverview({ types, whileMs: HOUR_MS });
  const sqs = (calls.get('GetQueueAttributes') ?? 0) + (calls.get('GetQueueUrl') ?? 0) + (calls.get('ListQueues') ?? 0);
  return {
    sqs: (hours * sqs * PRICES.sqsMillionRequests) / 1e6,
    metrics: (hours * metrics * PRICES.cloudWatchThousandMetricsRead) / 1e3,
    alarms: (hours * (calls.get('DescribeAlarms') ?? 0) * PRICES.cloudWatchThousandRequests) / 1e3,
    dynamoDb: (hours * readUnits * PRICES.dynamoDbMillionReadUnits) / 1e6,
  };
}

export type Dollars = Readonly<Record<'sqs' | 'metrics' | 'alarms' | 'dynamoDb', number>>;
