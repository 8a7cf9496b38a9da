import { fileURLToPath } from 'node:url';
import { TRANSITIONS, type Transition } from '../../../lib/contract/protocol/transitions.ts';
import { marksOf, writePart } from './generated.ts';

/**
 * `node test/support/tools/state-machine.ts` prints the state machine, drawn from the table that the code itself is checked
 * against; with `--write` it puts it into lib/engine/README.md, between its two marks.
 */
export const MARKS = marksOf('state machine', 'node test/support/tools/state-machine.ts --write');

const ROWS = Object.entries(TRANSITIONS) as [string, Transition][];

/** Who writes a row, by the letter of its code. */
const WRITERS: Readonly<Record<string, string>> = {
  A: 'consumer, before it knows a job',
  B: 'consumer, before a job runs',
  L: 'consumer, before a job runs',
  S: 'consumer, when an attempt ends or checkpoints',
  U: 'consumer, when an attempt that did not claim its job ends, or claims it',
  P: 'consumer, while a job runs',
  K: 'consumer, as its process dies',
  D: 'consumer, once a job is DEAD',
  E: 'consumer, once a job has ended',
  H: 'consumer of the job that staged',
  F: 'consumer of a child',
  R: 'retry dispatcher',
  Q: 'producer: `enqueueWrite`',
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
  return [MARKS.start, '', '```mermaid', ...diagram(), '```', '', ...table(), '', MARKS.end].join('\n');
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = new URL('../../../lib/engine/README.md', import.meta.url);
  if (process.argv.includes('--write')) writePart(page, MARKS, stateMachine());
  else console.log(stateMachine());
}
