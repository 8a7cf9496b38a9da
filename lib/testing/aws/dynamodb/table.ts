import type { AttributeValue, GetItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../../engine/clock.ts';
import { awsError } from '../faults.ts';
import { withShortNumbers } from './item-numbers.ts';
import { isTooLarge } from './item-size.ts';
import { makeListIndex } from './list-index.ts';
import { attributeName } from './paths.ts';
import { makeReplica, type ReadLag } from './replica.ts';
import { UnknownFormError } from './tokens.ts';
import { canonical, type Item } from './values.ts';

/** One table: items by key, and the sparse indexes `lists` and `typeLists` over those that have `listKey` and `listAt`. */
export interface MemoryTable {
  readonly name: string;
  /** Names of the key's attributes. */
  readonly key: readonly string[];
  get(key: Item): Item | undefined;
  /** As an eventually consistent read has it: maybe as it was a moment ago, or not there yet. */
  getEventually(key: Item): Item | undefined;
  /** Whether an item is larger than the table takes. */
  refuses(item: Item): boolean;
  /** @throws ValidationException beyond that, or without its key */
  put(item: Item): void;
  delete(key: Item): void;
  items(): Item[];
  /** What TTL does some time after an item's `expiration`, in seconds, has passed: nobody knows when. */
  expire(): void;
  /** What the indexes show now, by the keys of both: as late as they lag. */
  index(): Item[];
  /** One list of it, by `listAt`. */
  list(listKey: string): readonly Item[];
}

/** An index entry on its way. */
interface Change {
  readonly visibleAtMs: number;
  readonly id: string;
  readonly entry: Item | undefined;
}

export interface TableOptions {
  readonly clock: Clock;
  /** How late the index shows a write, ms. */
  readonly indexLagMs: () => number;
  /** How late eventually consistent reads show a write. @default they never are */
  readonly readLag?: ReadLag | undefined;
  /** Largest item. @default 400 KB */
  readonly maxItemBytes?: number | undefined;
}

export const ITEM_TOO_LARGE = 'Item size has exceeded the maximum allowed size';

export function makeMemoryTable(name: string, key: readonly string[], options: TableOptions): MemoryTable {
  const items = new Map<string, Item>();
  const replica = options.readLag && makeReplica(options.clock, options.readLag);
  const shown = makeListIndex();
  let coming: Change[] = [];
  const [only = ''] = key;
  const idOf = (item: Item) => {
    // A simulation reads keys more often than anything else: one text needs no canonical form.
    const text = key.length === 1 ? item[only]?.S : undefined;
    return text || canonical(key.map((attribute) => keyValue(attribute, item)));
  };
  const indexed = (id: string, entry: Item | undefined) => {
    coming.push({ visibleAtMs: options.clock.now() + options.indexLagMs(), id, entry });
  };
  const remove = (id: string) => {
    replica?.changing(id, items.get(id));
    if (items.delete(id)) indexed(id, undefined);
  };
  const show = () => {
    const nowMs = options.clock.now();
    const overtaken = new Set<string>();
    const later: typeof coming = [];
    // The newest first: changes of one item show in their order, so one that shows takes the place of all before it.
    for (const change of coming.toReversed()) {
      const { id, entry, visibleAtMs } = change;
      if (overtaken.has(id)) continue;
      if (visibleAtMs > nowMs) {
        later.push(change);
        continue;
      }
      overtaken.add(id);
      shown.set(id, entry);
    }
    coming = later.reverse();
  };
  const refuses = (item: Item) => isTooLarge(item, options.maxItemBytes);
  return {
    name,
    key,
    refuses,
    get: (wanted) => items.get(idOf(wanted)),
    getEventually(wanted) {
      const id = idOf(wanted);
      const item = items.get(id);
      return replica === undefined ? item : replica.read(id, item);
    },
    put(item) {
      const id = idOf(item);
      if (refuses(item)) throw awsError('ValidationException', ITEM_TOO_LARGE);
      replica?.changing(id, items.get(id));
      const kept = withShortNumbers(item);
      items.set(id, kept);
      indexed(id, indexEntry(kept, key));
    },
    delete: (wanted) => remove(idOf(wanted)),
    items: () => [...items.values()],
    expire() {
      const nowSeconds = options.clock.now() / 1000;
      for (const [id, { expiration }] of [...items]) if (Number(expiration?.N) <= nowSeconds) remove(id);
    },
    index() {
      show();
      return shown.all();
    },
    list(listKey) {
      show();
      return shown.list(listKey);
    },
  };
}

function keyValue(attribute: string, item: Item): AttributeValue {
  const value = item[attribute];
  if (value === undefined || value.S === '') {
    throw awsError('ValidationException', 'The provided key element does not match the schema');
  }
  return value;
}

function indexEntry(item: Item, key: readonly string[]): Item | undefined {
  const { listKey, listAt, type } = item;
  if (listKey === undefined || listAt === undefined) return undefined;
  return { ...pick(item, key), listKey, listAt, ...(type?.S !== undefined && { type }) };
}

export function pick(item: Item, names: readonly string[]): Item {
  const found: Item = {};
  for (const name of names) {
    const value = item[name];
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** What a projection leaves of an item. */
export function projected(
  item: Item,
  input: Pick<GetItemCommandInput, 'ProjectionExpression' | 'ExpressionAttributeNames'>,
): Item {
  const names = input.ExpressionAttributeNames;
  const expression = input.ProjectionExpression;
  if (expression !== undefined && /[.[]/.test(expression)) {
    throw new UnknownFormError('a path into a map or list', expression);
  }
  const tokens = expression?.split(',');
  return tokens === undefined
    ? item
    : pick(
        item,
        tokens.map((token) => attributeName(token.trim(), { names })),
      );
}
