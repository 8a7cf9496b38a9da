import Table from 'cli-table3';
import pc from 'picocolors';
import type { Host } from './host.ts';
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
  readonly right?: true;
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

/** Prints on the host's streams. */
export function makePrinter({
  json,
  host: { stdout, stderr, env },
}: {
  json: boolean;
  host: Pick<Host, 'stdout' | 'stderr' | 'env'>;
}): Printer {
  const terminal = stdout.isTTY === true;
  const { bold, ...paints } = pc.createColors(terminal && env.NO_COLOR === undefined);
  const write = (text: string) => void stdout.write(`${text}\n`);
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
      write(terminal ? drawn(rows, columns, bold) : tabbed(rows, columns));
    },
    clear() {
      if (terminal && !json) stdout.write('\u001b[2J\u001b[H');
    },
    note(text) {
      if (!json) stderr.write(`${visible(text)}\n`);
    },
  };
}

const painted = (part: string | Painted): string =>
  typeof part === 'string' ? visible(part) : part.paint(visible(part.text));

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

function drawn<Row>(rows: readonly Row[], columns: readonly Column<Row>[], bold: (text: string) => string): string {
  const table = new Table({
    head: columns.map(({ head }) => bold(head)),
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows)
    table.push(columns.map(({ cell, colour }) => painted(colour?.(row)?.(shown(cell(row))) ?? shown(cell(row)))));
  return table.toString();
}

const tabbed = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => visible(shown(cell(row)))))]
    .map((cells) => cells.join('\t'))
    .join('\n');

const shown = (value: string | number | undefined): string =>
  value === undefined || value === '' ? '—' : String(value);

/** `12 s`, `4 min`, `3 h`, `2 d`. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return '—';
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Local time: `09:12:04` for today, `2026-01-31 09:12:04` for another day. */
export function time(iso: string | undefined): string {
  const at = new Date(iso ?? '');
  if (Number.isNaN(at.getTime())) return '—';
  const two = (n: number) => String(n).padStart(2, '0');
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':');
  if (at.toDateString() === new Date().toDateString()) return clock;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}
