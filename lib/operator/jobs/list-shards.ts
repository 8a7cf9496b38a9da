import { type AttributeValue, QueryCommand, type QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { LISTS_INDEX, TYPE_LISTS_INDEX } from '../../contract/protocol/job-item.ts';
import type { Stage } from '../aws.ts';
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

/** Part of a list. */
export interface ListRange {
  /** @default all types */
  readonly type?: string | undefined;
  /** Epoch ms. @default all */
  readonly sinceMs?: number | undefined;
  /** Epoch ms, this one included. @default all */
  readonly untilMs?: number | undefined;
}

/** Where a read of a shard goes on: `LastEvaluatedKey`, or the key attributes of an entry. */
export type ShardKey = Readonly<Record<string, AttributeValue>>;

/** One call of a shard's read. */
export interface ShardCall extends ListRange {
  readonly shard: number;
  readonly from?: ShardKey | undefined;
  /** @default as many as DynamoDB reads at once: 1 MB, some 10,000 entries */
  readonly limit?: number | undefined;
}

/** Entries in the list's order (the latest dead, what is due next), and where the next call goes on. */
export interface ShardPage {
  readonly entries: readonly ListEntry[];
  /** Undefined: this was the last. */
  readonly next: ShardKey | undefined;
}

/** A stage that was last deployed before it had the index of types: it has neither index nor the right to read it. */
export const isWithoutIndex = (error: unknown): boolean =>
  /^(ValidationException|AccessDenied(Exception)?)$/.test((error as Error).name);

export async function readShardPage(stage: Stage, list: ListName, call: ShardCall): Promise<ShardPage> {
  const { dynamoDb } = stage.aws;
  const page = await dynamoDb.send(new QueryCommand(shardQuery(stage, list, call)));
  const entries = (page.Items ?? []).map(({ id, listAt }) => entryOf(id?.S ?? '', Number(listAt?.N)));
  return { entries, next: page.LastEvaluatedKey };
}

/** Counts entries of a shard without reading them. `limit` is the most that one call counts. */
export async function countShardPage(stage: Stage, list: ListName, call: ShardCall) {
  const query = new QueryCommand({ ...shardQuery(stage, list, call), Select: 'COUNT' });
  const { Count = 0, LastEvaluatedKey: next } = await stage.aws.dynamoDb.send(query);
  return { count: Count, next };
}

function shardQuery(stage: Stage, list: ListName, call: ShardCall): QueryCommandInput {
  const { type, shard, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER, from, limit } = call;
  const range = { ':since': { N: String(sinceMs) }, ':until': { N: String(untilMs) } };
  return {
    TableName: tableOf(stage).table,
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
    ScanIndexForward: list === 'due',
    ...(from !== undefined && { ExclusiveStartKey: from }),
    ...(limit !== undefined && { Limit: limit }),
  };
}

function entryOf(id: string, listAt: number): ListEntry {
  const hash = id.indexOf('#');
  return { id, type: id.slice(0, hash), key: id.slice(hash + 1), listAt };
}
