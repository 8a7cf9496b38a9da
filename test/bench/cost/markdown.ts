export const usd = (dollars: number): string =>
  dollars < 10 ? dollars.toFixed(2) : Math.round(dollars).toLocaleString('en-US');

type Row = readonly (string | number)[];

/** A table in Markdown, by its lines. */
export function tableLines(heads: readonly string[], rows: readonly Row[]): string[] {
  const [head = '', ...lines] = [heads, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [head, `|${'---|'.repeat(heads.length)}`, ...lines];
}

/** Prints a table, after an empty line. */
export function table(heads: readonly string[], rows: readonly Row[]): void {
  console.log(['', ...tableLines(heads, rows)].join('\n'));
}
