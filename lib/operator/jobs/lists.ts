import { type AttributeValue, BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { toItem } from '../../aws/marshal.ts';
import { type JobItem, LIST_SHARDS, LISTS_INDEX, TYPE_LISTS_INDEX } from '../../contract/protocol/job-item.ts';
import { pause, type Stage } from '../aws.ts';
import { tableOf } from '../stage.ts';

/** An entry of the table's sparse indexes. */
export interface ListEntry {
  /** `<type>#<key>`. */
  readonly id: string;
  readonly type: string;
  readonly key: string;
  /** Epoch ms: when it died, or when the dispatcher looks at it. */
  readonly listAt: number;
}

/** The jobs that died, or those that are parked. */
export type ListName = 'dead' | 'due';

export interface ListOptions {
  /** @default all types */
  readonly type?: string | undefined;
  /** Epoch ms. @default all */
  readonly sinceMs?: number | undefined;
  /** Epoch ms, this one included. @default all */
  readonly untilMs?: number | undefined;
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
    if (!IS_WITHOUT_INDEX.test((error as Error).name)) throw error;
    return readAmongAll(stage, list, { ...options, type }).catch(() => Promise.reject(error));
  }
}

/** A stage that was last deployed before it had the index: it has neither index nor the right to read it. */
const IS_WITHOUT_INDEX = /^(ValidationException|AccessDenied(Exception)?)$/;
/** So many entries of all types are looked through for those of one, in each shard. */
const AMONG = 125_000;

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

async function readShard(stage: Stage, list: ListName, { perShard = PER_SHARD, ...shard }: Shard): Promise<Listed> {
  const { dynamoDb, table } = tableOf(stage);
  const entries: ListEntry[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamoDb.send(
      new QueryCommand({
        ...{ TableName: table, ...shardQuery(list, shard), ScanIndexForward: list === 'due' },
        ...(shard.pageSize !== undefined && { Limit: shard.pageSize }),
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    for (const { id, listAt } of page.Items ?? []) entries.push(entryOf(id?.S ?? '', Number(listAt?.N)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && entries.length < perShard);
  return { entries, truncated: from !== undefined };
}

function shardQuery(list: ListName, { type, shard, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER }: Shard) {
  const range = { ':since': { N: String(sinceMs) }, ':until': { N: String(untilMs) } };
  return {
    IndexName: type === undefined ? LISTS_INDEX : TYPE_LISTS_INDEX,
    KeyConditionExpression: `#listKey = :listKey${type === undefined ? '' : ' AND #type = :type'} AND #listAt BETWEEN :since AND :until`,
    ExpressionAttributeNames: {
      ...{ '#listKey': 'listKey', '#listAt': 'listAt' },
      ...(type !== undefined && { '#type': 'type' }),
    },
    ExpressionAttributeValues: {
      ...{ ':listKey': { S: `${list}#${shard}` }, ...range },
      ...(type !== undefined && { ':type': { S: type } }),
    },
  };
}

function entryOf(id: string, listAt: number): ListEntry {
  const hash = id.indexOf('#');
  return { id, type: id.slice(0, hash), key: id.slice(hash + 1), listAt };
}

/** BatchGetItem takes 100 keys (DynamoDB API reference). */
const MAX_KEYS = 100;
const MAX_TRIES = 8;

/** DynamoDB left keys unprocessed each time: the table is throttled. */
export class ThrottledReadError extends Error {
  override readonly name = 'ThrottledReadError';
}

/** Reads some attributes of items by id, eventually consistent. Items that do not exist are left out. */
export async function readItems(
  stage: Stage,
  ids: readonly string[],
  attributes: readonly (keyof JobItem)[],
): Promise<JobItem[]> {
  const pages: JobItem[][] = [];
  // One page after the other, so that a report leaves capacity to the jobs' own reads and writes.
  for (const page of cutAsTheyCome(ids, ({ length }) => length < MAX_KEYS)) {
    pages.push(await readPage(stage, page, attributes));
  }
  return pages.flat();
}

async function readPage(stage: Stage, ids: readonly string[], attributes: readonly (keyof JobItem)[]) {
  const { dynamoDb, table } = tableOf(stage);
  const projection = {
    ProjectionExpression: attributes.map((name) => `#${name}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
  };
  const found: JobItem[] = [];
  let left = [...ids];
  for (let tries = 0; left.length > 0; tries++) {
    if (tries === MAX_TRIES)
      throw new ThrottledReadError('DynamoDB did not answer for all items: try again in a minute');
    if (tries > 0) await pause(stage, 50 * 2 ** tries);
    const Keys = left.map((id) => ({ id: { S: id } }));
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ...projection } } });
    const { Responses, UnprocessedKeys } = await dynamoDb.send(command);
    found.push(...(Responses?.[table] ?? []).map((raw) => toItem<JobItem>(raw)));
    left = (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => key.id?.S ?? '');
  }
  return found;
}
