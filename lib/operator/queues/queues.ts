import type { Stage } from '../aws.ts';
import { type BreakerState, openBreaker } from '../breaker.ts';
import { countWaiting } from '../flows/waiting.ts';
import type { ListName } from '../jobs/list-shards.ts';
import { type ListedTypes, readList, readLists } from '../jobs/lists.ts';
import { listedTypes, onStage, queuesOf, type TypeQueues } from '../stage.ts';
import { oldestAges } from './ages.ts';
import { countsOf, deadLettersOf } from './counts.ts';
import { type RunningState, runningState, runningStates } from './event-source.ts';

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
  /** The type's circuit breaker, while it is open. */
  readonly breaker?: BreakerState;
  /** `parked` or `dead` are more than the 100,000 that were counted. */
  readonly truncated?: true;
}

/** All job types of a stage. */
export interface QueuesReport {
  readonly queues: readonly QueueState[];
  /** True if `parked` or `dead` of a type are more than the 100,000 that were counted. */
  readonly truncated: boolean;
}

/** Looks at every job type of a stage, or at one. @throws NoSuchStageError, NoSuchTypeError */
export async function queues(stage: Stage, type?: string): Promise<QueuesReport> {
  const all = type === undefined ? await allQueues(stage) : [await queuesOf(stage, type)];
  const types = all.map((one) => one.type);
  return onStage(stage, type, async () => {
    const [due, dead, ages, running] = await Promise.all([
      listed(stage, 'due', { type, types }),
      listed(stage, 'dead', { type, types }),
      oldestAges(stage, all),
      type === undefined ? runningStates(stage, all) : runningState(stage, type).then((state) => ({ [type]: state })),
    ]);
    const counts = await Promise.all(
      all.map((one) => onStage(stage, one.type, () => Promise.all([countsOf(stage, one), deadLettersOf(stage, one)]))),
    );
    const parked = await Promise.all(types.map((one) => parkedOf(stage, due, one)));
    const breakers = await Promise.all(types.map((one) => openBreaker(stage, one)));
    return {
      queues: counts.map(([{ type: one, ...count }, { dlq }], i) => ({
        ...{ type: one, state: running[one] ?? 'missing', ...count, dlq },
        ...(parked[i] ?? { parked: 0, waitForChildren: 0 }),
        dead: entriesOf(dead, one).length,
        oldestSeconds: ages[one],
        ...(breakers[i] && { breaker: breakers[i] }),
        ...((due.cut.has(one) || dead.cut.has(one)) && { truncated: true as const }),
      })),
      truncated: due.cut.size + dead.cut.size > 0,
    };
  });
}

async function allQueues(stage: Stage): Promise<TypeQueues[]> {
  const { whole, halves } = await listedTypes(stage);
  // A list lags behind: a queue that is not on it may be there.
  const others = await Promise.all(halves.map((type) => queuesOf(stage, type)));
  return [...whole, ...others].toSorted((a, b) => (a.type < b.type ? -1 : 1));
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
