/** Which rows of a long list are drawn: those in view, some beside them, and the one that has the focus. Pure. */

export interface View {
  /** Pixels of the list above the view; negative: the list begins below the view's top. */
  readonly scrolledPx: number;
  readonly heightPx: number;
  readonly rowPx: number;
  readonly rows: number;
}

/** Rows above and below the view that are drawn as well, so that neither a quick scroll nor the Tab key meets emptiness. */
const BESIDE = 8;

export interface Range {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

/** The rows that are in view, without those beside them. */
export function rowsInView({ scrolledPx, heightPx, rowPx, rows }: View): Range {
  const first = within(Math.floor(scrolledPx / rowPx), 0, rows);
  return { first, end: within(Math.ceil((scrolledPx + heightPx) / rowPx), first, rows) };
}

/** A stretch of rows to draw, or of rows that only take up their place. */
export interface Stretch extends Range {
  readonly drawn: boolean;
}

/** The whole list as stretches, in order: those drawn hold the view and, wherever it is, the row `kept` (-1: none). */
export function stretchesOf(view: View, kept = -1): Stretch[] {
  const seen = rowsInView(view);
  const main: Range = { first: Math.max(0, seen.first - BESIDE), end: Math.min(view.rows, seen.end + BESIDE) };
  const alone = kept >= 0 && kept < view.rows && (kept < main.first || kept >= main.end);
  const drawn = alone ? [main, { first: kept, end: kept + 1 }].sort((a, b) => a.first - b.first) : [main];
  const stretches: Stretch[] = [];
  let at = 0;
  for (const { first, end } of drawn) {
    if (first > at) stretches.push({ first: at, end: first, drawn: false });
    if (end > first) stretches.push({ first, end, drawn: true });
    at = Math.max(at, end);
  }
  if (at < view.rows) stretches.push({ first: at, end: view.rows, drawn: false });
  return stretches;
}

/** Where a key leads from a row; undefined: nowhere. */
export function rowAfterKey(key: string, row: number, { rows, page }: { rows: number; page: number }) {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: row + 1,
    ArrowUp: row - 1,
    PageDown: row + page,
    PageUp: row - page,
    Home: 0,
    End: rows - 1,
  };
  const next = steps[key];
  return next === undefined || rows === 0 ? undefined : within(next, 0, rows - 1);
}
