import { describe, expect, it } from 'vitest';
import { deadList, dueList } from '../../../../lib/contract/protocol/job-item.ts';
import {
  cancel,
  checkpoint,
  complete,
  fail,
  progress,
  type SettleFacts,
} from '../../../../lib/contract/protocol/settle.ts';
import { TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
import { DEAD_S, FINISHED_S, message, NOW, NOW_ISO, running, S, TOO_BIG } from '../support/protocol.ts';

const claim = running({ owner: 'me', attempts: 2, snoozes: 5, snoozesInRow: 3, checkpointNo: 4 });
const given: SettleFacts = { item: claim, message: message(), nowMs: NOW, retention: 8, queueRetention: 7 };
const tooBig: SettleFacts = { ...given, message: message({ body: TOO_BIG }) };
const grouped: SettleFacts = { ...given, message: message({ group: 'g', trace: 't' }) };
const error = { name: 'E', message: 'm' };
const mine = { status: 'INPROGRESS', owner: 'me', attempts: 2 };

const retry = (facts: SettleFacts, delayMs: number) => fail(facts, { kind: 'retry', delayMs, error });
const snooze = (facts: SettleFacts, delayMs: number) => fail(facts, { kind: 'snooze', delayMs, error });

const finished = { expiration: NOW / S + FINISHED_S };
const waits = (delayMs: number) => ({
  status: 'RETRYING',
  dueAt: NOW + delayMs,
  expiration: Math.ceil((NOW + delayMs) / S) + DEAD_S,
});
const parks = (delayMs: number) => ({
  ...waits(delayMs),
  envelope: { body: '{"id":"j","payload":1}' },
  listKey: dueList('mail#j'),
  listAt: NOW + delayMs,
});
const failed = { error, snoozesInRow: 0 };
/** The attempt does not count. */
const snoozed = { attempts: 1, snoozes: 6, snoozesInRow: 4 };
const UNLESS_CANCELLED = ['cancelRequested'];

/** Attributes written, and whether a cancellation stands in the way, as the protocol's table has them. */
const STEPS = [
  [
    'completed',
    'a result',
    complete(given, { ok: true }),
    'ack',
    { status: 'COMPLETED', result: { ok: true }, completedAt: NOW_ISO, ...finished },
    [],
  ],
  [
    'completed',
    'a result of null',
    complete(given, null),
    'ack',
    { status: 'COMPLETED', result: null, completedAt: NOW_ISO, ...finished },
    [],
  ],
  [
    'completed',
    'no result',
    complete(given, undefined),
    'ack',
    { status: 'COMPLETED', completedAt: NOW_ISO, ...finished },
    [],
  ],
  ['retryInPlace', 'a retry at once', retry(given, 0), 'wait', { ...waits(0), ...failed }, UNLESS_CANCELLED],
  [
    'retryInPlace',
    'a retry in a minute',
    retry(given, 60_000),
    'wait',
    { ...waits(60_000), ...failed },
    UNLESS_CANCELLED,
  ],
  [
    'retryInPlace',
    'a later one, too big',
    retry(tooBig, 90_000),
    'wait',
    { ...waits(90_000), ...failed },
    UNLESS_CANCELLED,
  ],
  ['parked', 'a retry beyond a minute', retry(given, 60_001), 'ack', { ...parks(60_001), ...failed }, UNLESS_CANCELLED],
  [
    'parked',
    'a retry with its group and trace',
    retry(grouped, 90_000),
    'ack',
    { ...parks(90_000), ...failed, envelope: { body: '{"id":"j","payload":1}', group: 'g', trace: 't' } },
    UNLESS_CANCELLED,
  ],
  ['snoozed', 'a snooze in place', snooze(given, 60_000), 'wait', { ...waits(60_000), ...snoozed }, UNLESS_CANCELLED],
  ['snoozed', 'a snooze, parked', snooze(given, 60_001), 'ack', { ...parks(60_001), ...snoozed }, UNLESS_CANCELLED],
  [
    'snoozed',
    'a long one, too big',
    snooze(tooBig, 90_000),
    'wait',
    { ...waits(90_000), ...snoozed },
    UNLESS_CANCELLED,
  ],
  [
    'dead',
    'a death',
    fail(given, { kind: 'dead', reason: 'AttemptsExhausted', error }),
    'deadLetter',
    {
      ...{ status: 'DEAD', reason: 'AttemptsExhausted', error, failedAt: NOW_ISO, undelivered: true },
      ...{ listKey: deadList('mail#j'), listAt: NOW, expiration: NOW / S + DEAD_S },
    },
    [],
  ],
  ['cancelledAtEnd', 'a cancellation', cancel(given), 'ack', { status: 'CANCELLED', ...finished }, []],
] as const;

describe('settle', () => {
  it.each(STEPS)('%s: %s', (row, _what, step, action, set, absent) => {
    expect(step).toMatchObject({ row, action });
    const { error: _, ...rest } = step.write.set;
    const { error: __, ...wanted } = set as typeof set & { error?: unknown };
    expect(row === 'snoozed' ? rest : step.write.set).toEqual(row === 'snoozed' ? wanted : set);
    expect(step.write).toMatchObject({ kind: 'update', id: 'mail#j', remove: [], fence: mine, absent });
  });

  it.each(STEPS)('%s as the table has it: %s', (row, _what, step, action) => {
    const { from, to, message: becomes } = TRANSITIONS[row];
    expect(from).toEqual([claim.status]);
    expect(step.write.set.status).toBe(to);
    expect([becomes, ...(becomes === 'as there' ? ['wait', 'ack'] : [])]).toContain(action);
  });

  it('waits until the job is due', () => {
    for (const step of [retry(given, 7 * S), snooze(given, 7 * S)]) {
      expect(step).toMatchObject({ action: 'wait', untilMs: NOW + 7 * S });
    }
  });

  it.each([
    [
      'checkpointed',
      'checkpoint',
      checkpoint(claim, { at: 3 }),
      { checkpoint: { at: 3 }, checkpointNo: 5, snoozesInRow: 0 },
      { ...mine, checkpointNo: 4 },
      UNLESS_CANCELLED,
    ],
    ['progressed', 'progress', progress(claim, 40), { progress: 40 }, mine, []],
  ] as const)('%s: %s leaves the job running', (row, _what, write, set, fence, absent) => {
    expect(write).toEqual({ kind: 'update', id: 'mail#j', set, remove: [], fence, absent });
    expect(TRANSITIONS[row].to).toBe('INPROGRESS');
  });

  it('knows only jobs that were begun', () => {
    const { owner: _, ...never } = claim;
    for (const settle of [() => cancel({ ...given, item: never }), () => progress(never, 1)]) {
      expect(settle).toThrow('job item mail#j was never begun');
    }
  });
});

describe('progress that waits to be written', () => {
  it.each([null, 0, false, 'half', { done: 1 }])('is in every end’s own write: %o', (waiting) => {
    const carrying = { ...given, progress: waiting };
    const ends = [
      complete(carrying, 1),
      retry(carrying, 0),
      retry(carrying, 100_000),
      snooze(carrying, 0),
      fail(carrying, { kind: 'dead', reason: 'PermanentError', error }),
      cancel(carrying),
    ];
    for (const { write } of ends) expect(write.set).toHaveProperty('progress', waiting);
  });

  it('is left out where none waits', () => {
    for (const { write } of [complete(given, 1), retry(given, 0), cancel(given)])
      expect(write.set).not.toHaveProperty('progress');
  });
});
