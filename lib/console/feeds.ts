import {
  alarmStates,
  deadLetterCounts,
  listCounts,
  oldestAges,
  queueCounts,
  runningStates,
  type Stage,
  type TypeQueues,
  typeQueues,
} from '../operator/index.ts';
import type { AlarmView, DeadLetterCount, ListCounts, QueueCounts, Trouble } from './api.ts';
import { makeRows, makeSource, type Rows, type Source } from './feed.ts';
import { makeSamples, type Samples } from './samples.ts';

/** What all tabs share: each part is read at its own pace, once for all, and only while somebody asks. */
export interface Feeds {
  /** Job types of the stage and their queues, sorted. */
  readonly types: Source<readonly TypeQueues[]>;
  readonly counts: Rows<QueueCounts>;
  readonly deadLetters: Rows<DeadLetterCount>;
  readonly states: Source<Readonly<Record<string, string>>>;
  readonly lists: Source<readonly ListCounts[]>;
  readonly ages: Source<Readonly<Record<string, number>>>;
  readonly alarms: Source<readonly AlarmView[]>;
  readonly samples: Samples;
  /** Something of a kind that there are many of: a job, a page of a list. Those that were asked for last are kept. */
  readonly one: <T>(name: string, everyMs: number, read: () => Promise<T>) => Source<T>;
  /** Something was changed: lists, states and jobs are read anew. */
  readonly changed: () => void;
}

export interface FeedsOptions {
  readonly now: () => number;
  readonly troubleOf: (error: unknown) => Trouble;
}

const EVERY_MS = { types: 60_000, counts: 5_000, deadLetters: 60_000, states: 30_000, lists: 30_000, ages: 60_000 };
const ALARMS_MS = 30_000;
/** Of jobs and pages. */
const KEPT = 200;

/** What went wrong with another source on which this one depends. */
export class DependsError extends Error {
  override readonly name = 'DependsError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble.message);
    this.trouble = trouble;
  }
}

export function makeFeeds(stage: Stage, { now, troubleOf }: FeedsOptions): Feeds {
  const timing = (everyMs: number) => ({ everyMs, now, troubleOf });
  const source = <T>(everyMs: number, read: () => Promise<T>) => makeSource(read, timing(everyMs));
  const samples = makeSamples();
  const types = source(EVERY_MS.types, () => typeQueues(stage));
  const queues = async (wanted?: readonly string[]): Promise<readonly TypeQueues[]> => {
    const { data, trouble } = await types.look();
    if (data === undefined) throw new DependsError(trouble ?? { kind: 'failed', message: 'no job type was found' });
    return wanted === undefined ? data : data.filter(({ type }) => wanted.includes(type));
  };
  const counts = async (wanted: readonly string[]) => {
    const atMs = now();
    const found = await queueCounts(stage, await queues(wanted));
    samples.add(found, atMs);
    return found;
  };
  const states = source(EVERY_MS.states, async () => runningStates(stage, await queues()));
  const lists = source(EVERY_MS.lists, async () =>
    listCounts(
      stage,
      (await queues()).map(({ type }) => type),
    ),
  );
  const many = makeMany(source);
  return {
    ...{ types, states, lists, samples },
    counts: makeRows(counts, timing(EVERY_MS.counts)),
    deadLetters: makeRows(
      async (wanted) => deadLetterCounts(stage, await queues(wanted)),
      timing(EVERY_MS.deadLetters),
    ),
    ages: source(EVERY_MS.ages, async () => oldestAges(stage, await queues())),
    alarms: source(ALARMS_MS, () => alarmStates(stage)),
    one: many.one,
    changed: () => {
      for (const one of [states, lists, ...many.all()]) one.forget();
    },
  };
}

/** Jobs and pages: those that were asked for last are kept. */
function makeMany(source: <T>(everyMs: number, read: () => Promise<T>) => Source<T>) {
  const many = new Map<string, Source<unknown>>();
  return {
    one: <T>(name: string, everyMs: number, read: () => Promise<T>): Source<T> => {
      const found = (many.get(name) as Source<T> | undefined) ?? source(everyMs, read);
      many.delete(name);
      many.set(name, found);
      const [oldest] = many.keys();
      if (many.size > KEPT && oldest !== undefined) many.delete(oldest);
      return found;
    },
    all: () => [...many.values()],
  };
}
