import Table from 'cli-table3';
import pc from 'picocolors';
import type { Host } from './host.ts';

/** A column of a table. */
export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | number | undefined;
  readonly right?: true;
  readonly colour?: (text: string, row: Row) => string;
}

/** Prints results: JSON for programs, tables and colour for a terminal, tabs for a pipe. */
export interface Printer {
  readonly json: boolean;
  readonly terminal: boolean;
  /** With `--json`, prints the result as one JSON document. @returns whether it did */
  result(value: unknown): boolean;
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): void;
  line(text?: string): void;
  /** Clears the terminal; nothing elsewhere. */
  clear(): void;
  /** A remark for people, on standard error; left out with `--json`. */
  note(text: string): void;
  readonly colour: Colours;
}

type Colours = Pick<ReturnType<typeof pc.createColors>, 'red' | 'green' | 'yellow' | 'dim' | 'bold' | 'cyan'>;

/** Prints on the host's streams. */
export function makePrinter({
  json,
  host: { stdout, stderr, env },
}: {
  json: boolean;
  host: Pick<Host, 'stdout' | 'stderr' | 'env'>;
}): Printer {
  const terminal = stdout.isTTY === true;
  const colour = pc.createColors(terminal && env.NO_COLOR === undefined);
  const line = (text = '') => void stdout.write(`${text}\n`);
  return {
    ...{ json, terminal, colour, line },
    result(value) {
      if (json) line(JSON.stringify(value, undefined, terminal ? 2 : 0));
      return json;
    },
    table(rows, columns) {
      line(terminal ? drawn(rows, columns, colour) : tabbed(rows, columns));
    },
    clear() {
      if (terminal && !json) stdout.write('\u001b[2J\u001b[H');
    },
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
  };
}

const NO_LINES = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '' },
  ...{ 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

function drawn<Row>(rows: readonly Row[], columns: readonly Column<Row>[], { bold }: Colours): string {
  const table = new Table({
    head: columns.map(({ head }) => bold(head)),
    colAligns: columns.map(({ right }) => (right ? 'right' : 'left')),
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) table.push(columns.map(({ cell, colour }) => coloured(shown(cell(row)), row, colour)));
  return table.toString();
}

const tabbed = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  [columns.map(({ head }) => head), ...rows.map((row) => columns.map(({ cell }) => flat(shown(cell(row)))))]
    .map((cells) => cells.join('\t'))
    .join('\n');

const shown = (value: string | number | undefined): string =>
  value === undefined || value === '' ? '—' : String(value);
const flat = (text: string) => text.replace(/[\t\r\n]+/g, ' ');
const coloured = <Row>(text: string, row: Row, colour: Column<Row>['colour']) => colour?.(text, row) ?? text;

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
