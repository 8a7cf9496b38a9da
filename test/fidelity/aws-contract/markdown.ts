import { facts, pairs } from '../recorded/recordings.ts';
import type { Behaviour } from './behaviour.ts';
import { BEHAVIOURS } from './behaviours/all.ts';
import { DIFFERENCES } from './differences.ts';

type Told = Pick<Behaviour<never>, 'id' | 'what' | 'source'>;

const told: readonly Told[] = BEHAVIOURS;

/** The README's table of differences; `node test/fidelity/aws-contract/markdown.ts` prints it. */
export function differencesTable(): string {
  const rows = DIFFERENCES.map(({ on, how, observed }) => {
    const behaviours = told.filter(({ id }) => id in observed);
    const what = behaviours.map((one) => one.what).join('; ');
    const behind = [...new Set(behaviours.map(({ source }) => sourceOf(source)))].join('; ');
    return `| ${on.join(', ')} | ${how} | ${what} | ${behind} |`;
  });
  return ['| where | what it does | what AWS does | behind it |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function sourceOf(source: Told['source']): string {
  if ('page' in source) return `page: ${source.page}`;
  if ('reasoning' in source) return `**reasoning only**: ${source.reasoning}`;
  const recording = [...pairs, ...facts].find(({ id }) => id === source.recorded);
  const test = recording?.test.split('::').at(-1) ?? source.recorded;
  return `recorded: \`${test.replace(/\[.*\]$/, '')}\``;
}

if (import.meta.main) process.stdout.write(differencesTable());
