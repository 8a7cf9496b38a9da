import { LIST_SHARDS } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
import {
  countShardPage,
  isWithoutIndex,
  type ListEntry,
  type ListName,
  type ListRange,
  readShardPage,
  type ShardKey,
  type ShardPage,
} from './list-shards.ts';
import { AMONG, readList } from './lists.ts';

/** A list that is read as it is needed, in its order over all shards. */
export interface MergedList {
  /** The next entries; fewer only at the end. */
  take(count: number): Promise<MergedEntry[]>;
  /** Whether all were taken. */
  isOver(): Promise<boolean>;
  /** Entries that were read and not taken. */
  ahead(): number;
}

export interface MergedEntry extends ListEntry {
  readonly shard: number;
}

export interface MergedOptions extends Omit<ListRange, 'untilMs'> {
  /** Goes on after this entry. Only of the list `due`. */
  readonly after?: Pick<MergedEntry, 'id' | 'listAt' | 'shard'> | undefined;
}

/** Entries that the first look at a shard reads; each further one reads twice as many, up to the last of these. */
const LOOKS = { first: 100, most: 1600 };

interface Shard {
  readonly shard: number;
  readonly sinceMs: number | undefined;
  limit: number;
  from: ShardKey | undefined;
  isRead: boolean;
  entries: readonly ListEntry[];
  /** The next of `entries`. */
  at: number;
}

/**
 * Merges the shards of a list: the latest dead first, or what is due next. It reads each shard's first entries side by side, and
 * more only as they are taken: memory and first answer do not depend on the list's length.
 */
export function mergedList(stage: Stage, list: ListName, { type, ...options }: MergedOptions = {}): MergedList {
  const shards = Array.from({ length: LIST_SHARDS }, (_, shard) => startOf(shard, list, options));
  const read = makeRead(stage, list, type);
  const isBefore = (a: ListEntry, b: ListEntry) => (list === 'dead' ? a.listAt > b.listAt : a.listAt < b.listAt);
  const fill = () => Promise.all(shards.filter(isEmpty).map(read));
  const next = (): MergedEntry | undefined => {
    let of: Shard | undefined;
    let first: ListEntry | undefined;
    for (const shard of shards) {
      const entry = shard.entries[shard.at];
      if (entry !== undefined && (first === undefined || isBefore(entry, first))) [of, first] = [shard, entry];
    }
    if (of === undefined || first === undefined) return undefined;
    of.at += 1;
    return { ...first, shard: of.shard };
  };
  return {
    async take(count) {
      const taken: MergedEntry[] = [];
      while (taken.length < count) {
        await fill();
        const entry = next();
        if (entry === undefined) break;
        taken.push(entry);
      }
      return taken;
    },
    async isOver() {
      await fill();
      return shards.every(({ entries, at }) => at >= entries.length);
    },
    ahead: () => shards.reduce((sum, { entries, at }) => sum + entries.length - at, 0),
  };
}

const isEmpty = ({ entries, at, isRead }: Shard): boolean => at >= entries.length && !isRead;

/** Entries of one time stand by their shard: shards before that of `after` have none of its time left, those behind it all. */
function startOf(shard: number, list: ListName, { sinceMs, after }: Omit<MergedOptions, 'type'>): Shard {
  const begun = { shard, limit: LOOKS.first, from: undefined, isRead: false, entries: [], at: 0 };
  if (after === undefined) return { ...begun, sinceMs };
  if (shard !== after.shard) return { ...begun, sinceMs: after.listAt + (shard < after.shard ? 1 : 0) };
  const from = {
    ...{ id: { S: after.id }, listKey: { S: `${list}#${shard}` }, listAt: { N: String(after.listAt) } },
    type: { S: after.id.slice(0, after.id.indexOf('#')) },
  };
  return { ...begun, sinceMs: after.listAt, from };
}

/** Reads on in a shard, until it has an entry or ends. Without the index of types, one type's are looked for among all. */
function makeRead(stage: Stage, list: ListName, type: string | undefined): (shard: Shard) => Promise<void> {
  let isByType = type !== undefined;
  const amongAll = ({ shard, sinceMs, from }: Shard) =>
    readShardPage(stage, list, { shard, sinceMs, from: withoutType(from) });
  const page = async (shard: Shard): Promise<ShardPage> => {
    if (!isByType && type !== undefined) return amongAll(shard);
    const { limit, sinceMs, from } = shard;
    const call = { shard: shard.shard, sinceMs, limit, type, from: type === undefined ? withoutType(from) : from };
    try {
      return await readShardPage(stage, list, call);
    } catch (error) {
      if (type === undefined || !isWithoutIndex(error)) throw error;
      isByType = false;
      return amongAll(shard).catch(() => Promise.reject(error));
    }
  };
  return async (shard) => {
    let looked = 0;
    do {
      const { entries, next } = await page(shard);
      looked += entries.length;
      shard.limit = Math.min(shard.limit * 2, LOOKS.most);
      shard.from = next;
      shard.entries = type === undefined ? entries : entries.filter((entry) => entry.type === type);
      shard.at = 0;
      shard.isRead = next === undefined || looked >= AMONG;
    } while (shard.entries.length === 0 && !shard.isRead);
  };
}

function withoutType(from: ShardKey | undefined): ShardKey | undefined {
  if (from === undefined) return undefined;
  const { type: _, ...key } = from;
  return key;
}

/** How many a list has, if they are not more than was asked for. */
export interface ListCount {
  /** At most `cap`. */
  readonly count: number;
  /** There are more than `cap`. */
  readonly more: boolean;
}

/** Counts a list's entries up to `cap`, all shards side by side. It reads about as many entries as it counts. */
export async function countList(
  stage: Stage,
  list: ListName,
  { cap, signal, ...range }: Pick<ListRange, 'type' | 'sinceMs'> & { cap: number; signal?: AbortSignal | undefined },
): Promise<ListCount> {
  let open = Array.from({ length: LIST_SHARDS }, (_, shard) => ({ shard, from: undefined as ShardKey | undefined }));
  let counted = 0;
  try {
    while (open.length > 0 && counted <= cap) {
      signal?.throwIfAborted();
      const limit = Math.ceil((cap + 1 - counted) / open.length);
      const pages = await Promise.all(open.map((one) => countShardPage(stage, list, { ...range, ...one, limit })));
      for (const { count } of pages) counted += count;
      open = open.flatMap(({ shard }, i) => (pages[i]?.next === undefined ? [] : [{ shard, from: pages[i].next }]));
    }
  } catch (error) {
    if (range.type === undefined || !isWithoutIndex(error)) throw error;
    const { entries, truncated } = await readList(stage, list, range);
    return { count: Math.min(entries.length, cap), more: truncated || entries.length > cap };
  }
  return { count: Math.min(counted, cap), more: counted > cap };
}
