import { join } from 'node:path';
import { marksOf, writePart } from '../../support/tools/generated.ts';
import { RESTS_ON, type RestsOn } from './facts.ts';
import { facts, pairs } from './recordings.ts';

export const PAGE = join(import.meta.dirname, 'README.md');
export const MARKS = marksOf('facts', 'node test/fidelity/recorded/markdown.ts');

/** The table of facts; `node test/fidelity/recorded/markdown.ts` puts it into the page. */
export function factsTable(): string {
  const rows = RESTS_ON.map((row) => `| ${row.area} | ${row.fact} | ${behind(row)} |`);
  return [MARKS.start, '', '| | fact | source |', '|---|---|---|', ...rows, '', MARKS.end].join('\n');
}

function behind({ recordings = [], page, reasoning }: RestsOn): string {
  return [
    ...new Set(recordings.map(recording)),
    ...(page === undefined ? [] : [`page: ${page}`]),
    ...(reasoning === undefined ? [] : [`**reasoning only**: ${reasoning}`]),
  ].join('; ');
}

/** `recorded 2025-10-08, test_name`. */
function recording(id: string): string {
  const found = [...pairs, ...facts].find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`no recording ${id}`);
  const name = found.test
    .split('::')
    .at(-1)
    ?.replace(/\[.*\]$/, '');
  return `recorded ${found.validated === 'undated' ? '(undated)' : found.validated}, \`${name}\``;
}

if (import.meta.main) writePart(PAGE, MARKS, factsTable());
