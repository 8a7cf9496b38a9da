import { shifted } from './shift.ts';

/** Values by number: two that are the same have the same one. Number 0 is none. */
export interface Interner<T> {
  /** Its number, new or known. */
  id(value: T): number;
  /** @throws RangeError if no value has this number */
  get(id: number): T;
  /** The same value with all its moments moved by so many ms. */
  shifted(id: number, byMs: number): number;
  /** All of them as text, the first one first. */
  readonly texts: readonly string[];
}

/** @param texts values that are known already, as {@link Interner.texts} gave them. @default none */
export function makeInterner<T>(texts: readonly string[] = []): Interner<T> {
  const known = new Map<string, number>();
  const all: string[] = [];
  const values: (T | undefined)[] = [];
  const add = (text: string) => {
    all.push(text);
    known.set(text, all.length);
    return all.length;
  };
  for (const text of texts) add(text);
  const moved = new Map<number, Map<number, number>>();
  return {
    texts: all,
    id(value) {
      const text = canonical(value);
      return known.get(text) ?? add(text);
    },
    shifted(id, byMs) {
      if (byMs === 0) return id;
      const by = moved.get(byMs) ?? new Map<number, number>();
      moved.set(byMs, by);
      let to = by.get(id);
      if (to === undefined) {
        const text = shifted(all[id - 1] ?? '', byMs);
        to = known.get(text) ?? add(text);
        by.set(id, to);
      }
      return to;
    },
    get(id) {
      const text = all[id - 1];
      if (text === undefined) throw new RangeError(`there is no value ${id}`);
      values[id] ??= JSON.parse(text) as T;
      return values[id];
    },
  };
}

/** JSON with every object's keys in order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
