import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { TRANSITIONS, type Transition } from '../../../lib/contract/protocol/transitions.ts';

/**
 * `node test/support/tools/state-machine.ts` prints the README's state machine, drawn from the table that the code itself is
 * checked against; with `--write` it puts it into README.md, between its two markers, or as a section of its own before
 * "What is verified where" if they are not there yet.
 */
export const START = '<!-- state machine: made by `node test/support/tools/state-machine.ts --write`, do not edit -->';
export const END = '<!-- end of state machine -->';
const BEFORE = '## What is verified where';

const ROWS = Object.entries(TRANSITIONS) as [string, Transition][];

/** Who writes a row, by the letter of its code. */
const WRITERS: Readonly<Record<string, string>> = {
  B: 'consumer, before a job runs',
  L: 'consumer, before a job runs',
  S: 'consumer, when an attempt ends or checkpoints',
  P: 'consumer, while a job runs',
  D: 'consumer, once a job is DEAD',
  R: 'retry dispatcher',
  C: 'operator: `sluice cancel`',
  N: 'operator: `sluice retry`',
};

/** What becomes of the message. */
const MESSAGES: Readonly<Record<Transition['message'], string>> = {
  run: 'kept while the handler runs',
  'run alone': 'kept while the handler runs, after the rest of the batch',
  ack: 'deleted',
  keep: 'kept',
  wait: 'hidden until then, or renewed',
  deadLetter: 'sent to the DLQ, then deleted (delivered)',
  'as there': 'as in the row that follows',
  none: '–',
};

export function stateMachine(): string {
  return [START, '', '```mermaid', ...diagram(), '```', '', ...table(), '', END].join('\n');
}

/** Transitions that change a state; several rows between the same two states share an arrow. */
function diagram(): string[] {
  const arrows = new Map<string, string[]>();
  for (const [row, { from, to }] of ROWS) {
    for (const state of from) {
      // Of a job that waits, `limited` changes only the time.
      const after = to === 'SCHEDULED, or same' && state === 'absent' ? 'SCHEDULED' : to;
      if (after === 'SCHEDULED, or same' || after === 'same' || after === 'absent' || after === state) continue;
      const arrow = `${state === 'absent' ? '[*]' : state} --> ${after}`;
      arrows.set(arrow, [...(arrows.get(arrow) ?? []), row]);
    }
  }
  const own = ROWS.filter(([, { from, to }]) => to === 'INPROGRESS' && from.includes('INPROGRESS')).map(([row]) => row);
  const lines = [...arrows].map(([arrow, rows]) => `  ${arrow}: ${rows.join(', ')}`);
  return ['stateDiagram-v2', ...lines, `  INPROGRESS --> INPROGRESS: ${own.join(', ')}`];
}

function table(): string[] {
  const head = [
    '| row | code | from | under which condition | to | its message | written by |',
    '|---|---|---|---|---|---|---|',
  ];
  return [...head, ...ROWS.map(([row, transition]) => line(row, transition))];
}

function line(row: string, { code, from, condition, to, message }: Transition): string {
  const states = from.length === 7 ? 'any' : from.join(', ');
  const writer = WRITERS[code.slice(0, 1)];
  if (writer === undefined) throw new TypeError(`nobody is known to write row ${row}: name its writer here`);
  return `| ${row} | ${code} | ${states} | ${condition} | ${to} | ${MESSAGES[message]} | ${writer} |`;
}

/** A README with the state machine in its place. */
export function withStateMachine(readme: string): string {
  const [start, end] = [readme.indexOf(START), readme.indexOf(END)];
  if (start >= 0 && end > start) return readme.slice(0, start) + stateMachine() + readme.slice(end + END.length);
  const at = readme.indexOf(BEFORE);
  if (at < 0) throw new RangeError(`README.md has neither the markers of the state machine nor "${BEFORE}"`);
  const section = `## State machine\n\nEvery row is one conditional write of one item; nothing else changes a job's state.\n\n${stateMachine()}\n\n`;
  return readme.slice(0, at) + section + readme.slice(at);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = fileURLToPath(new URL('../../../README.md', import.meta.url));
  if (process.argv.includes('--write')) writeFileSync(file, withStateMachine(readFileSync(file, 'utf8')));
  else console.log(stateMachine());
}
