import { InvalidPayloadError } from '../../../../lib/contract/errors.ts';
import type { BeginStep } from '../../../../lib/contract/protocol/begin.ts';
import type { BeginFacts } from '../../../../lib/contract/protocol/begun-item.ts';
import type { ItemWrite } from '../../../../lib/contract/protocol/item-write.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';

export const NOW = Date.parse('2026-06-01T00:00:00Z');
export const NOW_ISO = '2026-06-01T00:00:00.000Z';
export const S = 1000;
export const DAY_S = 24 * 3600;
/** Of the facts below: retention 8 days; a dead item outlives 14 days of DLQ, 7 of the queue and one more. */
export const FINISHED_S = 8 * DAY_S;
export const DEAD_S = 22 * DAY_S;
export const LEASE_UNTIL = NOW + 47 * S;
/** One byte more than an item has room for. */
export const TOO_BIG = 'x'.repeat(327_681);

export const message = (change: Partial<Message> = {}): Message => ({
  jobId: 'j',
  key: 'j',
  named: true,
  body: '{"id":"j","payload":1}',
  bodyHash: 'hash',
  payload: 1,
  maxAttempts: 5,
  createdAt: '2026-05-31T23:59:59.000Z',
  attributes: {},
  receiveCount: 1,
  sentAtMs: NOW - S,
  ...change,
});

export const item = (change: Partial<JobItem> = {}): JobItem => ({
  id: 'mail#j',
  jobId: 'j',
  type: 'mail',
  status: 'COMPLETED',
  attempts: 1,
  maxAttempts: 5,
  createdAt: '2026-05-31T23:59:59.000Z',
  checkpointNo: 0,
  runNo: 1,
  bodyHash: 'hash',
  snoozes: 0,
  snoozesInRow: 0,
  expiration: NOW / S + DAY_S,
  ...change,
});

/** Waits in place. */
export const waiting = (change: Partial<JobItem> = {}) =>
  item({ status: 'RETRYING', dueAt: NOW, owner: 'before', ...change });

export const parkedItem = (dueAt: number, change: Partial<JobItem> = {}) =>
  waiting({ dueAt, listKey: 'due#1', listAt: dueAt, envelope: { body: 'x' }, ...change });

export const running = (change: Partial<JobItem> = {}) =>
  item({ status: 'INPROGRESS', owner: 'other', leaseUntil: NOW + S, ...change });

/** Dead and delivered. */
export const dead = (change: Partial<JobItem> = {}) =>
  item({
    status: 'DEAD',
    reason: 'Crashed',
    failedAt: 'x',
    error: { name: 'E', message: '' },
    listKey: 'dead#1',
    listAt: 1,
    ...change,
  });

export const facts = (found: JobItem | undefined, received: Partial<Message> = {}): BeginFacts => ({
  item: found,
  message: message(received),
  type: 'mail',
  nowMs: NOW,
  owner: 'me',
  leaseUntilMs: LEASE_UNTIL,
  retention: 8,
  queueRetention: 7,
});

export const refusal = new InvalidPayloadError('no');
/** The dead letter of the first run, sent again. */
export const redriven = { attributes: { jobId: 'j', run: 1 } };
/** Another body. */
export const other = { bodyHash: 'other' };

export const writeOf = (step: BeginStep): ItemWrite | undefined => ('write' in step ? step.write : undefined);
