import { GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { nowOf, type Stage } from '../aws.ts';
import { countWaiting } from '../flows/waiting.ts';
import type { ListName } from '../jobs/list-shards.ts';
import { type ListedTypes, readList, readLists } from '../jobs/lists.ts';
import { onStage, queueAttributes, queuesOf, type TypeQueues, typesOf } from '../stage.ts';
import { type RunningState, runningState } from './event-source.ts';

/** The state of a job type. Counts are SQS's, approximate. */
export interface QueueState {
  readonly type: string;
  /** Ready to be received. */
  readonly depth: number;
  /** Received and not deleted: running, or waiting for a retry. */
  readonly inFlight: number;
  readonly delayed: number;
  /** In the table until they are due; without `waitForChildren`. */
  readonly parked: number;
  /** Callbacks in the table that wait for their batches' children, among the first 200 parked jobs at least. */
  readonly waitForChildren: number;
  /** Jobs that died within the retention. */
  readonly dead: number;
  /** Messages in the dead-letter queue. */
  readonly dlq: number;
  /** Age of the oldest message, CloudWatch's latest value; undefined if it has none. */
  readonly oldestSeconds: number | undefined;
  readonly state: RunningState;
  /** `parked` or `dead` are more than the 100,000 that were counted. */
  readonly truncated?: true;
}

/** All job types of a stage. */
export interface QueuesReport {
  readonly queues: readonly QueueState[];
  /** True if `parked` or `dead` of a type are more than the 100,000 that were counted. */
  readonly truncated: boolean;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Looks at every job type of a stage, or at one. @throws NoSuchStageError, NoSuchTypeError */
export async function queues(stage: Stage, type?: string): Promise<QueuesReport> {
  const types = type === undefined ? await typesOf(stage) : [type];
  const all = await Promise.all(types.map((one) => queuesOf(stage, one)));
  return onStage(stage, type, async () => {
    const [due, dead, ages] = await Promise.all([
      listed(stage, 'due', { type, types }),
      listed(stage, 'dead', { type, types }),
      oldestAges(stage, all),
    ]);
    const states = await Promise.all(all.map((one) => stateOf(stage, one)));
    const parked = await Promise.all(types.map((one) => parkedOf(stage, due, one)));
    return {
      queues: states.map((state, i) => ({
        ...state,
        ...(parked[i] ?? { parked: 0, waitForChildren: 0 }),
        dead: entriesOf(dead, state.type).length,
        oldestSeconds: ages.get(state.type),
        ...((due.cut.has(state.type) || dead.cut.has(state.type)) && { truncated: true as const }),
      })),
      truncated: due.cut.size + dead.cut.size > 0,
    };
  });
}

const entriesOf = ({ entries }: ListedTypes, type: string) => entries.filter((entry) => entry.type === type);

async function parkedOf(
  stage: Stage,
  due: ListedTypes,
  type: string,
): Promise<Pick<QueueState, 'parked' | 'waitForChildren'>> {
  const entries = entriesOf(due, type);
  const waitForChildren = await countWaiting(stage, entries);
  return { parked: entries.length - waitForChildren, waitForChildren };
}

interface Listing {
  /** The one that was asked for. */
  readonly type: string | undefined;
  readonly types: readonly string[];
}

async function listed(stage: Stage, list: ListName, { type, types }: Listing): Promise<ListedTypes> {
  if (type === undefined) return readLists(stage, list, { types });
  const own = await readList(stage, list, { type });
  return { ...own, cut: new Set(own.truncated ? [type] : []) };
}

type QueueCounts = Omit<QueueState, 'parked' | 'waitForChildren' | 'dead' | 'oldestSeconds'>;

async function stateOf(stage: Stage, urls: TypeQueues): Promise<QueueCounts> {
  const { type } = urls;
  const [queue, dlq, state] = await Promise.all([
    queueAttributes(stage.aws.sqs, urls.queueUrl, [...COUNTS]),
    queueAttributes(stage.aws.sqs, urls.deadLetterQueueUrl, [...COUNTS]),
    runningState(stage, type),
  ]);
  const [depth = 0, inFlight = 0, delayed = 0] = COUNTS.map((name) => Number(queue[name] ?? 0));
  return {
    ...{ type, state, depth, inFlight, delayed },
    // Messages in flight count: somebody looks at them, and they are still there.
    dlq: COUNTS.reduce((sum, name) => sum + Number(dlq[name] ?? 0), 0),
  };
}

/** CloudWatch gets SQS's metrics each minute, some minutes late. */
const LOOK_BACK_MS = 10 * 60_000;

/** Ages of the oldest messages, read in one call. A type without the metric has none. */
async function oldestAges(stage: Stage, all: readonly TypeQueues[]): Promise<Map<string, number | undefined>> {
  const nowMs = nowOf(stage);
  const MetricDataQueries = all.map((queues, i): MetricDataQuery => ({ Id: `q${i}`, MetricStat: ageOf(queues) }));
  const command = new GetMetricDataCommand({
    MetricDataQueries,
    StartTime: new Date(nowMs - LOOK_BACK_MS),
    EndTime: new Date(nowMs),
    ScanBy: 'TimestampDescending',
  });
  const { MetricDataResults = [] } = await stage.aws.cloudWatch.send(command);
  const latest = new Map(MetricDataResults.map(({ Id, Values }) => [Id, Values?.[0]]));
  return new Map(all.map(({ type }, i) => [type, latest.get(`q${i}`)]));
}

const ageOf = ({ queueUrl }: TypeQueues) => ({
  Metric: {
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Dimensions: [{ Name: 'QueueName', Value: queueUrl.split('/').at(-1) }],
  },
  Period: 60,
  Stat: 'Maximum',
});
