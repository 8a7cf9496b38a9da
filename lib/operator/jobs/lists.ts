import { type AttributeValue, BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { cutAsTheyCome } from '../../aws/cut.ts';
import { toItem } from '../../aws/marshal.ts';
import { type JobItem, LIST_SHARDS, LISTS_INDEX } from '../../contract/protocol/job-item.ts';
import { pause, type Stage } from '../aws.ts';
import { tableOf } from '../stage.ts';

/** An entry of the table's sparse index `lists`. */
export interface ListEntry {
  /** `<type>#<key>`. */
  readonly id: string;
  readonly type: string;
  readonly key: string;
  /** Epoch ms: when it died, or when the dispatcher looks at it. */
  readonly listAt: number;
}

export interface ListOptions {
  readonly type?: string | undefined;
  /** Epoch ms. @default all */
  readonly sinceMs?: number | undefined;
  /** Entries of each shard that are read at most. @default 12,500: 100,000 in all */
  readonly perShard?: number;
}

/** Entries, the newest first, and whether there are more than were read. */
export interface Listed {
  readonly entries: readonly ListEntry[];
  readonly truncated: boolean;
}

const PER_SHARD = 12_500;

/** Reads the jobs that died (`dead`) or are parked (`due`): keys only, eventually consistent, a cent per million. */
export async function readList(stage: Stage, list: 'dead' | 'due', options: ListOptions = {}): Promise<Listed> {
  const shards = await Promise.all(
    Array.from({ length: LIST_SHARDS }, (_, shard) => readShard(stage, `${list}#${shard}`, options)),
  );
  const entries = shards
    .flatMap((shard) => shard.entries)
    .filter(({ type }) => options.type === undefined || type === options.type)
    .sort((a, b) => b.listAt - a.listAt);
  return { entries, truncated: shards.some(({ truncated }) => truncated) };
}

async function readShard(stage: Stage, listKey: string, { sinceMs = 0, perShard = PER_SHARD }: ListOptions) {
  const { dynamoDb, table } = tableOf(stage);
  const entries: ListEntry[] = [];
  let from: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamoDb.send(
      new QueryCommand({
        TableName: table,
        IndexName: LISTS_INDEX,
        KeyConditionExpression: '#listKey = :listKey AND #listAt >= :since',
        ExpressionAttributeNames: { '#listKey': 'listKey', '#listAt': 'listAt' },
        ExpressionAttributeValues: { ':listKey': { S: listKey }, ':since': { N: String(sinceMs) } },
        ScanIndexForward: false,
        ...(from !== undefined && { ExclusiveStartKey: from }),
      }),
    );
    for (const { id, listAt } of page.Items ?? []) entries.push(entryOf(id?.S ?? '', Number(listAt?.N)));
    from = page.LastEvaluatedKey;
  } while (from !== undefined && entries.length < perShard);
  return { entries, truncated: from !== undefined };
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
