import type { Stage } from '../aws.ts';
import { readList, readLists } from '../jobs/lists.ts';
import { onStage, queuesOf, typesOf } from '../stage.ts';
import { type DeadFilter, type DeadGroup, type DeadJob, makeGroups, namedIds, readDeadJobs } from './dead-jobs.ts';

export interface DeadReport {
  /** The newest first. */
  readonly jobs: readonly DeadJob[];
  /** The largest first. */
  readonly groups: readonly DeadGroup[];
  /** True if there are more than the 100,000 that were read. */
  readonly truncated: boolean;
}

/**
 * Lists dead jobs from the table, all at once. It receives no message, so none is hidden and no alarm goes off or on by it.
 *
 * @throws NoSuchStageError, NoSuchTypeError
 */
export async function dead(stage: Stage, type?: string, filter: DeadFilter = {}): Promise<DeadReport> {
  const types = type === undefined ? await typesOf(stage) : [(await queuesOf(stage, type)).type];
  return onStage(stage, type, async () => {
    const { ids, truncated } = await deadIds(stage, filter, { type, types });
    const jobs = await readDeadJobs(stage, ids, filter);
    const groups = makeGroups();
    groups.add(jobs);
    return { jobs, groups: groups.all(), truncated };
  });
}

interface Types {
  readonly type: string | undefined;
  readonly types: readonly string[];
}

/** Items to look at. Where the filter names them no list is read, however long it is. */
async function deadIds(stage: Stage, filter: DeadFilter, { type, types }: Types) {
  const named = namedIds(filter, types);
  if (named !== undefined) return { ids: named, truncated: false };
  const { sinceMs } = filter;
  const { entries, truncated } =
    type === undefined
      ? await readLists(stage, 'dead', { types, sinceMs })
      : await readList(stage, 'dead', { type, sinceMs });
  return { ids: entries.map(({ id }) => id), truncated };
}
