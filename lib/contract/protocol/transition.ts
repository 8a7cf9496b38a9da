import type { JobStatus } from '../job.ts';

export const TERMINAL = ['COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED'] as const;
export const WAITING = ['SCHEDULED', 'RETRYING'] as const;
export const MINE = ['INPROGRESS'] as const;
export const ANY = ['absent', ...WAITING, ...MINE, ...TERMINAL] as const;

/** A row of the protocol: the only ways in which a job's state changes. */
export interface Transition {
  /** Short for the row, in tables and diagrams: B before a job runs, S when an attempt settles, C by an operator. */
  readonly code: string;
  /** States from which it happens; `absent`: there is no item. */
  readonly from: readonly (JobStatus | 'absent')[];
  readonly condition: string;
  /** State afterwards; `same` and `absent`: nothing is written to it; `limited`: SCHEDULED if it was absent. */
  readonly to: JobStatus | 'same' | 'absent' | 'SCHEDULED, or same';
  /** What becomes of the message. */
  readonly message: 'run' | 'run alone' | 'ack' | 'keep' | 'wait' | 'deadLetter' | 'as there' | 'none';
}
