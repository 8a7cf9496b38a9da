/**
 * The body of a long table: of 10,000 rows only those in view are in the document; empty rows of the right height stand for the
 * others. `Table` uses it by itself. Rows are of one height, which is measured. The page is what scrolls.
 *
 * Keyboard: Tab goes through links and buttons of the rows, on and on, as in any table. The row that had the focus last can be
 * reached itself: arrow keys, Page Up and Down, Home and End go from row to row. Screen readers hear each row's place of all.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Range, rowsInView, stretchesOf, type View } from '../base/windowing.ts';
import { type Column, Row } from './row.tsx';
import { useRowFocus } from './use-row-focus.ts';

/** Until rows are measured. */
const LIKELY_ROW_PX = 41;

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
  const { focused, stop, handlers } = useRowFocus(body, view);
  const seen = rowsInView(view);
  useEffect(() => onView?.(seen), [seen.first, seen.end, rows]);
  return (
    <tbody ref={body} {...handlers}>
      {stretchesOf(view, focused).map(({ first, end, drawn }, at) =>
        drawn ? (
          rows.slice(first, end).map((row, after) => {
            const index = first + after;
            return (
              <Row key={rowKey(row)} {...{ row, columns, index }} isStop={index === stop} class={rowClass?.(row)} />
            );
          })
        ) : (
          <Gap key={`gap ${at}`} px={(end - first) * view.rowPx} columns={columns.length} />
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
    // What stands above the table may grow.
    const resized = new ResizeObserver(look);
    resized.observe(document.body);
    return () => {
      resized.disconnect();
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
