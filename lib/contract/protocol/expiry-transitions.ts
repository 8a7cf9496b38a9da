import { type Transition, WAITING } from './transition.ts';

/** Rows of jobs whose time is over: no attempt starts. */
export const EXPIRY_TRANSITIONS = {
  expired: {
    code: 'B20',
    from: ['absent', ...WAITING, 'INPROGRESS', 'DEAD'],
    condition:
      'an attempt would start or wait: never begun (no redrive) and startBefore, or startWithinSeconds, has passed; or endBefore has, also stalled and redriven',
    to: 'EXPIRED',
    message: 'ack',
  },
  diedExpired: {
    code: 'B21',
    from: ['absent', ...WAITING, 'INPROGRESS', 'DEAD'],
    condition: 'as expired; its type says expired: deadLetter',
    to: 'DEAD',
    message: 'deadLetter',
  },
} as const satisfies Record<string, Transition>;
