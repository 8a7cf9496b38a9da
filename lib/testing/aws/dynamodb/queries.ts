import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { LISTS_INDEX, TYPE_LISTS_INDEX } from '../../../contract/protocol/job-item.ts';
import { holds } from './expressions.ts';
import { itemBytes } from './item-size.ts';
import { ascending, byListAt, firstAfter } from './list-index.ts';
import { attributeName } from './paths.ts';
import { checkAllUsed, type DynamoDbCommand, placeholdersOf, type Tables, validation } from './service.ts';
import { type MemoryTable, pick, projected } from './table.ts';
import { canonical, type Item } from './values.ts';

/** What one page of a query or scan reads (DynamoDB Developer Guide, "Paginating table query results"). */
export const PAGE_BYTES = 1024 * 1024;

/** Query: of a table by its key, or of one of its indexes, sorted by `listAt`; in pages. */
const query: DynamoDbCommand<QueryCommandInput> = (input, table) => {
  const { KeyConditionExpression: condition, FilterExpression, ProjectionExpression } = input;
  checkAllUsed(input, [condition, FilterExpression, ProjectionExpression]);
  if (condition === undefined) throw validation('Either the KeyConditions or KeyConditionExpression must be specified');
  const { entries, compare } = source(input, table);
  const sign = input.ScanIndexForward === false ? -1 : 1;
  const list = oneList(input, condition);
  const among = list === undefined ? entries() : table(input.TableName).list(list);
  const hits =
    list !== undefined && sign === 1 && input.IndexName === LISTS_INDEX
      ? firstHits(among, input, condition)
      : among.filter((entry) => holds(condition, entry, placeholdersOf(input)));
  return page(hits, input, { compare: (a, b) => sign * compare(a, b), key: keyOf(input, table(input.TableName)) });
};

/** The list that a query of an index asks for, where its condition begins with it. */
function oneList({ IndexName, ...named }: QueryCommandInput, condition: string): string | undefined {
  const [, name, value = ''] = /^(#?\w+) = (:\w+)( AND |$)/.exec(condition) ?? [];
  const isList = IndexName !== undefined && name !== undefined;
  const { names, values } = placeholdersOf(named);
  return isList && attributeName(name, { names }) === 'listKey' ? values?.[value]?.S : undefined;
}

/** What a page needs of a list: hits stand together, and one more than its limit shows that it is not the last. */
function firstHits(list: readonly Item[], input: QueryCommandInput, condition: string): Item[] {
  const { ExclusiveStartKey: from, Limit = Number.POSITIVE_INFINITY } = input;
  const hits: Item[] = [];
  const start = from === undefined ? 0 : firstAfter(list, (entry) => byListAt(entry, from) > 0);
  for (let i = start; i < list.length && hits.length <= Limit; i++) {
    const entry = list[i] as Item;
    if (holds(condition, entry, placeholdersOf(input))) hits.push(entry);
    else if (hits.length > 0) break;
  }
  return hits;
}

const scan: DynamoDbCommand<ScanCommandInput> = (input, table) => {
  checkAllUsed(input, [input.FilterExpression, input.ProjectionExpression]);
  const { entries } = source(input, table);
  // By no order that a reader could rely on; on AWS it is that of hashed keys.
  const compare = (a: Item, b: Item) => ascending(canonical(a), canonical(b));
  return page(entries(), input, { compare, key: keyOf(input, table(input.TableName)) });
};

type Reading = Pick<
  QueryCommandInput & ScanCommandInput,
  | 'TableName'
  | 'IndexName'
  | 'ConsistentRead'
  | 'FilterExpression'
  | 'ProjectionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ExclusiveStartKey'
  | 'Limit'
  | 'Select'
>;

function source({ IndexName, TableName, ConsistentRead }: Reading, table: Tables) {
  const from = table(TableName);
  if (IndexName === undefined) return { entries: from.items, compare: byKey(from.key) };
  if (INDEX_KEYS[IndexName] === undefined) {
    throw validation(`The table does not have the specified index: ${IndexName}`);
  }
  if (ConsistentRead === true) throw validation('Consistent reads are not supported on global secondary indexes');
  const isIn = (entry: Item) => IndexName !== TYPE_LISTS_INDEX || entry.type !== undefined;
  return { entries: () => from.index().filter(isIn), compare: byListAt };
}

const INDEX_KEYS: Readonly<Record<string, readonly string[]>> = {
  [LISTS_INDEX]: ['listKey', 'listAt'],
  [TYPE_LISTS_INDEX]: ['type', 'listKey', 'listAt'],
};

const keyOf = ({ IndexName }: Reading, { key }: MemoryTable): readonly string[] =>
  IndexName === undefined ? key : [...(INDEX_KEYS[IndexName] ?? []), ...key];

interface Order {
  readonly compare: (a: Item, b: Item) => number;
  /** Attributes by which a page says where the next one begins. */
  readonly key: readonly string[];
}

/** One page: it ends at `Limit` entries or 1 MB, both counted before the filter. */
function page(entries: readonly Item[], input: Reading, { compare, key }: Order): object {
  const from = input.ExclusiveStartKey;
  const sorted = [...entries].sort((a, b) => compare(pick(a, key), pick(b, key)));
  const left = sorted.filter((entry) => from === undefined || compare(pick(entry, key), from) > 0);
  const whole = firstPage(left, input.Limit);
  // Both indexes hold keys alone.
  const read = input.IndexName === undefined ? whole : whole.map((entry) => pick(entry, key));
  const filter = input.FilterExpression;
  const found = filter === undefined ? read : read.filter((entry) => holds(filter, entry, placeholdersOf(input)));
  // At its limit a page does not know whether anything follows.
  const last = read.length < left.length || read.length === input.Limit ? read.at(-1) : undefined;
  return {
    ...(input.Select !== 'COUNT' && { Items: found.map((entry) => projected(entry, input)) }),
    Count: found.length,
    ScannedCount: read.length,
    ...(last && { LastEvaluatedKey: pick(last, key) }),
  };
}

function firstPage(entries: readonly Item[], limit = Number.POSITIVE_INFINITY): Item[] {
  const taken: Item[] = [];
  let bytes = 0;
  for (const entry of entries) {
    bytes += itemBytes(entry);
    if (taken.length >= limit || (taken.length > 0 && bytes > PAGE_BYTES)) break;
    taken.push(entry);
  }
  return taken;
}

/** By the sort key, if there is one: the partition key is one value in a query. */
const byKey =
  (key: readonly string[]) =>
  (a: Item, b: Item): number => {
    const name = key.at(-1) ?? '';
    if (a[name]?.N !== undefined && b[name]?.N !== undefined) return Number(a[name].N) - Number(b[name].N);
    return ascending(a[name]?.S ?? '', b[name]?.S ?? '');
  };

/** What is read many items at a time. */
export const QUERY_COMMANDS = { Query: query, Scan: scan };
