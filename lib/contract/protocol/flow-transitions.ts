import type { Transition } from './transition.ts';

/** Rows of flows: begin rows of jobs that have ended, what follows from a job's end (E), what it staged (H), and the places of a batch (F). */
export const FLOW_TRANSITIONS = {
  cancelledAtBegin: {
    code: 'B8b',
    from: ['SCHEDULED', 'RETRYING'],
    condition: 'cancelRequested: a job that holds a place in a batch ends it by its own message',
    to: 'CANCELLED',
    message: 'ack',
  },
  stagedPending: {
    code: 'B17',
    from: ['COMPLETED'],
    condition: 'what it staged is not all sent: then handedOn',
    to: 'same',
    message: 'ack',
  },
  handedOn: {
    code: 'E',
    from: ['COMPLETED', 'CANCELLED', 'EXPIRED'],
    condition:
      'of a flow: COMPLETED: callbackParked, stagedSent; the next step, or placeCompleted, unless a callback took both over; the event; stagedDone. CANCELLED, EXPIRED: placeDead. Within a cancelled flow nothing is sent',
    to: 'same',
    message: 'ack',
  },
  callbackParked: {
    code: 'H1',
    from: ['absent'],
    condition: 'handedOn, a batch is staged: the callback waits until the deadline, with a place for each child',
    to: 'SCHEDULED',
    message: 'none',
  },
  stagedSent: {
    code: 'H2',
    from: ['COMPLETED'],
    condition: 'after callbackParked: the staged jobs are sent; the children of a cancelled callback are not',
    to: 'same',
    message: 'none',
  },
  stagedDone: {
    code: 'H3',
    from: ['COMPLETED'],
    condition: 'all were sent, same run: remove owed, outbox',
    to: 'same',
    message: 'none',
  },
  placeCompleted: {
    code: 'F1',
    from: ['SCHEDULED'],
    condition: 'of a callback: children completed; those of one turn together',
    to: 'same',
    message: 'none',
  },
  placeDead: {
    code: 'F2',
    from: ['SCHEDULED'],
    condition: 'of a callback: a child died, expired or was cancelled, and its place is open',
    to: 'same',
    message: 'none',
  },
  callbackReleased: {
    code: 'F3',
    from: ['SCHEDULED'],
    condition:
      'of a callback: no place is open (mode success: none dead), dueAt = deadlineAt: due at once, then released',
    to: 'same',
    message: 'none',
  },
} as const satisfies Record<string, Transition>;
