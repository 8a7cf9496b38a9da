/** A row of a table, and the columns that say what is in it. `Table` draws them. */
import type { ComponentChildren } from 'preact';
import type { SortValue } from '../base/sorting.ts';

export interface Column<T> {
  readonly key: string;
  readonly head: ComponentChildren;
  /** What screen readers read for it, where `head` is a sign or short. */
  readonly label?: string;
  readonly cell: (row: T) => ComponentChildren;
  readonly sortBy?: (row: T) => SortValue;
  readonly isNumber?: boolean;
  /** It names its row. */
  readonly isHead?: boolean;
  /** For styles: `wide` takes what is left and cuts its text. */
  readonly class?: string;
}

export interface RowProps<T> {
  readonly row: T;
  readonly columns: readonly Column<T>[];
  readonly class?: string | undefined;
  /** In a windowed body: its place, from 0. */
  readonly index?: number;
  readonly isStop?: boolean;
}

export function Row<T>({ row, columns, class: className, index, isStop = false }: RowProps<T>) {
  const place = index === undefined ? {} : { 'aria-rowindex': index + 2, 'data-row': index, tabIndex: isStop ? 0 : -1 };
  return (
    <tr class={className} {...place}>
      {columns.map(({ key, head, label, cell, isNumber, isHead, class: cellClass }) => {
        const name = typeof head === 'string' && head !== '' ? head : label;
        const Cell = isHead ? 'th' : 'td';
        return (
          <Cell
            key={key}
            scope={isHead ? 'row' : undefined}
            class={`${isNumber ? 'is-number' : ''} ${cellClass ?? ''}`}
            data-label={name}
          >
            {cell(row)}
          </Cell>
        );
      })}
    </tr>
  );
}
