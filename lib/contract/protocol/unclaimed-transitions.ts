import { MINE, TERMINAL, type Transition, WAITING } from './transition.ts';

/** Rows of types that begin optimistically: how a job starts without a claim (B), and what its attempt's end then writes (U). */
export const UNCLAIMED_TRANSITIONS = {
  unclaimed: {
    code: 'B18',
    from: ['absent'],
    condition:
      'begins optimistically; its first delivery, no name of ours on it, no refusal, no runAt ahead; an eventually consistent read found nothing either',
    to: 'absent',
    message: 'run',
  },
  unseen: {
    code: 'B19',
    from: ['absent'],
    condition:
      'as unclaimed, but the message was received before: whoever ran it left no row. Counted as stalled once the queue’s visibility timeout has passed since the first receive',
    to: 'INPROGRESS',
    message: 'run alone',
  },
  claimedLate: {
    code: 'U0',
    from: ['absent'],
    condition: 'an unclaimed attempt calls progress or checkpoint, or ends its process (K, with `crash`)',
    to: 'INPROGRESS',
    message: 'none',
  },
  completedFirst: {
    code: 'U1',
    from: ['absent'],
    condition: 'an unclaimed handler returned: as completed or committed',
    to: 'COMPLETED',
    message: 'ack',
  },
  completedOver: {
    code: 'U2',
    from: ['RETRYING'],
    condition: 'as completedFirst; another unclaimed attempt of the job failed (RETRYING with an owner, never a lease)',
    to: 'COMPLETED',
    message: 'ack',
  },
  failedFirst: {
    code: 'U3',
    from: ['absent'],
    condition: 'an unclaimed attempt did not complete: as retryInPlace, parked, snoozed or putBack',
    to: 'RETRYING',
    message: 'as there',
  },
  diedFirst: {
    code: 'U4',
    from: ['absent'],
    condition: 'an unclaimed attempt failed for good: as dead',
    to: 'DEAD',
    message: 'deadLetter',
  },
  outrun: {
    code: 'U5',
    from: [...WAITING, ...MINE, ...TERMINAL],
    condition:
      'an unclaimed attempt’s end finds any other row: the begin row that fits it, if that writes nothing and runs nothing; else the message is kept',
    to: 'same',
    message: 'as there',
  },
} as const satisfies Record<string, Transition>;
