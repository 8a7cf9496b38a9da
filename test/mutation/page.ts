import { whyEquivalent } from './equivalents.ts';
import { NO_TEST, type Reason, reasonOf } from './reasons.ts';

/** What became of one mutant. */
export interface Outcome {
  readonly file: string;
  readonly status: string;
  readonly line: number;
  readonly mutatorName: string;
  /** The line that it stands in. */
  readonly source: string;
  /** The code that was replaced. */
  readonly original: string;
  readonly replacement: string;
}

const FOUND = ['Killed', 'Timeout'];
const MISSED = ['Survived', 'NoCoverage'];

/** The page of a room: the score of each file, and each mutant that no test found, with the reason if there is one. */
export function page(room: string, outcomes: readonly Outcome[]): string {
  const files = [...new Set(outcomes.map(({ file }) => file))].sort();
  const rows = [...files, ''].map((file) => row(file, outcomes));
  const missed = outcomes
    .filter(({ status }) => MISSED.includes(status))
    .toSorted((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1))
    .map(survivor);
  const reasons = Map.groupBy(missed, ({ reason }) => reason);
  // What lacks a test comes first.
  const sections = [...reasons].toSorted(([a], [b]) => Number(b === NO_TEST) - Number(a === NO_TEST));
  return [
    `# Mistakes planted into ${room}`,
    '',
    `Written by \`npm run mutation -- --room ${room} --write\`. Found means that a test failed. The score is what was found of`,
    'what was planted; a reason below excuses nothing from it. Left out, and in no score: what is evaluated once, when a module',
    'loads, and the words of help texts.',
    '',
    '| file | planted | found | not found | score | left out |',
    '|---|---|---|---|---|---|',
    ...rows,
    '',
    ...sections.flatMap(([reason, list]) => ['', `## ${reason}`, '', ...list.map(({ text }) => `- ${text}`)]),
    '',
  ].join('\n');
}

function row(file: string, outcomes: readonly Outcome[]): string {
  const own = outcomes.filter((one) => file === '' || one.file === file);
  const count = (statuses: readonly string[]) => own.filter(({ status }) => statuses.includes(status)).length;
  const [found, missed] = [count(FOUND), count(MISSED)];
  const score = found + missed === 0 ? '—' : `${((100 * found) / (found + missed)).toFixed(1)} %`;
  return `| ${file || '**all**'} | ${found + missed} | ${found} | ${missed} | ${score} | ${own.length - found - missed} |`;
}

function survivor(one: Outcome): { text: string; reason: Reason } {
  const { file, line, mutatorName, source, original, replacement } = one;
  const code = (text: string) => `\`${cut(text).replaceAll('`', 'ˋ').replaceAll('|', '\\|')}\``;
  const why = whyEquivalent(one);
  // A short piece says little without its line.
  const what = original.length < 20 && original !== source ? `${code(original)} of ${code(source)}` : code(original);
  return {
    text: `${file}:${line} ${mutatorName}: ${what} with ${code(replacement || '(nothing)')}${why === undefined ? '' : `: ${why}`}`,
    reason: reasonOf(one),
  };
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}
