import Table from 'cli-table3';
import stringWidth from 'string-width';

/** Text of a cell, and its colour. */
export interface Cell {
  readonly text: string;
  readonly paint: (text: string) => string;
  /** What takes the text's place where the table is too wide. */
  readonly short?: string | undefined;
}

interface ColumnShape {
  readonly right?: true;
  readonly cut?: 'end' | 'middle';
}

interface TableShape {
  readonly columns: readonly ColumnShape[];
  /** Of the terminal. */
  readonly width: number;
}

const GAP = '  ';
const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP },
};

/**
 * Draws rows, the first is the head, one line each, no longer than the terminal is wide. Where they would be, cells have their
 * short texts, and the longest texts that may be cut are cut first.
 *
 * @returns the lines, and whether a cell was cut
 */
export function drawTable(
  all: readonly (readonly Cell[])[],
  { columns, width }: TableShape,
): { text: string; isCut: boolean } {
  const room = width - GAP.length * (columns.length - 1);
  const isWide = sum(widthsOf(all, columns)) > room;
  const rows = isWide ? all.map((row) => row.map((cell) => ({ ...cell, text: cell.short ?? cell.text }))) : all;
  const widths = fitted(widthsOf(rows, columns), { columns, width: room });
  const table = new Table({
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
    colWidths: [...widths],
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) {
    table.push(
      row.map(({ text, paint }, i) => paint(columns[i]?.cut === 'middle' ? shortened(text, widths[i]) : text)),
    );
  }
  return { text: table.toString(), isCut: isWide };
}

const widthsOf = (rows: readonly (readonly Cell[])[], columns: readonly ColumnShape[]): number[] =>
  columns.map((_, i) => rows.reduce((widest, row) => Math.max(widest, stringWidth(row[i]?.text ?? '')), 1));

const sum = (widths: readonly number[]): number => widths.reduce((all, one) => all + one, 0);

/** A text that may be cut keeps so much of it, as long as others can be cut; then less, before a number or a reason is cut. */
const LEGIBLE = [8, 4];

/** Widths of the columns that fit together. */
function fitted(natural: readonly number[], { columns, width }: TableShape): number[] {
  const widths = [...natural];
  const shrink = (least: number, may: (column: ColumnShape | undefined) => boolean) => {
    while (sum(widths) > width) {
      const widest = Math.max(...widths.map((one, i) => (may(columns[i]) && one > least ? one : 0)));
      if (widest === 0) return;
      widths[widths.findIndex((one, i) => one === widest && may(columns[i]))] = widest - 1;
    }
  };
  for (const least of LEGIBLE) shrink(least, (column) => column?.cut !== undefined);
  shrink(1, () => true);
  return widths;
}

/** An id without its middle: ids that were made one after the other begin alike, and differ at their ends. */
function shortened(text: string, width = text.length): string {
  // What is not a column a character is cut at its end, by the table.
  if (stringWidth(text) !== text.length || text.length <= width || width < 3) return text;
  const end = Math.floor((width - 1) / 2);
  return `${text.slice(0, width - 1 - end)}…${text.slice(text.length - end)}`;
}
