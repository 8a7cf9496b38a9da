import { cutAsTheyCome } from '../../aws/cut.ts';
import { LIST_SHARDS } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
import {
  isWithoutIndex,
  type ListEntry,
  type ListName,
  type ListRange,
  readShardPage,
  type ShardKey,
} from './list-shards.ts';

export interface ListOptions extends ListRange {
  /** Entries of each shard that are read at most. @default 12,500: 100,000 in all */
  readonly perShard?: number;
  /** Entries that a call reads at most. @default 1 MB of them */
  readonly pageSize?: number;
}

/** Entries, and whether there are more than were read. The latest dead first; of parked ones, what is due next. */
export interface Listed {
  readonly entries: readonly ListEntry[];
  readonly truncated: boolean;
}

const PER_SHARD = 12_500;

/**
 * Reads the jobs that died (`dead`) or are parked (`due`): keys only, eventually consistent, a cent per million. A type's own
 * list is read by an index of its own: what other types have on theirs costs nothing and hides nothing.
 */
export async function readList(stage: Stage, list: ListName, options: ListOptions = {}): Promise<Listed> {
  const { type } = options;
  if (type === undefined) return readShards(stage, list, options);
  try {
    return await readShards(stage, list, options, type);
  } catch (error) {
    if (!isWithoutIndex(error)) throw error;
    return readAmongAll(stage, list, { ...options, type }).catch(() => Promise.reject(error));
  }
}

/** So many entries of all types are looked through for those of one, in each shard. */
export const AMONG = 125_000;

/** One type's entries, found among those of all types: with the backlog of others this takes long, and may not see all. */
async function readAmongAll(
  stage: Stage,
  list: ListName,
  options: ListOptions & { readonly type: string },
): Promise<Listed> {
  const { entries, truncated } = await readShards(stage, list, { ...options, perShard: AMONG });
  return { entries: entries.filter(({ type }) => type === options.type), truncated };
}

/** Entries of all types. `cut` names the types of which there are more than were read. */
export interface ListedTypes extends Listed {
  readonly cut: ReadonlySet<string>;
}

/** Types whose lists are read at the same time. */
const SIDE_BY_SIDE = 4;

/**
 * Reads the lists of many types: in one go, or each by itself if they are too long for that. Entries of other types, whose
 * stacks were deleted, are among them.
 *
 * @param types the stage's types
 */
export async function readLists(
  stage: Stage,
  list: ListName,
  { types, ...options }: Omit<ListOptions, 'type'> & { readonly types: readonly string[] },
): Promise<ListedTypes> {
  const all = await readList(stage, list, options);
  if (!all.truncated) return { ...all, cut: new Set() };
  const cut = new Set<string>();
  const entries = [all.entries.filter(({ type }) => !types.includes(type))];
  for (const some of cutAsTheyCome(types, ({ length }) => length < SIDE_BY_SIDE)) {
    const lists = await Promise.all(some.map((type) => readList(stage, list, { ...options, type })));
    for (const [i, own] of lists.entries()) {
      entries.push([...own.entries]);
      if (own.truncated) cut.add(some[i] ?? '');
    }
  }
  return { entries: entries.flat().sort(orderOf(list)), truncated: true, cut };
}

const orderOf = (list: ListName) => (a: ListEntry, b: ListEntry) =>
  list === 'dead' ? b.listAt - a.listAt : a.listAt - b.listAt;

async function readShards(stage: Stage, list: ListName, options: ListOptions, type?: string): Promise<Listed> {
  const shards = await Promise.all(
    Array.from({ length: LIST_SHARDS }, (_, shard) => readShard(stage, list, { ...options, type, shard })),
  );
  const entries = shards.flatMap((shard) => shard.entries).sort(orderOf(list));
  return { entries, truncated: shards.some(({ truncated }) => truncated) };
}

type Shard = ListOptions & { readonly shard: number };

async function readShard(
  stage: Stage,
  list: ListName,
  { perShard = PER_SHARD, pageSize, ...shard }: Shard,
): Promise<Listed> {
  const entries: ListEntry[] = [];
  let from: ShardKey | undefined;
  do {
    const page = await readShardPage(stage, list, { ...shard, from, limit: pageSize });
    for (const entry of page.entries) entries.push(entry);
    from = page.next;
  } while (from !== undefined && entries.length < perShard);
  return { entries, truncated: from !== undefined };
}
