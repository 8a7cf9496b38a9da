import { join } from 'node:path';
import { marksOf, writePart } from '../../support/tools/generated.ts';
import { facts, pairs } from '../recorded/recordings.ts';
import type { Behaviour } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { DIFFERENCES } from './differences.ts';

export const PAGE = join(import.meta.dirname, 'README.md');
export const MARKS = marksOf('differences', 'node test/fidelity/aws-contract/markdown.ts');

type Described = Pick<Behaviour<never>, 'id' | 'what' | 'source'>;

const described: readonly Described[] = BEHAVIOURS;

/** The table of differences; `node test/fidelity/aws-contract/markdown.ts` puts it into the page. */
export function differencesTable(): string {
  const rows = DIFFERENCES.map(({ on, how, observed }) => {
    const behaviours = described.filter(({ id }) => id in observed);
    const what = behaviours.map((one) => one.what).join('; ');
    const behind = [...new Set(behaviours.map(({ source }) => sourceOf(source)))].join('; ');
    return `| ${on.join(', ')} | ${how} | ${what} | ${behind} |`;
  });
  const head = ['| where | what it does | what AWS does | source |', '|---|---|---|---|'];
  return [MARKS.start, '', ...head, ...rows, '', MARKS.end].join('\n');
}

function sourceOf(source: Described['source']): string {
  if ('page' in source) return `page: ${source.page}`;
  if ('reasoning' in source) return `**reasoning only**: ${source.reasoning}`;
  const recording = [...pairs, ...facts].find(({ id }) => id === source.recorded);
  const test = recording?.test.split('::').at(-1) ?? source.recorded;
  return `recorded: \`${test.replace(/\[.*\]$/, '')}\``;
}

if (import.meta.main) writePart(PAGE, MARKS, differencesTable());
