/** Order of rows by a column. Pure. */

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export type SortValue = number | string | boolean | undefined;

const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: SortValue, b: SortValue): number {
  if (typeof a === 'string' && typeof b === 'string') return NAMES.compare(a, b);
  return Number(a) - Number(b);
}

/** Rows in order of a value. Rows without one stand last, in either direction. Equal rows keep their order. */
export function sortedBy<T>(rows: readonly T[], valueIn: (row: T) => SortValue, descending = false): T[] {
  const valued = rows.map((row) => ({ row, value: valueIn(row) }));
  const known = valued.filter(({ value }) => value !== undefined);
  const unknown = valued.filter(({ value }) => value === undefined);
  known.sort((a, b) => (descending ? compare(b.value, a.value) : compare(a.value, b.value)));
  return [...known, ...unknown].map(({ row }) => row);
}

/** What a click on a column's head leads to: that column, its numbers the largest first; a second click turns it round. */
export const sortAfterClick = (sort: Sort | undefined, column: string, isNumber: boolean): Sort =>
  sort?.column === column ? { column, descending: !sort.descending } : { column, descending: isNumber };
