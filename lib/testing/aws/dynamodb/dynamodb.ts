import type {
  BatchGetItemCommandInput,
  DynamoDBClient,
  TransactWriteItemsCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { MARSHALL } from '../../../aws/marshal.ts';
import type { DynamoDbDocuments } from '../../../aws/ports.ts';
import type { JobItem } from '../../../contract/protocol/job-item.ts';
import type { Clock } from '../../../engine/clock.ts';
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
} from '../faults.ts';
import { checkRequest } from '../request-check.ts';
import { toDocuments, toItems } from './documents.ts';
import { itemBytes } from './item-size.ts';
import { ITEM_COMMANDS } from './items.ts';
import { QUERY_COMMANDS } from './queries.ts';
import type { ReadLag } from './replica.ts';
import type { DynamoDbCommand, Tables } from './service.ts';
import { executeStatements } from './statements.ts';
import { type MemoryTable, makeMemoryTable, projected } from './table.ts';
import { makeTransactions } from './transaction.ts';
import type { Item } from './values.ts';

/** DynamoDB in memory: tables, what engine and operators do with them, and what can go wrong. */
export interface MemoryDynamoDb {
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** The same in plain values. */
  readonly documents: Pick<DynamoDBDocumentClient, 'send'> & DynamoDbDocuments;
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
  /** Whether `calls` holds every call; a million jobs' fill the memory. @default true */
  readonly keepsCalls?: boolean;
  /** Largest item, bytes: less than DynamoDB's makes items near the limit cheap. @default 400 KB */
  readonly maxItemBytes?: number | undefined;
  /** How late GetItem and BatchGetItem show a write unless they ask for a consistent read. @default they never are */
  readonly readLag?: ReadLag | undefined;
}

export function makeMemoryDynamoDb(given: DynamoDbOptions): MemoryDynamoDb {
  const { clock, tables: keys, keepsCalls = true, maxItemBytes, readLag } = given;
  const faults = makeFaults();
  const calls: Call[] = [];
  const options = { clock, indexLagMs: () => memory.indexLagMs, maxItemBytes, readLag };
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
    if (keepsCalls) calls.push(call);
    return underFault(faults.take(call), (fault) => perform(call, fault));
  };
  const sendDocuments = async (command: Command): Promise<object> => {
    const call = toCall(command);
    if (keepsCalls) calls.push(call);
    return underFault(faults.take(call), (fault) => toDocuments(perform(toItems(call), fault)));
  };
  const memory: MemoryDynamoDb = {
    client: { send } as { send: unknown } as MemoryDynamoDb['client'],
    documents: { send: sendDocuments } as { send: unknown } as MemoryDynamoDb['documents'],
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

function makePerform(table: Tables, clock: Clock) {
  const transact = makeTransactions({ clock, table });
  const commands: Readonly<Record<string, DynamoDbCommand<never>>> = {
    ...ITEM_COMMANDS,
    ...QUERY_COMMANDS,
    BatchExecuteStatement: executeStatements,
    BatchGetItem: getItems,
    TransactWriteItems: (input: TransactWriteItemsCommandInput, _, fault) => transact(input, fault),
  };
  return (call: Call, fault: Fault | undefined): object => {
    const command = commands[call.name];
    if (command === undefined) throw new TypeError(`the in-memory DynamoDB does not know ${call.name}`);
    const reply = command(call.input as never, table, fault);
    checkRequest(call);
    return reply;
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
  for (const [name, { Keys = [], ...reading }] of Object.entries(RequestItems)) {
    checkKeys(Keys);
    const found: Item[] = [];
    const left: Item[] = [];
    for (const key of Keys) {
      const item = reading.ConsistentRead ? table(name).get(key) : table(name).getEventually(key);
      bytes += item === undefined ? 0 : itemBytes(item);
      if (partlyHit(fault, index++) || bytes > MAX_REPLY_BYTES) left.push(key);
      else if (item !== undefined) found.push(projected(item, reading));
    }
    Responses[name] = found;
    if (left.length > 0) UnprocessedKeys[name] = { Keys: left, ...reading };
  }
  return { Responses, UnprocessedKeys };
}

function checkKeys(keys: readonly Item[]): void {
  const distinct = new Set(keys.map((key) => JSON.stringify(key)));
  if (keys.length < 1 || keys.length > 100)
    throw awsError('ValidationException', `${keys.length} keys, 1 to 100 allowed`);
  if (distinct.size < keys.length) {
    throw awsError('ValidationException', 'Provided list of item keys contains duplicates');
  }
}
