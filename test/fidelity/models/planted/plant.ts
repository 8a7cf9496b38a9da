/** A request that AWS takes, and mistakes in it: each makes one that AWS refuses, for what its path and reason say. */
export interface Planted {
  readonly operation: string;
  readonly request: object;
  readonly mistakes: readonly Mistake[];
}

/** Where a value is put (undefined takes it away), and what is said of it. */
export type Mistake = readonly [path: string, value: unknown, says: RegExp];

export const long = (length: number): string => 'x'.repeat(length);
export const times = <T>(count: number, one: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => one(i));

export const MISSING = /it is required/;
export const UNKNOWN = /there is no such member/;
export const TEXT = /must be a text/;
export const NUMBER = /must be a number/;
export const MATCH = /must match/;
export const ONE_OF = /must be one of/;
export const most = (count: number): RegExp => new RegExp(`(it must (?:be|have) ${count} (\\w+ )?at most)`);
export const least = (count: number): RegExp => new RegExp(`(it must (?:be|have) ${count} (\\w+ )?at least)`);

/** The request with a value at a path as `Entries[0].Id`; the request itself is left as it is. */
export function withValue(request: object, path: string, value: unknown): object {
  const changed = structuredClone(request);
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  const last = steps.pop() ?? '';
  const holder = steps.reduce<Record<string, unknown>>((at, step) => at[step] as Record<string, unknown>, {
    ...changed,
  });
  const root = steps.length === 0 ? (changed as Record<string, unknown>) : holder;
  if (value === undefined) delete root[last];
  else root[last] = value;
  return changed;
}
