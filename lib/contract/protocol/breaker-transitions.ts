import { MINE, type Transition, WAITING } from './transition.ts';

/** Rows of types with a circuit breaker: a job that may not start, and a probe that failed. */
export const BREAKER_TRANSITIONS = {
  withheld: {
    code: 'L2',
    from: ['absent', ...WAITING],
    condition:
      'as limited, and asked before it: its type’s circuit breaker is open and lets no probe through, or is closing and has no room; at most 5 min ahead',
    to: 'SCHEDULED, or same',
    message: 'as there',
  },
  probed: {
    code: 'S11',
    from: MINE,
    condition:
      'a circuit breaker’s probe failed by an error that counts, and would be retried, or die of its last attempt; not cancelRequested: no attempt is spent, no row of snoozes goes on',
    to: 'RETRYING',
    message: 'as there',
  },
} as const satisfies Record<string, Transition>;
