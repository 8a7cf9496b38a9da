import type {
  BatchExecuteStatementCommandInput,
  BatchGetItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type JobItem, LISTS_INDEX } from '../contract/job-item.ts';
import type { DynamoDb, DynamoDbDocuments } from '../engine/aws.ts';
import type { Clock } from '../engine/clock.ts';
import { MARSHALL } from '../engine/statements.ts';
import { attributeName, holds, type Item } from './expressions.ts';
import {
  awsError,
  type Call,
  type Command,
  type Fault,
  type Faults,
  makeFaults,
  partlyHit,
  toCall,
  underFault,
} from './faults.ts';
import { itemBytes } from './item-size.ts';
import { getItem, type ItemCalls, putItem, scan, updateItem } from './memory-item-calls.ts';
import { executeStatements } from './memory-statements.ts';
import { type MemoryTable, makeMemoryTable, pick } from './memory-table.ts';
import { makeTransactions } from './memory-transaction.ts';

/** DynamoDB in memory: tables, the calls that the engine makes, and what can go wrong with them. */
export interface MemoryDynamoDb {
  readonly client: DynamoDb & ItemCalls;
  readonly documents: DynamoDbDocuments;
  readonly faults: Faults;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  /** How late indexes show a write, ms; 0 at first. */
  indexLagMs: number;
  table(name: string): MemoryTable;
  /** An item of a table whose key is `id`, in plain values. */
  item(table: string, id: string): JobItem | undefined;
  /** Puts an item, in plain values, past every condition. */
  put(table: string, item: object): void;
}

export interface DynamoDbOptions {
  readonly clock: Clock;
  /** Key attributes by table name. */
  readonly tables: Record<string, readonly string[]>;
}

export function makeMemoryDynamoDb({ clock, tables: keys }: DynamoDbOptions): MemoryDynamoDb {
  const faults = makeFaults();
  const calls: Call[] = [];
  const options = { clock, indexLagMs: () => memory.indexLagMs };
  const tables = new Map(Object.entries(keys).map(([name, key]) => [name, makeMemoryTable(name, key, options)]));
  const table: Tables = (name) => {
    const found = tables.get(name?.split('/').at(-1) ?? '');
    if (found === undefined) throw awsError('ResourceNotFoundException', 'Requested resource not found');
    return found;
  };
  const perform = makePerform(table, clock);
  // Synchronous until the reply: two calls never interleave, as DynamoDB serialises writes of one item.
  const send = async (command: Command): Promise<object> => {
    const call = toCall(command);
    calls.push(call);
    return underFault(faults.take(call), (fault) => perform(call, fault));
  };
  const client = { send } as { send: unknown } as DynamoDb & ItemCalls & DynamoDbDocuments;
  const memory: MemoryDynamoDb = {
    client,
    documents: client,
    faults,
    calls,
    indexLagMs: 0,
    table,
    item(name, id) {
      const found = table(name).get({ id: { S: id } });
      return found && (unmarshall(found) as JobItem);
    },
    put: (name, item) => table(name).put(marshall(item, MARSHALL)),
  };
  return memory;
}

type Tables = (name: string | undefined) => MemoryTable;

function makePerform(table: Tables, clock: Clock) {
  const transact = makeTransactions({ clock, table });
  return ({ name, input }: Call, fault: Fault | undefined): object => {
    switch (name) {
      case 'BatchExecuteStatement':
        return executeStatements(input as BatchExecuteStatementCommandInput, table, fault);
      case 'BatchGetItem':
        return getItems(input as BatchGetItemCommandInput, table, fault);
      case 'Query':
        return query(input as QueryCommandInput, table);
      case 'GetItem':
        return getItem(input as GetItemCommandInput, table);
      case 'PutItem':
        return putItem(input as PutItemCommandInput, table);
      case 'UpdateItem':
        return updateItem(input as UpdateItemCommandInput, table);
      case 'Scan':
        return scan(input as ScanCommandInput, table);
      case 'TransactWrite':
        return transact(input as TransactWriteCommandInput, fault);
      default:
        throw new TypeError(`the in-memory DynamoDB does not know ${name}`);
    }
  };
}

/** What one reply of BatchGetItem carries (DynamoDB API reference). */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** BatchGetItem: 100 keys at most, none twice; what a fault hits or passes 16 MB stays unprocessed. */
function getItems({ RequestItems = {} }: BatchGetItemCommandInput, table: Tables, fault: Fault | undefined): object {
  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: NonNullable<BatchGetItemCommandInput['RequestItems']> = {};
  let index = 0;
  let bytes = 0;
  for (const [name, { Keys = [], ...projection }] of Object.entries(RequestItems)) {
    checkKeys(Keys);
    const found: Item[] = [];
    const left: Item[] = [];
    for (const key of Keys) {
      const item = table(name).get(key);
      bytes += item === undefined ? 0 : itemBytes(item);
      if (partlyHit(fault, index++) || bytes > MAX_REPLY_BYTES) left.push(key);
      else if (item !== undefined) found.push(projected(item, projection));
    }
    Responses[name] = found;
    if (left.length > 0) UnprocessedKeys[name] = { Keys: left, ...projection };
  }
  return { Responses, UnprocessedKeys };
}

function projected(
  item: Item,
  {
    ProjectionExpression,
    ExpressionAttributeNames: names,
  }: Pick<QueryCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'>,
): Item {
  if (ProjectionExpression === undefined) return item;
  return pick(
    item,
    ProjectionExpression.split(',').map((token) => attributeName(token.trim(), { names })),
  );
}

function checkKeys(keys: readonly Item[]): void {
  const distinct = new Set(keys.map((key) => JSON.stringify(key)));
  if (keys.length < 1 || keys.length > 100)
    throw awsError('ValidationException', `${keys.length} keys, 1 to 100 allowed`);
  if (distinct.size < keys.length) {
    throw awsError('ValidationException', 'Provided list of item keys contains duplicates');
  }
}

/** Query of the index `lists`: sorted by `listAt`, in pages. */
function query(input: QueryCommandInput, table: Tables): object {
  if (input.IndexName !== LISTS_INDEX) throw awsError('ValidationException', `no index ${input.IndexName}`);
  if (input.ConsistentRead === true) {
    throw awsError('ValidationException', 'Consistent reads are not supported on global secondary indexes');
  }
  const placeholders = { names: input.ExpressionAttributeNames, values: input.ExpressionAttributeValues };
  const sign = input.ScanIndexForward === false ? -1 : 1;
  const compare = (a: Item, b: Item) => sign * order(a, b);
  const from = input.ExclusiveStartKey;
  const hits = table(input.TableName)
    .index()
    .filter((entry) => holds(input.KeyConditionExpression ?? '', entry, placeholders))
    .sort(compare)
    .filter((entry) => from === undefined || compare(entry, from) > 0);
  const limit = input.Limit ?? 1000;
  const Items = hits.slice(0, limit);
  const last = Items.length === limit ? Items.at(-1) : undefined;
  return { Items, Count: Items.length, ScannedCount: Items.length, ...(last && { LastEvaluatedKey: last }) };
}

function order(a: Item, b: Item): number {
  const byTime = Number(a.listAt?.N) - Number(b.listAt?.N);
  if (byTime !== 0) return byTime;
  return (a.id?.S ?? '') < (b.id?.S ?? '') ? -1 : a.id?.S === b.id?.S ? 0 : 1;
}
