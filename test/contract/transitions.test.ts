import { describe, expect, it } from 'vitest';
import { type BeginFacts, begin } from '../../lib/contract/begin.ts';
import { InvalidPayloadError } from '../../lib/contract/errors.ts';
import { written } from '../../lib/contract/item-write.ts';
import type { JobItem } from '../../lib/contract/job-item.ts';
import type { Message } from '../../lib/contract/message.ts';
import { cancel, checkpoint, complete, fail, progress, type SettleFacts } from '../../lib/contract/settle.ts';
import { TRANSITIONS } from '../../lib/contract/transitions.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const S = 1000;
const DAY_S = 24 * 3600;

const message = (change: Partial<Message> = {}): Message => ({
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

const item = (change: Partial<JobItem> = {}): JobItem => ({
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

const waiting = (change: Partial<JobItem> = {}) => item({ status: 'RETRYING', dueAt: NOW, owner: 'before', ...change });
const parkedItem = (dueAt: number, change: Partial<JobItem> = {}) =>
  waiting({ dueAt, listKey: 'due#1', listAt: dueAt, envelope: { body: 'x' }, ...change });
const running = (change: Partial<JobItem> = {}) =>
  item({ status: 'INPROGRESS', owner: 'other', leaseUntil: NOW + S, ...change });
const dead = (change: Partial<JobItem> = {}) =>
  item({
    status: 'DEAD',
    reason: 'Crashed',
    failedAt: 'x',
    error: { name: 'E', message: '' },
    listKey: 'dead#1',
    listAt: 1,
    ...change,
  });

const facts = (found: JobItem | undefined, received: Partial<Message> = {}): BeginFacts => ({
  item: found,
  message: message(received),
  type: 'mail',
  nowMs: NOW,
  owner: 'me',
  leaseUntilMs: NOW + 47 * S,
  retention: 8,
  queueRetention: 7,
});

const refusal = new InvalidPayloadError('no');
const redriven = { attributes: { jobId: 'j', run: 1 } };
const other = { bodyHash: 'other' };

/** Which row begins, by what is found and what comes: first the edges of each row, then who goes before whom. */
const ROWS: readonly [
  row: keyof typeof TRANSITIONS,
  action: string,
  what: string,
  found: JobItem | undefined,
  received: Partial<Message>,
][] = [
  ['B2', 'run', 'nothing', undefined, {}],
  ['B2', 'run', 'nothing, and a runAt that is half a second ahead', undefined, { runAtMs: NOW + 500 }],
  ['B1b', 'wait', 'nothing, and a runAt beyond that', undefined, { runAtMs: NOW + 501 }],
  ['B1b', 'wait', 'nothing, and a runAt of a minute', undefined, { runAtMs: NOW + 60_000 }],
  ['B1', 'ack', 'nothing, and a runAt beyond a minute', undefined, { runAtMs: NOW + 60_001 }],
  [
    'B1b',
    'wait',
    'nothing, and a body too big to park',
    undefined,
    { runAtMs: NOW + 90_000, body: 'x'.repeat(327_681) },
  ],
  ['B0', 'bury', 'nothing, and a refusal', undefined, { refusal }],
  ['B5', 'run', 'a waiting job that is due in half a second', waiting({ dueAt: NOW + 500 }), {}],
  ['B6', 'wait', 'a waiting job that is due later', waiting({ dueAt: NOW + 501 }), {}],
  ['B6', 'ack', 'a parked job, by a leftover, early', parkedItem(NOW + 90 * S), {}],
  ['B6', 'ack', 'a parked job, by a leftover, when it is due', parkedItem(NOW), {}],
  ['B6', 'ack', 'a parked job, by the carrier of an earlier wait', parkedItem(NOW), { attributes: { due: NOW - 1 } }],
  ['B5', 'run', 'a parked job, by its carrier', parkedItem(NOW), { attributes: { due: NOW } }],
  ['B6', 'wait', 'a parked job, by its carrier, early', parkedItem(NOW + 2 * S), { attributes: { due: NOW + 2 * S } }],
  ['B5', 'run', 'a released job, by any message', parkedItem(NOW, { listAt: NOW + DAY_S * S }), {}],
  ['B0', 'bury', 'a waiting job whose payload is refused now', waiting({ dueAt: NOW + 9 * S }), { refusal }],
  ['B0', 'bury', 'a parked job’s leftover that is refused: before B6', parkedItem(NOW + 90 * S), { refusal }],
  ['B7', 'wait', 'a running job', running(), {}],
  ['B7', 'wait', 'a running job, and a refusal', running(), { refusal }],
  ['B7', 'run', 'my own begin, whose reply was lost', running({ owner: 'me' }), {}],
  ['B9', 'run', 'a lease that is out', running({ leaseUntil: NOW }), {}],
  ['B10', 'bury', 'a lease that is out after the last attempt', running({ leaseUntil: NOW, attempts: 5 }), {}],
  [
    'B8',
    'ack',
    'a lease that is out, cancelled: before B10',
    running({ leaseUntil: NOW, attempts: 5, cancelRequested: true }),
    {},
  ],
  [
    'B0',
    'bury',
    'a lease that is out, and a refusal: before B8',
    running({ leaseUntil: NOW, cancelRequested: true }),
    { refusal },
  ],
  ['B13', 'ack', 'a completed job', item(), {}],
  ['B13', 'ack', 'a completed job, and a refusal', item(), { refusal }],
  ['B13', 'ack', 'a cancelled job', item({ status: 'CANCELLED' }), {}],
  ['B13', 'ack', 'a dead and delivered job', dead(), {}],
  ['B11', 'bury', 'a dead job that is still owed', dead({ undelivered: true }), {}],
  ['B12', 'run', 'a dead job, redriven', dead(), redriven],
  ['B12', 'run', 'a dead job, redriven before it was marked: before B11', dead({ undelivered: true }), redriven],
  ['B12', 'run', 'a dead job, redriven with a mended body: before B4', dead(), { ...redriven, ...other }],
  ['B12', 'ack', 'a dead job, redriven for later', dead(), { ...redriven, runAtMs: NOW + 501 }],
  ['B13', 'ack', 'a dead job, redriven from an earlier run', dead({ runNo: 2 }), redriven],
  ['B4', 'ack', 'a dead job, a mended body of an earlier run', dead({ runNo: 2 }), { ...redriven, ...other }],
  ['B13', 'ack', 'a dead job, by a run without its name', dead(), { attributes: { run: 1 } }],
  ['B0', 'bury', 'a dead job, redriven with a refused body', dead(), { ...redriven, ...other, refusal }],
  ['B4', 'ack', 'another job under the key', waiting({ jobId: 'k' }), {}],
  ['B4', 'ack', 'another body under the name', waiting(), other],
  ['B4', 'ack', 'another body, and a refusal: before B0', waiting(), { ...other, refusal }],
  ['B4', 'ack', 'another body while it is owed: before B11', dead({ undelivered: true }), other],
  ['B2', 'run', 'an expired job (B3), whoever’s it was: before B4', item({ expiration: NOW / S, jobId: 'k' }), {}],
  ['B0', 'bury', 'an expired job (B3), and a refusal', item({ expiration: NOW / S }), { refusal }],
  ['B13', 'ack', 'a job that expires in a second', item({ expiration: NOW / S + 1 }), {}],
  ['B11', 'bury', 'an expired job that is still owed', dead({ expiration: 1, undelivered: true }), {}],
  ['B5', 'run', 'a waiting job, however old', waiting({ expiration: 1 }), {}],
];

describe('begin', () => {
  it.each(ROWS)('%s (%s): %s', (row, action, _what, found, received) => {
    const given = facts(found, received);
    const step = begin(given);
    expect(step).toMatchObject({ row, action });
    if (!('write' in step) || step.write === undefined) return;
    const after = written(step.write, found);
    const { to, from } = TRANSITIONS[row];
    if (row !== 'B12') expect(after.status).toBe(to);
    if (found !== undefined && found.expiration * S > NOW) expect(from).toContain(found.status);
    // Nothing that waits or runs may expire before its end and the time in which its letter can come back.
    if (after.status !== 'DEAD' && after.status !== 'CANCELLED') {
      expect(after.expiration).toBeGreaterThan(Math.max(after.dueAt ?? 0, after.leaseUntil ?? 0) / S + 21 * DAY_S);
    }
    if (after.status === 'INPROGRESS')
      expect(after).toMatchObject({ owner: 'me', leaseUntil: NOW + 47 * S, processedAt: '2026-06-01T00:00:00.000Z' });
  });

  it('looks at every row but B3, which the others carry out', () => {
    const rows = Object.keys(TRANSITIONS).filter((row) => row.startsWith('B') && row !== 'B3');
    expect([...new Set(ROWS.map(([row]) => row))].sort()).toEqual(rows.sort());
  });

  it('counts an attempt when it starts, and forgets the list', () => {
    const step = begin(facts(parkedItem(NOW, { attempts: 2 }), { attributes: { due: NOW } }));
    const after = 'write' in step && step.write && written(step.write, parkedItem(NOW, { attempts: 2 }));
    expect(after).toMatchObject({ attempts: 3, status: 'INPROGRESS' });
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(after).not.toHaveProperty(gone);
  });

  it('gives an expired item a new life with the next run’s number, and nothing of the old one', () => {
    const old = item({ expiration: 1, runNo: 3, result: 'old', checkpoint: 9, snoozes: 4, attempts: 5 });
    const step = begin(facts(old));
    const after = 'write' in step && step.write && written(step.write, old);
    expect(after).toMatchObject({ runNo: 4, attempts: 1, snoozes: 0, checkpointNo: 0 });
    for (const gone of ['result', 'checkpoint']) expect(after).not.toHaveProperty(gone);
  });

  it('keeps the checkpoint through a redrive, and nothing of the death', () => {
    const old = dead({ checkpoint: 7, checkpointNo: 3, snoozes: 2, cancelRequested: true, maxAttempts: 5 });
    const step = begin(facts(old, { ...redriven, maxAttempts: 9, bodyHash: 'mended' }));
    const after = 'write' in step && step.write && written(step.write, old);
    expect(after).toMatchObject({
      runNo: 2,
      attempts: 1,
      maxAttempts: 9,
      checkpoint: 7,
      checkpointNo: 3,
      snoozes: 0,
      bodyHash: 'mended',
    });
    for (const gone of ['error', 'reason', 'failedAt', 'listKey', 'listAt', 'undelivered', 'cancelRequested']) {
      expect(after).not.toHaveProperty(gone);
    }
  });
});

describe('settle', () => {
  const claim = running({ owner: 'me', attempts: 2, snoozesInRow: 3, checkpointNo: 4 });
  const given: SettleFacts = { item: claim, message: message(), nowMs: NOW, retention: 8, queueRetention: 7 };
  const error = { name: 'E', message: 'm' };
  const mine = { status: 'INPROGRESS', owner: 'me', attempts: 2 };

  it.each([
    ['S1', complete(given, { ok: true }), 'ack', []],
    ['S4', fail(given, { kind: 'retry', delayMs: 60_000, error }), 'wait', ['cancelRequested']],
    ['S5', fail(given, { kind: 'retry', delayMs: 60_001, error }), 'ack', ['cancelRequested']],
    [
      'S4',
      fail({ ...given, message: message({ body: 'x'.repeat(327_681) }) }, { kind: 'retry', delayMs: 90_000, error }),
      'wait',
      ['cancelRequested'],
    ],
    ['S6', fail(given, { kind: 'snooze', delayMs: 0, error }), 'wait', ['cancelRequested']],
    ['S6', fail(given, { kind: 'snooze', delayMs: 90_000, error }), 'ack', ['cancelRequested']],
    ['S7', fail(given, { kind: 'dead', reason: 'PermanentError', error }), 'bury', []],
    ['S8', cancel(given), 'ack', []],
  ] as const)('%s is fenced by the lease', (row, step, action, absent) => {
    expect(step).toMatchObject({ row, action, write: { fence: mine, absent } });
    expect(step.write.set.status).toBe(TRANSITIONS[row].to);
  });

  it('takes a snooze’s attempt back, and counts it in a row', () => {
    const { write } = fail(given, { kind: 'snooze', delayMs: 0, error });
    expect(write.set).toMatchObject({ attempts: 1, snoozes: 1, snoozesInRow: 4 });
    expect(fail(given, { kind: 'retry', delayMs: 0, error }).write.set).toMatchObject({ snoozesInRow: 0, error });
  });

  it('numbers checkpoints', () => {
    expect(checkpoint(claim, 'state')).toMatchObject({
      set: { checkpoint: 'state', checkpointNo: 5, snoozesInRow: 0 },
      fence: { ...mine, checkpointNo: 4 },
      absent: ['cancelRequested'],
    });
    expect(progress(claim, 1)).toMatchObject({ set: { progress: 1 }, fence: mine });
  });

  it('knows only jobs that were begun', () => {
    const { owner: _, ...never } = claim;
    expect(() => cancel({ ...given, item: never })).toThrow(TypeError);
  });
});
