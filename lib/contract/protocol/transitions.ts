import { BREAKER_TRANSITIONS } from './breaker-transitions.ts';
import { EXPIRY_TRANSITIONS } from './expiry-transitions.ts';
import { FLOW_TRANSITIONS } from './flow-transitions.ts';
import { OPERATOR_TRANSITIONS } from './operator-transitions.ts';
import { ANY, MINE, TERMINAL, type Transition, WAITING } from './transition.ts';
import { UNCLAIMED_TRANSITIONS } from './unclaimed-transitions.ts';

export type { Transition } from './transition.ts';

/**
 * The protocol as a table, by the word for each row. A definition's `accept` chooses among the A rows, before a message is known
 * to be a job (lib/engine/message/accept.ts, split.ts). `begin.ts` chooses among the B rows, `rate-limited.ts`
 * writes L, `withheld.ts` L2, `settle.ts` the S rows, K and P, `unclaimed.ts` the U rows, `operate.ts` the C rows and N; the dispatcher
 * writes R, the consumer D, E, H and F.
 */
export const TRANSITIONS = {
  accepted: { code: 'A1', from: ANY, condition: 'foreign; accept gives one job', to: 'same', message: 'as there' },
  split: { code: 'A2', from: ANY, condition: 'foreign; accept gives several jobs', to: 'same', message: 'ack' },
  dropped: { code: 'A3', from: ANY, condition: 'foreign; accept says drop', to: 'same', message: 'ack' },
  notAccepted: { code: 'A4', from: ANY, condition: 'foreign; accept makes no job', to: 'same', message: 'as there' },
  invalid: {
    code: 'B0',
    from: ['absent', ...WAITING, 'INPROGRESS', 'DEAD'],
    condition: 'absent, waiting, lease out, or as redriven; body or payload refused',
    to: 'DEAD',
    message: 'deadLetter',
  },
  parkUntilDue: {
    code: 'B1',
    from: ['absent'],
    condition: 'runAt > 60 s ahead, fits an item',
    to: 'SCHEDULED',
    message: 'ack',
  },
  waitUntilDue: {
    code: 'B1b',
    from: ['absent'],
    condition: 'runAt ahead but ≤ 60 s, or later and too big',
    to: 'absent',
    message: 'wait',
  },
  first: { code: 'B2', from: ['absent'], condition: 'otherwise', to: 'INPROGRESS', message: 'run' },
  newer: {
    code: 'B16',
    from: [...WAITING, 'INPROGRESS', ...TERMINAL],
    condition: 'a newer version wrote it (its schema is above ours): it is left as it is',
    to: 'same',
    message: 'wait',
  },
  retentionOver: {
    code: 'B3',
    from: TERMINAL,
    condition: 'expiration passed, not undelivered, staged jobs all sent',
    to: 'same',
    message: 'as there',
  },
  foreign: {
    code: 'B4',
    from: ANY,
    condition:
      'another job holds the key, or another payload came under its name (never of a job that was cancelled before it came)',
    to: 'same',
    message: 'ack',
  },
  freed: {
    code: 'B14',
    from: ['DEAD'],
    condition:
      'died refused, never ran; another body, accepted: the next run begins, or waits for the dead letter of this one',
    to: 'same',
    message: 'as there',
  },
  renamed: {
    code: 'B15',
    from: [...WAITING, 'INPROGRESS', ...TERMINAL],
    condition: 'refused, as foreign, and the name did not die of it: it begins under its message id',
    to: 'same',
    message: 'as there',
  },
  due: {
    code: 'B5',
    from: WAITING,
    condition: 'dueAt ≤ now + 500 ms, and not a leftover',
    to: 'INPROGRESS',
    message: 'run',
  },
  early: {
    code: 'B6',
    from: WAITING,
    condition: 'a leftover of a parked job (ack), or early (wait)',
    to: 'same',
    message: 'wait',
  },
  leased: { code: 'B7', from: MINE, condition: 'lease lives', to: 'same', message: 'wait' },
  cancelled: { code: 'B8', from: MINE, condition: 'lease out, cancelRequested', to: 'CANCELLED', message: 'ack' },
  stalled: {
    code: 'B9',
    from: MINE,
    condition: 'lease out, attempts < max: stalled',
    to: 'INPROGRESS',
    message: 'run alone',
  },
  crashed: { code: 'B10', from: MINE, condition: 'lease out, attempts ≥ max', to: 'DEAD', message: 'deadLetter' },
  undelivered: { code: 'B11', from: ['DEAD'], condition: 'undelivered', to: 'DEAD', message: 'deadLetter' },
  redriven: {
    code: 'B12',
    from: ['DEAD'],
    condition: 'jobId and run of the message are the item’s: a redrive',
    to: 'INPROGRESS',
    message: 'run',
  },
  duplicate: {
    code: 'B13',
    from: TERMINAL,
    condition:
      'otherwise (a duplicate): of a COMPLETED, CANCELLED or EXPIRED job of a flow, handedOn again; of an EXPIRED job, and of a COMPLETED one whose type asks for it, the event again',
    to: 'same',
    message: 'ack',
  },
  completed: {
    code: 'S1',
    from: MINE,
    condition: 'the handler returned, maybe with staged jobs; then handedOn, and the event if its type asks for it',
    to: 'COMPLETED',
    message: 'ack',
  },
  committed: {
    code: 'S2',
    from: MINE,
    condition: 'as completed, and it staged writes by commit',
    to: 'COMPLETED',
    message: 'ack',
  },
  checkpointed: {
    code: 'S3',
    from: MINE,
    condition: 'checkpoint; not cancelRequested; checkpointNo = n',
    to: 'INPROGRESS',
    message: 'none',
  },
  retryInPlace: {
    code: 'S4',
    from: MINE,
    condition: 'retry ≤ 60 s, or too big to park; not cancelRequested',
    to: 'RETRYING',
    message: 'wait',
  },
  parked: {
    code: 'S5',
    from: MINE,
    condition: 'retry > 60 s, fits; not cancelRequested',
    to: 'RETRYING',
    message: 'ack',
  },
  snoozed: {
    code: 'S6',
    from: MINE,
    condition: 'snooze, snoozesInRow < 100; not cancelRequested',
    to: 'RETRYING',
    message: 'as there',
  },
  dead: {
    code: 'S7',
    from: MINE,
    condition: 'permanent, or attempts = max, or the 101st snooze in a row',
    to: 'DEAD',
    message: 'deadLetter',
  },
  cancelledAtEnd: {
    code: 'S8',
    from: MINE,
    condition: 'would retry, cancelRequested',
    to: 'CANCELLED',
    message: 'ack',
  },
  putBack: {
    code: 'S10',
    from: MINE,
    condition: 'its process ends before its handler (SIGTERM), putBacksInRow < 100; not cancelRequested',
    to: 'RETRYING',
    message: 'wait',
  },
  lost: { code: 'S9', from: ANY, condition: 'not mine: any settle', to: 'same', message: 'keep' },
  crashNoted: {
    code: 'K',
    from: MINE,
    condition: 'an exception of its handler, which nothing caught, ends the process: `crash` says which',
    to: 'INPROGRESS',
    message: 'none',
  },
  progressed: {
    code: 'P',
    from: MINE,
    condition: 'progress, at most one a second, the latest; the attempt’s end carries the last',
    to: 'INPROGRESS',
    message: 'none',
  },
  limited: {
    code: 'L',
    from: ['absent', ...WAITING],
    condition:
      'an attempt would start (also stalled, redriven), and its type is over its rate limit; beyond 60 s ahead: absent as parkUntilDue, waiting: dueAt, envelope, listKey, listAt',
    to: 'SCHEDULED, or same',
    message: 'as there',
  },
  ...EXPIRY_TRANSITIONS,
  ...BREAKER_TRANSITIONS,
  ...UNCLAIMED_TRANSITIONS,
  ...FLOW_TRANSITIONS,
  enqueued: {
    code: 'Q',
    from: ['absent'],
    condition:
      'a sender writes it in a transaction of its own, due at once or at runAt; also over one as in retentionOver',
    to: 'SCHEDULED',
    message: 'none',
  },
  delivered: {
    code: 'D',
    from: ['DEAD'],
    condition:
      'undelivered: placeDead, DLQ send (unless only the event is pending), event, then remove undelivered where runNo is the same',
    to: 'DEAD',
    message: 'ack',
  },
  released: {
    code: 'R',
    from: WAITING,
    condition: 'on a due list, listAt ≤ now + 90 s, still waiting',
    to: 'same',
    message: 'none',
  },
  ...OPERATOR_TRANSITIONS,
} as const satisfies Record<string, Transition>;

export type Row = keyof typeof TRANSITIONS;
/** The rows whose code is of this form. */
type Coded<Code extends string> = {
  [R in Row]: (typeof TRANSITIONS)[R]['code'] extends Code ? R : never;
}[Row];
export type BeginRow = Coded<`B${string}` | 'L' | 'L2'>;
export type SettleRow = Coded<`S${string}`>;
export type OperatorRow = Coded<`C${string}` | 'N'>;
