import type { Stage } from '../aws.ts';
import { countList, type ListCount, mergedList } from '../jobs/merged-list.ts';
import { onStage, queuesOf, typesOf } from '../stage.ts';
import { type DeadFilter, type DeadGroup, type DeadJob, makeGroups, namedIds, readDeadJobs } from './dead-jobs.ts';

/** Dead jobs as they are read. */
export interface DeadPage {
  /** Those of this page. Each page is older than the one before. */
  readonly jobs: readonly DeadJob[];
  /** Of all jobs so far, the largest first. */
  readonly groups: readonly DeadGroup[];
  /** Entries of the list that were read so far, and those that there are: at most 100,000, and as far as they are known yet. */
  readonly read: number;
  readonly of: number;
  /** There are more than `of`. */
  readonly truncated: boolean;
}

/** Entries of the first page, and of the last ones: each page is twice as long as the one before. */
const SIZES = { first: 100, most: 1000 };
/** As many as `dead` reads. */
const CAP = 100_000;

/**
 * Lists dead jobs as `dead` does, page by page, the newest first. The first page comes after one look at the newest entries of the
 * list's shards. A signal ends it early, without an error.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function* deadPages(
  stage: Stage,
  type?: string,
  filter: DeadFilter = {},
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<DeadPage, void> {
  const types = type === undefined ? await typesOf(stage) : [(await queuesOf(stage, type)).type];
  const pages = pagesOf(stage, { type, types, filter, signal });
  const groups = makeGroups();
  try {
    while (signal?.aborted !== true) {
      const { value, done } = await onStage(stage, type, () => pages.next());
      if (done) return;
      const { ids, ...counts } = value;
      const jobs = await onStage(stage, type, () => readDeadJobs(stage, ids, filter));
      groups.add(jobs);
      yield { jobs, groups: groups.all(), ...counts };
    }
  } finally {
    await pages.return();
  }
}

interface Asked {
  readonly type: string | undefined;
  readonly types: readonly string[];
  readonly filter: DeadFilter;
  readonly signal: AbortSignal | undefined;
}

interface IdPage extends Pick<DeadPage, 'read' | 'of' | 'truncated'> {
  readonly ids: readonly string[];
}

/** Ids of items to look at. At least one page, so that an empty list is one, too. */
async function* pagesOf(stage: Stage, { type, types, filter, signal }: Asked): AsyncGenerator<IdPage, void> {
  const named = namedIds(filter, types);
  if (named !== undefined) {
    const of = named.length;
    for (let read = 0; read === 0 || read < of; ) {
      const ids = named.slice(read, read + SIZES.most);
      read += ids.length;
      yield { ids, read, of, truncated: false };
      if (of === 0) return;
    }
    return;
  }
  yield* listedPages(stage, { type, sinceMs: filter.sinceMs, signal });
}

interface ListAsked extends Pick<Asked, 'type' | 'signal'> {
  readonly sinceMs: number | undefined;
}

async function* listedPages(stage: Stage, { signal, ...range }: ListAsked): AsyncGenerator<IdPage, void> {
  const list = mergedList(stage, 'dead', range);
  const total = countBeside(stage, { ...range, signal });
  try {
    let [read, isOver] = [0, false];
    for (let size = SIZES.first; !isOver && read < CAP; size = Math.min(size * 2, SIZES.most)) {
      const entries = await list.take(Math.min(size, CAP - read));
      read += entries.length;
      isOver = await list.isOver();
      const known = read + list.ahead();
      const { count, more } = total.soFar() ?? { count: known, more: true };
      const of = isOver ? read : Math.min(CAP, Math.max(count, known));
      yield { ids: entries.map(({ id }) => id), read, of, truncated: !isOver && (more || known > CAP) };
    }
  } finally {
    await total.end();
  }
}

/** Counts the list while its first pages are read: none waits for the count. Where it fails, what is known stays what was read. */
function countBeside(stage: Stage, { signal, ...range }: ListAsked) {
  const ended = new AbortController();
  const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  let counted: ListCount | undefined;
  const counting = countList(stage, 'dead', { ...range, cap: CAP, signal: either }).then(
    (count) => {
      counted = count;
    },
    () => undefined,
  );
  return {
    soFar: () => counted,
    end: () => {
      ended.abort();
      return counting;
    },
  };
}
