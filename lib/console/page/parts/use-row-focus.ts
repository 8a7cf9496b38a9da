/** The focus within a long table's rows: from row to row by keys, and where the Tab key comes back to. For `WindowedRows`. */
import type { TargetedKeyboardEvent } from 'preact';
import { useState } from 'preact/hooks';
import { rowAfterKey, rowsInView, type View } from '../base/windowing.ts';

type Body = { readonly current: HTMLTableSectionElement | null };

/** Stage bar and head of the table stand over the view's top. */
const TOP_PX = 96;
const BOTTOM_PX = 16;

const rowIn = (target: EventTarget | null): number => {
  const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-row]') : null;
  return row ? Number(row.dataset.row) : -1;
};

/** Scrolls as little as brings a row into view; it is drawn then, and gets the focus. */
function goTo(body: Body, index: number, rowPx: number): void {
  const top = (body.current?.getBoundingClientRect().top ?? 0) + index * rowPx;
  if (top < TOP_PX) scrollBy(0, top - TOP_PX);
  else if (top + rowPx > innerHeight) scrollBy(0, top + rowPx - innerHeight + BOTTOM_PX);
  requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`tr[data-row="${index}"]`)?.focus());
}

export function useRowFocus(body: Body, view: View) {
  const [focused, setFocused] = useState(-1);
  const [stop, setStop] = useState(0);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTableSectionElement>) => {
    // Within a row, keys are of its links and buttons.
    if (!(event.target instanceof HTMLTableRowElement)) return;
    const { first, end } = rowsInView(view);
    const next = rowAfterKey(event.key, rowIn(event.target), { rows: view.rows, page: Math.max(1, end - first - 2) });
    if (next === undefined) return;
    event.preventDefault();
    setStop(next);
    setFocused(next);
    goTo(body, next, view.rowPx);
  };
  const onFocusIn = (event: FocusEvent) => {
    setFocused(rowIn(event.target));
    setStop(rowIn(event.target));
  };
  const onFocusOut = () => setFocused(-1);
  /** `focused`: the row that has the focus, -1 for none; `stop`: the one that the Tab key stops at. */
  return { focused, stop: Math.min(stop, view.rows - 1), handlers: { onKeyDown, onFocusIn, onFocusOut } };
}
