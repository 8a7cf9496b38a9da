import { ANY, MINE, type Transition, WAITING } from './transition.ts';

/** Rows of whoever operates a stage: a cancellation (C), and a retry at once (N). */
export const OPERATOR_TRANSITIONS = {
  refusedAhead: { code: 'C1', from: ['absent'], condition: 'cancel', to: 'CANCELLED', message: 'none' },
  cancelledWaiting: {
    code: 'C2',
    from: WAITING,
    condition: 'cancel, holds no place in a batch',
    to: 'CANCELLED',
    message: 'none',
  },
  cancelledByMessage: {
    code: 'C2b',
    from: WAITING,
    condition: 'cancel, holds a place in a batch: cancelRequested; parked: due now, for its own message to end it',
    to: 'same',
    message: 'none',
  },
  cancelRequested: {
    code: 'C3',
    from: MINE,
    condition: 'cancel: only cancelRequested is set, whoever runs the job',
    to: 'same',
    message: 'none',
  },
  flowCancelled: {
    code: 'C4',
    from: ANY,
    condition:
      'cancel of a flow: its callback (C1, C2, C2b, C3), then who holds each place (C1, C2b, C3), as far as it was handed on; again, it goes on',
    to: 'same',
    message: 'none',
  },
  dueNow: { code: 'N', from: WAITING, condition: 'retry now, on a due list', to: 'same', message: 'none' },
} as const satisfies Record<string, Transition>;
