import type { Item } from './values.ts';

/** What the index `lists` shows: each list in its order, without looking at the others. */
export interface ListIndex {
  /** @param entry undefined takes it out */
  set(id: string, entry: Item | undefined): void;
  all(): Item[];
  /** By `listAt`, of equal ones by id. */
  list(listKey: string): readonly Item[];
}

export function makeListIndex(): ListIndex {
  const shown = new Map<string, Item>();
  const lists = new Map<string, Item[]>();
  const listOf = ({ listKey }: Item) => {
    const name = listKey?.S ?? '';
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    return list;
  };
  const remove = (id: string) => {
    const old = shown.get(id);
    if (old === undefined) return;
    shown.delete(id);
    const list = listOf(old);
    // The key of a table need not be `id`: two entries may be equal in this order.
    let at = firstAfter(list, (entry) => byListAt(entry, old) >= 0);
    while (list[at] !== old) at += 1;
    list.splice(at, 1);
  };
  return {
    set(id, entry) {
      remove(id);
      if (entry === undefined) return;
      shown.set(id, entry);
      const list = listOf(entry);
      list.splice(
        firstAfter(list, (other) => byListAt(other, entry) > 0),
        0,
        entry,
      );
    },
    all: () => [...shown.values()],
    list: (listKey) => lists.get(listKey) ?? [],
  };
}

/** Index of the first entry that fits, of a list in which all after it do too. */
export function firstAfter(list: readonly Item[], fits: (entry: Item) => boolean): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (fits(list[middle] as Item)) to = middle;
    else from = middle + 1;
  }
  return from;
}

export function byListAt(a: Item, b: Item): number {
  const byTime = Number(a.listAt?.N) - Number(b.listAt?.N);
  return byTime === 0 ? ascending(a.id?.S ?? '', b.id?.S ?? '') : byTime;
}

export const ascending = (a: string, b: string) => (a < b ? -1 : a === b ? 0 : 1);
