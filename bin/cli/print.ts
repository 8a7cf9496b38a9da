import pc from 'picocolors';
import type { Host } from './host.ts';
import { type Cell, drawTable } from './table.ts';
import { visible, visibleJson } from './visible.ts';

/** Text with a colour. */
export interface Painted {
  readonly text: string;
  readonly paint: (text: string) => string;
}

export type Colour = (text: string) => Painted;

/** A column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | number | undefined;
  /** What takes its place where the terminal is narrow. */
  readonly short?: (row: Row) => string;
  readonly right?: true;
  /** What may be cut where the terminal is narrow: the end of a text, or the middle of an id. @default nothing, if possible */
  readonly cut?: 'end' | 'middle';
  readonly colour?: (row: Row) => Colour | undefined;
}

/**
 * Prints results: JSON for programs, tables and colour for a terminal, tabs for a pipe. All that is printed passes here, and
 * no character of a value reaches a terminal as a command: see {@link visible}.
 */
export interface Printer {
  readonly json: boolean;
  readonly terminal: boolean;
  /** With `--json`, prints the result as one JSON document. @returns whether it did */
  result(value: unknown): boolean;
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void;
  /** Prints one line of these parts, one after the other. */
  line(...parts: readonly (string | Painted)[]): void;
  /** Clears the terminal; nothing elsewhere. */
  clear(): void;
  /** A remark for people, on standard error; left out with `--json`. */
  note(text: string): void;
  readonly colour: Readonly<Record<'red' | 'green' | 'yellow' | 'dim', Colour>>;
}

/** Where a terminal does not say how wide it is. */
const COLUMNS = 80;

/** Prints on the host's streams. With `wide`, tables are as wide as their cells, whatever the terminal is. */
export function makePrinter({
  json,
  wide = false,
  host: { stdout, stderr, env },
}: {
  json: boolean;
  wide?: boolean;
  host: Pick<Host, 'stdout' | 'stderr' | 'env'>;
}): Printer {
  const terminal = stdout.isTTY === true;
  const { bold, ...paints } = pc.createColors(terminal && env.NO_COLOR === undefined);
  const write = (text: string) => void stdout.write(`${text}\n`);
  const note = (text: string) => {
    if (!json) stderr.write(`${visible(text)}\n`);
  };
  const colour = (paint: (text: string) => string) => (text: string) => ({ text, paint });
  return {
    ...{ json, terminal },
    colour: {
      ...{ red: colour(paints.red), green: colour(paints.green), yellow: colour(paints.yellow) },
      dim: colour(paints.dim),
    },
    line: (...parts) => write(parts.map(painted).join('').trimEnd()),
    result(value) {
      if (json) write(visibleJson(value, terminal ? 2 : 0));
      return json;
    },
    table(rows, columns) {
      if (!terminal) return write(tabbed(rows, columns));
      const width = wide ? Number.POSITIVE_INFINITY : stdout.columns || COLUMNS;
      const { text, isCut } = drawTable([columns.map(headOf(bold)), ...rows.map((row) => columns.map(cellOf(row)))], {
        ...{ columns, width },
      });
      write(text);
      if (isCut) note(`cut to ${width} columns; --wide shows all`);
    },
    clear() {
      if (terminal && !json) stdout.write('\u001b[2J\u001b[H');
    },
    note,
  };
}

const painted = (part: string | Painted): string =>
  typeof part === 'string' ? visible(part) : part.paint(visible(part.text));

const headOf =
  (bold: (text: string) => string) =>
  ({ head }: { readonly head: string }): Cell => ({ text: head, paint: bold });

const cellOf =
  <Row>(row: Row) =>
  ({ cell, colour, short }: Column<Row>): Cell => {
    const text = visible(shown(cell(row)));
    return { ...(colour?.(row)?.(text) ?? { text, paint: (plain) => plain }), short: short && visible(short(row)) };
  };

const tabbed = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => visible(shown(cell(row)))))]
    .map((cells) => cells.join('\t'))
    .join('\n');

const shown = (value: string | number | undefined): string =>
  value === undefined || value === '' ? '—' : String(value);

/** `1,000`. */
export const count = (number: number): string => number.toLocaleString('en-US');

/** `12 s`, `4 min`, `3 h`, `2 d`. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return '—';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Local time: `09:12:04` for today, `2026-01-31 09:12:04` for another day. */
export const time = (iso: string | undefined): string =>
  local(iso, ({ year, month, day, hour, minute, second }) => `${year}-${month}-${day} ${hour}:${minute}:${second}`);

/** The same where there is little room: `01-31 09:12` for another day. */
export const shortTime = (iso: string | undefined): string =>
  local(iso, ({ month, day, hour, minute }) => `${month}-${day} ${hour}:${minute}`);

type Parts = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>>;

function local(iso: string | undefined, ofAnotherDay: (parts: Parts) => string): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return '—';
  const two = (n: number) => String(n).padStart(2, '0');
  const [hour, minute, second] = [two(at.getHours()), two(at.getMinutes()), two(at.getSeconds())];
  if (at.toDateString() === new Date().toDateString()) return `${hour}:${minute}:${second}`;
  const [year, month, day] = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())];
  return ofAnotherDay({ year, month, day, hour, minute, second });
}
