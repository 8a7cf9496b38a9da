export const usd = (dollars: number): string => (dollars < 10 ? dollars.toFixed(2) : dollars.toFixed(0));

type Row = readonly (string | number)[];

const row = (cells: Row) => console.log(`| ${cells.join(' | ')} |`);

/** Prints a table that can be pasted in the README, after an empty line. */
export function table(heads: readonly string[], rows: readonly Row[]): void {
  console.log('');
  row(heads);
  row(heads.map(() => '---'));
  for (const cells of rows) row(cells);
}
