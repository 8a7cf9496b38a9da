/**
 * A table with real heads and rows. Long ones draw only what is in view (WindowedRows), so rows must all be of one height there.
 *
 *   <Table
 *     caption="Dead jobs"                     read by screen readers; the page's heading shows it to others
 *     columns={[
 *       { key: 'type', head: 'Type', cell: (row) => <Link …>{row.type}</Link>, sortBy: (row) => row.type, isHead: true },
 *       { key: 'dead', head: 'Dead', cell: (row) => <Count of={row.dead} />, sortBy: (row) => row.dead, isNumber: true },
 *     ]}
 *     rows={rows} rowKey={(row) => row.type}
 *     first={{ column: 'dead', descending: true }}    order until a head is pressed; without it: as the rows come
 *     rowClass={(row) => (row.isBad ? 'is-bad' : undefined)}
 *     onView={({ first, end }) => …}                  which rows (in their order here) are in view
 *   />
 *
 * On a narrow screen each row becomes a card: cells stand below one another with their heads beside them.
 */
import { useMemo, useState } from 'preact/hooks';
import { type Sort, sortAfterClick, sortedBy } from '../base/sorting.ts';
import type { Range } from '../base/windowing.ts';
import { type Column, Row } from './row.tsx';
import { type RowsProps, WindowedRows } from './windowed-rows.tsx';

export interface TableProps<T> extends RowsProps<T> {
  readonly caption: string;
  readonly first?: Sort;
  readonly onView?: (range: Range, rows: readonly T[]) => void;
  readonly class?: string;
}

export type { Column };

/** From so many rows on, only those in view are drawn. */
const WINDOWED_FROM = 80;

export function Table<T>(props: TableProps<T>) {
  const { caption, columns, rows, first, onView } = props;
  const [sort, setSort] = useState(first);
  const valueIn = columns.find(({ key }) => key === sort?.column)?.sortBy;
  const sorted = useMemo(
    () => (valueIn ? sortedBy(rows, valueIn, sort?.descending) : rows),
    [rows, sort?.column, sort?.descending],
  );
  const isWindowed = sorted.length >= WINDOWED_FROM || onView !== undefined;
  return (
    <table
      class={`table ${isWindowed ? 'is-windowed' : ''} ${props.class ?? ''}`}
      aria-rowcount={isWindowed ? sorted.length + 1 : undefined}
    >
      <caption class="only-read">{caption}</caption>
      <thead>
        <tr aria-rowindex={isWindowed ? 1 : undefined}>
          {columns.map((column) => (
            <Head key={column.key} column={column} sort={sort} onSort={setSort} />
          ))}
        </tr>
      </thead>
      {isWindowed ? (
        <WindowedRows {...props} rows={sorted} onView={onView && ((range) => onView(range, sorted))} />
      ) : (
        <tbody>
          {sorted.map((row) => (
            <Row key={props.rowKey(row)} row={row} columns={columns} class={props.rowClass?.(row)} />
          ))}
        </tbody>
      )}
    </table>
  );
}

interface HeadProps<T> {
  readonly column: Column<T>;
  readonly sort: Sort | undefined;
  readonly onSort: (sort: Sort) => void;
}

function Head<T>({ column, sort, onSort }: HeadProps<T>) {
  const { key, head, label, sortBy, isNumber = false } = column;
  const classes = `${isNumber ? 'is-number' : ''} ${column.class ?? ''}`;
  if (!sortBy) {
    return (
      <th scope="col" class={classes}>
        {label !== undefined && head !== label ? <span class="only-read">{label}</span> : null}
        {head}
      </th>
    );
  }
  const order = sort?.column === key ? (sort.descending ? 'descending' : 'ascending') : undefined;
  return (
    <th scope="col" class={classes} aria-sort={order}>
      <button type="button" class="sort" onClick={() => onSort(sortAfterClick(sort, key, isNumber))}>
        {head}
        <span class="sort-mark" aria-hidden="true" />
      </button>
    </th>
  );
}
