import type { FeedOptions, Stage } from '../aws.ts';
import type { ListName } from './list-shards.ts';
import { type Listed, readList } from './lists.ts';

/** How many jobs of a type are on the table's lists. */
export interface ListCounts {
  readonly type: string;
  /** In the table until they are due; with callbacks that wait for their children. */
  readonly parked: number;
  /** Jobs that died within the retention. */
  readonly dead: number;
  /** There are more than were counted: of all types together, about 10,000 are. */
  readonly parkedMore: boolean;
  readonly deadMore: boolean;
}

/** Of each of the eight shards. */
const COUNTED = 1250;

/**
 * Counts the parked and the dead jobs of types, by the index of all types: 16 queries, however many types there are, that read 1 MB
 * each list at most. Once a list has more than about 10,000 jobs, each type may have more than was counted.
 *
 * @throws the signal's reason
 */
export async function listCounts(
  stage: Stage,
  types: readonly string[],
  { signal }: FeedOptions = {},
): Promise<ListCounts[]> {
  const counted = async (list: ListName) => {
    signal?.throwIfAborted();
    return byType(await readList(stage, list, { perShard: COUNTED, pageSize: COUNTED }));
  };
  const [due, dead] = await Promise.all([counted('due'), counted('dead')]);
  return types.map((type) => ({
    ...{ type, parked: due.of.get(type) ?? 0, dead: dead.of.get(type) ?? 0 },
    ...{ parkedMore: due.truncated, deadMore: dead.truncated },
  }));
}

function byType({ entries, truncated }: Listed) {
  const of = new Map<string, number>();
  for (const { type } of entries) of.set(type, (of.get(type) ?? 0) + 1);
  return { of, truncated };
}
