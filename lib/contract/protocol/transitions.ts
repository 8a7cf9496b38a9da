import type { JobStatus } from '../job.ts';

/** A row of the protocol: the only ways in which a job's state changes. */
export interface Transition {
  /** States from which it happens; `absent`: there is no item. */
  readonly from: readonly (JobStatus | 'absent')[];
  readonly condition: string;
  /** State afterwards; `same` and `absent`: nothing is written to it; L: SCHEDULED if it was absent. */
  readonly to: JobStatus | 'same' | 'absent' | 'SCHEDULED, or same';
  /** What becomes of the message. */
  readonly message: 'run' | 'run alone' | 'ack' | 'keep' | 'wait' | 'bury' | 'as there' | 'none';
}

const TERMINAL = ['COMPLETED', 'DEAD', 'CANCELLED'] as const;
const WAITING = ['SCHEDULED', 'RETRYING'] as const;
const MINE = ['INPROGRESS'] as const;
const ANY = ['absent', ...WAITING, 'INPROGRESS', ...TERMINAL] as const;

/**
 * The protocol as a table; `begin.ts` chooses among the B rows, `limit.ts` writes L, `settle.ts` writes the S rows,
 * `operate.ts` C and N, the dispatcher R.
 */
export const TRANSITIONS = {
  B0: {
    from: ['absent', ...WAITING, 'INPROGRESS', 'DEAD'],
    condition: 'absent, waiting, lease out, or as B12; body or payload refused',
    to: 'DEAD',
    message: 'bury',
  },
  B1: { from: ['absent'], condition: 'runAt > 60 s ahead, fits an item', to: 'SCHEDULED', message: 'ack' },
  B1b: { from: ['absent'], condition: 'runAt ahead but ≤ 60 s, or later and too big', to: 'absent', message: 'wait' },
  B2: { from: ['absent'], condition: 'otherwise', to: 'INPROGRESS', message: 'run' },
  B3: { from: TERMINAL, condition: 'expiration passed, not undelivered', to: 'same', message: 'as there' },
  B4: {
    from: ANY,
    condition: 'another job holds the key, or another body came under its name',
    to: 'same',
    message: 'ack',
  },
  B5: { from: WAITING, condition: 'dueAt ≤ now + 500 ms, and not a leftover', to: 'INPROGRESS', message: 'run' },
  B6: { from: WAITING, condition: 'a leftover of a parked job (ack), or early (wait)', to: 'same', message: 'wait' },
  B7: { from: MINE, condition: 'lease lives', to: 'same', message: 'wait' },
  B8: { from: MINE, condition: 'lease out, cancelRequested', to: 'CANCELLED', message: 'ack' },
  B9: { from: MINE, condition: 'lease out, attempts < max: stalled', to: 'INPROGRESS', message: 'run alone' },
  B10: { from: MINE, condition: 'lease out, attempts ≥ max', to: 'DEAD', message: 'bury' },
  B11: { from: ['DEAD'], condition: 'undelivered', to: 'DEAD', message: 'bury' },
  B12: {
    from: ['DEAD'],
    condition: 'jobId and run of the message are the item’s: a redrive',
    to: 'INPROGRESS',
    message: 'run',
  },
  B13: {
    from: TERMINAL,
    condition: 'otherwise (a duplicate): of a COMPLETED job whose type asks for it, the event again',
    to: 'same',
    message: 'ack',
  },
  S1: {
    from: MINE,
    condition: 'the handler returned; then the event, if its type asks for it',
    to: 'COMPLETED',
    message: 'ack',
  },
  S2: { from: MINE, condition: 'as S1, and it staged writes by commit', to: 'COMPLETED', message: 'ack' },
  S3: { from: MINE, condition: 'checkpoint; not cancelRequested; checkpointNo = n', to: 'INPROGRESS', message: 'none' },
  S4: {
    from: MINE,
    condition: 'retry ≤ 60 s, or too big to park; not cancelRequested',
    to: 'RETRYING',
    message: 'wait',
  },
  S5: { from: MINE, condition: 'retry > 60 s, fits; not cancelRequested', to: 'RETRYING', message: 'ack' },
  S6: { from: MINE, condition: 'snooze, snoozesInRow < 100; not cancelRequested', to: 'RETRYING', message: 'as there' },
  S7: {
    from: MINE,
    condition: 'permanent, or attempts = max, or the 101st snooze in a row',
    to: 'DEAD',
    message: 'bury',
  },
  S8: { from: MINE, condition: 'would retry, cancelRequested', to: 'CANCELLED', message: 'ack' },
  S9: { from: ANY, condition: 'not mine: any settle', to: 'same', message: 'keep' },
  P: { from: MINE, condition: 'progress, at most one a second', to: 'INPROGRESS', message: 'none' },
  L: {
    from: ['absent', ...WAITING],
    condition:
      'an attempt would start (also B9, B12), and its type is over its rate limit; beyond 60 s ahead: absent as B1, waiting: dueAt, envelope, listKey, listAt',
    to: 'SCHEDULED, or same',
    message: 'as there',
  },
  D: {
    from: ['DEAD'],
    condition:
      'undelivered: DLQ send (unless only the event is owed), event, then remove undelivered where runNo is the same',
    to: 'DEAD',
    message: 'ack',
  },
  R: { from: WAITING, condition: 'on a due list, listAt ≤ now + 90 s, still waiting', to: 'same', message: 'none' },
  C1: { from: ['absent'], condition: 'cancel', to: 'CANCELLED', message: 'none' },
  C2: { from: WAITING, condition: 'cancel', to: 'CANCELLED', message: 'none' },
  C3: { from: MINE, condition: 'cancel: the attempt that runs is told, not fenced', to: 'same', message: 'none' },
  N: { from: WAITING, condition: 'retry now, on a due list', to: 'same', message: 'none' },
} as const satisfies Record<string, Transition>;

export type Row = keyof typeof TRANSITIONS;
export type BeginRow = Extract<Row, `B${string}` | 'L'>;
export type SettleRow = Extract<Row, `S${string}`>;
export type OperatorRow = Extract<Row, `C${string}` | 'N'>;
