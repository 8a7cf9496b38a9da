/**
 * The body of a long table: of 10,000 rows only those in view are in the document; empty rows of the right height stand for the
 * others. `Table` uses it by itself. Rows are of one height, which is measured. The page is what scrolls.
 *
 * Keyboard: Tab goes through links and buttons of the rows, on and on, as in any table. The row that had the focus last can be
 * reached itself: arrow keys, Page Up and Down, Home and End go from row to row. Screen readers hear each row's place of all.
 */
import type { TargetedKeyboardEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Range, rowAfterKey, rowsInView, stretchesOf, type View } from '../base/windowing.ts';
import { type Column, Row } from './row.tsx';

/** Until rows are measured. */
const LIKELY_ROW_PX = 41;

const rowIn = (target: EventTarget | null): number => {
  const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-row]') : null;
  return row ? Number(row.dataset.row) : -1;
};

export interface RowsProps<T> {
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly rowClass?: ((row: T) => string | undefined) | undefined;
}

interface WindowedRowsProps<T> extends RowsProps<T> {
  readonly onView?: ((range: Range) => void) | undefined;
}

export function WindowedRows<T>({ columns, rows, rowKey, rowClass, onView }: WindowedRowsProps<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const view = useView(body, rows.length);
  const [focused, setFocused] = useState(-1);
  const [stop, setStop] = useState(0);
  const seen = rowsInView(view);
  useEffect(() => onView?.(seen), [seen.first, seen.end, rows]);

  const goTo = (index: number) => {
    const top = (body.current?.getBoundingClientRect().top ?? 0) + index * view.rowPx;
    setStop(index);
    setFocused(index);
    if (top < 96) scrollBy(0, top - 96);
    else if (top + view.rowPx > innerHeight) scrollBy(0, top + view.rowPx - innerHeight + 16);
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`tr[data-row="${index}"]`)?.focus());
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTableSectionElement>) => {
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const page = Math.max(1, seen.end - seen.first - 2);
    const next = rowAfterKey(event.key, rowIn(event.target), { rows: rows.length, page });
    if (next === undefined) return;
    event.preventDefault();
    goTo(next);
  };
  const onFocus = (target: EventTarget | null) => {
    setFocused(rowIn(target));
    setStop(rowIn(target));
  };

  return (
    <tbody
      ref={body}
      onKeyDown={onKeyDown}
      onFocusIn={(event) => onFocus(event.target)}
      onFocusOut={() => setFocused(-1)}
    >
      {stretchesOf(view, focused).map((stretch) =>
        stretch.drawn ? (
          rows.slice(stretch.first, stretch.end).map((row, at) => {
            const index = stretch.first + at;
            const isStop = index === Math.min(stop, rows.length - 1);
            return <Row key={rowKey(row)} {...{ row, columns, index, isStop }} class={rowClass?.(row)} />;
          })
        ) : (
          <Gap
            key={`gap ${stretch.first === 0}`}
            px={(stretch.end - stretch.first) * view.rowPx}
            columns={columns.length}
          />
        ),
      )}
    </tbody>
  );
}

/** It stands for rows, and is none. */
const UNREAD = { 'aria-hidden': true } as const;

const Gap = ({ px, columns }: { readonly px: number; readonly columns: number }) => (
  <tr class="gap" {...UNREAD}>
    <td colSpan={columns} style={{ height: `${px}px` }} />
  </tr>
);

/** Where the body stands in the window, as it scrolls and changes its size. */
function useView(body: { readonly current: HTMLTableSectionElement | null }, rows: number): View {
  const [view, setView] = useState<View>({ scrolledPx: 0, heightPx: innerHeight, rowPx: LIKELY_ROW_PX, rows });
  useLayoutEffect(() => {
    const look = () => {
      if (!body.current) return;
      const drawn = body.current.querySelector('tr[data-row]')?.getBoundingClientRect().height;
      const next = {
        scrolledPx: -body.current.getBoundingClientRect().top,
        heightPx: innerHeight,
        rowPx: drawn === undefined || drawn === 0 ? LIKELY_ROW_PX : drawn,
        rows,
      };
      setView((last) => (isSame(last, next) ? last : next));
    };
    look();
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [rows]);
  return { ...view, rows };
}

/** Scrolled within the same row, nothing changes. */
const isSame = (a: View, b: View): boolean =>
  a.rows === b.rows &&
  a.heightPx === b.heightPx &&
  a.rowPx === b.rowPx &&
  Math.floor(a.scrolledPx / a.rowPx) === Math.floor(b.scrolledPx / b.rowPx);
