import { describe, expect, it } from 'vitest';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import { scheduled } from '../../../../lib/contract/protocol/begun-item.ts';
import { failWithin } from '../../../../lib/contract/protocol/expiring.ts';
import { EXPIRY_TRANSITIONS } from '../../../../lib/contract/protocol/expiry-transitions.ts';
import { written } from '../../../../lib/contract/protocol/item-write.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';
import { limited } from '../../../../lib/contract/protocol/rate-limited.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import {
  DEAD_S,
  dead,
  FINISHED_S,
  facts,
  item,
  LEASE_UNTIL,
  NOW,
  NOW_ISO,
  other,
  parkedItem,
  redriven,
  refusal,
  running,
  S,
  waiting,
  writeOf,
} from '../support/protocol.ts';

/** Waits for its first attempt. */
const unbegun = (change: Partial<JobItem> = {}) =>
  parkedItem(NOW, { status: 'SCHEDULED', attempts: 0, owner: undefined as never, ...change });
const begun = { processedAt: iso(NOW - 60 * S) };
const stalled = (change: Partial<JobItem> = {}) => running({ ...begun, leaseUntil: NOW - S, ...change });

const ROWS: readonly [
  row: string,
  what: string,
  found: JobItem | undefined,
  received: Partial<Message>,
  startWithinSeconds?: number,
][] = [
  ['expired', 'nothing, and a startBefore that is now', undefined, { startBeforeMs: NOW }],
  ['first', 'nothing, and a startBefore a millisecond ahead', undefined, { startBeforeMs: NOW + 1 }],
  ['expired', 'nothing, and an endBefore that is now', undefined, { endBeforeMs: NOW }],
  ['first', 'nothing, and an endBefore a millisecond ahead', undefined, { endBeforeMs: NOW + 1 }],
  ['expired', 'nothing, created as long ago as it may wait', undefined, {}, 1],
  ['first', 'nothing, created less long ago', undefined, {}, 2],
  ['first', 'nothing, its runAt less long ago', undefined, { runAtMs: NOW - 1 }, 1],
  ['expired', 'nothing, its runAt as long ago', undefined, { runAtMs: NOW - S }, 1],
  ['expired', 'nothing, in time by the definition, but not by its startBefore', undefined, { startBeforeMs: NOW }, 99],
  [
    'expired',
    'nothing, in time by its startBefore, but not by the definition',
    undefined,
    { startBeforeMs: NOW + S },
    1,
  ],
  ['waitUntilDue', 'nothing, and a runAt ahead', undefined, { runAtMs: NOW + 9 * S, startBeforeMs: NOW + 10 * S }, 1],
  ['invalid', 'nothing, a refusal', undefined, { refusal, startBeforeMs: NOW }],
  ['expired', 'a job over whose retention is over', item({ expiration: 1 }), { startBeforeMs: NOW }],
  ['expired', 'a parked job that has not begun', unbegun({ startBefore: NOW }), { attributes: { due: NOW } }],
  ['expired', 'the same, by a leftover of it', unbegun({ startBefore: NOW }), {}],
  ['expired', 'a parked job, not due before', unbegun({ startBefore: NOW, dueAt: NOW + 60 * S }), {}],
  ['due', 'a parked job that has a millisecond', unbegun({ startBefore: NOW + 1 }), { attributes: { due: NOW } }],
  ['due', 'a job that has begun', waiting({ ...begun, startBefore: NOW }), {}],
  ['due', 'a job that knows no deadline, by a copy that has one', waiting(), { startBeforeMs: NOW, endBeforeMs: NOW }],
  ['expired', 'a job that has begun, after its endBefore', waiting({ ...begun, endBefore: NOW }), {}],
  ['cancelledAtBegin', 'the same, cancelled', waiting({ ...begun, endBefore: NOW, cancelRequested: true }), {}],
  ['invalid', 'the same, and a refusal', waiting({ ...begun, endBefore: NOW }), { refusal }],
  ['foreign', 'the same, and another body', waiting({ ...begun, endBefore: NOW }), other],
  ['expired', 'a stalled job after its endBefore', stalled({ endBefore: NOW }), {}],
  ['stalled', 'a stalled job after its startBefore', stalled({ startBefore: NOW }), {}],
  ['stalled', 'a stalled job of a type that starts within a second', stalled(), {}, 1],
  ['cancelled', 'a stalled job after its endBefore, cancelled', stalled({ endBefore: NOW, cancelRequested: true }), {}],
  ['crashed', 'a stalled job after its endBefore, at its last attempt', stalled({ endBefore: NOW, attempts: 5 }), {}],
  ['leased', 'a job that runs, after its endBefore', running({ ...begun, endBefore: NOW }), {}],
  ['redriven', 'a redrive after its startBefore', dead({ startBefore: NOW }), { ...redriven, startBeforeMs: NOW }],
  ['redriven', 'a redrive of a type that starts within a second', dead(), redriven, 1],
  ['redriven', 'a redrive with a later endBefore', dead({ endBefore: NOW }), { ...redriven, endBeforeMs: NOW + 1 }],
  ['redriven', 'a redrive without its endBefore', dead({ endBefore: NOW }), redriven],
  ['expired', 'a redrive after its endBefore', dead({ endBefore: NOW }), { ...redriven, endBeforeMs: NOW }],
  ['undelivered', 'a death that is not delivered', dead({ undelivered: true, endBefore: NOW }), { endBeforeMs: NOW }],
  ['duplicate', 'a job that completed', item({ endBefore: NOW }), { endBeforeMs: NOW }],
  ['duplicate', 'a job that expired', item({ status: 'EXPIRED' }), {}],
];

const DEATHS = { expired: 'diedExpired' } as Readonly<Record<string, string>>;

describe('begin, of a job with a deadline', () => {
  it.each(ROWS)('%s: %s', (row, _what, found, received, startWithinSeconds) => {
    const given = { ...facts(found, received), startWithinSeconds };
    const step = begin(given);
    expect(step.row).toBe(row);
    if (row !== 'expired') return;
    const before = found === undefined || found.expiration === 1 ? 'absent' : found.status;
    expect(EXPIRY_TRANSITIONS.expired.from).toContain(before);
    const write = writeOf(step);
    const after = write && written(write, found);
    expect(step.action).toBe('ack');
    expect(after).toMatchObject({ status: 'EXPIRED', reason: 'Expired', failedAt: NOW_ISO, id: 'mail#j' });
    expect(after?.error?.name).toBe('JobExpiredError');
    expect(after?.expiration).toBe(NOW / S + FINISHED_S);
    for (const gone of ['dueAt', 'envelope', 'listKey', 'listAt', 'undelivered'])
      expect(after).not.toHaveProperty(gone);
  });

  it.each(ROWS)('%s: %s, of a type whose expired jobs are dead-lettered', (row, _what, found, received, within) => {
    const step = begin({ ...facts(found, received), startWithinSeconds: within, expired: 'deadLetter' });
    expect(step.row).toBe(DEATHS[row] ?? row);
    if (row !== 'expired') return;
    const write = writeOf(step);
    const after = write && written(write, found);
    expect(step.action).toBe('deadLetter');
    expect(after).toMatchObject({ status: 'DEAD', reason: 'Expired', failedAt: NOW_ISO, undelivered: true });
    expect(after).toMatchObject({
      listKey: expect.stringMatching(/^dead#/),
      listAt: NOW,
      expiration: NOW / S + DEAD_S,
    });
    for (const gone of ['dueAt', 'envelope']) expect(after).not.toHaveProperty(gone);
  });

  it('says which time the job missed', () => {
    const said = (received: Partial<Message>) => {
      const write = writeOf(begin(facts(undefined, received)));
      return write && written(write, undefined).error?.message;
    };
    expect(said({ startBeforeMs: NOW - S })).toBe('it had not begun before 2026-05-31T23:59:59.000Z');
    expect(said({ endBeforeMs: NOW - S, startBeforeMs: NOW })).toBe(
      'no attempt may start from 2026-05-31T23:59:59.000Z on',
    );
  });

  it('expires a redrive as a run of its own, without an attempt', () => {
    const found = dead({ endBefore: NOW, attempts: 5, snoozes: 3, cancelRequested: true, runNo: 1 });
    const write = writeOf(begin(facts(found, { ...redriven, endBeforeMs: NOW })));
    const after = write && written(write, found);
    expect(after).toMatchObject({ status: 'EXPIRED', runNo: 2, attempts: 0, snoozes: 0 });
    expect(after).not.toHaveProperty('cancelRequested');
  });

  it('is refused by an item that was cancelled since it was read', () => {
    for (const found of [waiting({ endBefore: NOW }), stalled({ endBefore: NOW })])
      expect(writeOf(begin(facts(found)))).toMatchObject({ absent: ['cancelRequested'] });
  });

  it('keeps the deadlines in the item, and no attribute in the item of a job without', () => {
    const times = { startBeforeMs: NOW + 200 * S, endBeforeMs: NOW + 300 * S };
    const parked = writeOf(begin(facts(undefined, { runAtMs: NOW + 100 * S, ...times })));
    expect(parked && written(parked, undefined)).toMatchObject({
      startBefore: NOW + 200 * S,
      endBefore: NOW + 300 * S,
    });
    const ran = writeOf(begin(facts(undefined, times)));
    const item = ran && written(ran, undefined);
    expect(item).toMatchObject({ endBefore: NOW + 300 * S });
    expect(item).not.toHaveProperty('startBefore');
    const plain = writeOf(begin(facts(undefined)));
    for (const name of ['startBefore', 'endBefore'])
      expect(plain && written(plain, undefined)).not.toHaveProperty(name);
    expect(scheduled({ ...facts(undefined), startWithinSeconds: 60 }, NOW)).toMatchObject({
      startBefore: NOW + 59 * S,
    });
  });

  it('takes the endBefore of an earlier run away with its redrive', () => {
    const found = dead({ endBefore: NOW });
    const write = writeOf(begin(facts(found, redriven)));
    expect(write && written(write, found)).not.toHaveProperty('endBefore');
    expect(write).toMatchObject({ remove: expect.arrayContaining(['endBefore']) });
    expect(writeOf(begin(facts(dead(), redriven)))).not.toMatchObject({
      remove: expect.arrayContaining(['endBefore']),
    });
  });
});

describe('a wait', () => {
  const turn = { atMs: NOW + 600 * S, intervalMs: 1 };
  const waits = (found: JobItem | undefined, received: Partial<Message>) => {
    const given = { ...facts(found, received), leaseUntilMs: LEASE_UNTIL };
    return limited(given, begin(given), turn);
  };

  it('for a turn ends half a second after the deadline, so that the job never begins early', () => {
    const inPlace = { row: 'limited', action: 'wait', untilMs: NOW + 7500 };
    expect(waits(undefined, { startBeforeMs: NOW + 7 * S })).toMatchObject(inPlace);
    expect(waits(waiting({ ...begun, endBefore: NOW + 7 * S }), {})).toMatchObject(inPlace);
    expect(waits(stalled({ endBefore: NOW + 7 * S }), {})).toMatchObject(inPlace);
    expect(waits(dead(), { ...redriven, endBeforeMs: NOW + 7 * S })).toMatchObject(inPlace);
    expect(waits(dead(), { ...redriven, startBeforeMs: NOW + 7 * S })).toMatchObject({ untilMs: turn.atMs });
  });

  it('in the table ends then, too', () => {
    const write = writeOf(waits(undefined, { startBeforeMs: NOW + 70 * S }));
    expect(write && written(write, undefined)).toMatchObject({ dueAt: NOW + 70_500, listAt: NOW + 70_500 });
    const found = unbegun({ startBefore: NOW + 70 * S });
    const later = writeOf(waits(found, { attributes: { due: NOW } }));
    expect(later && written(later, found)).toMatchObject({ dueAt: NOW + 70_500, listAt: NOW + 70_500 });
  });

  it('after a failed attempt ends at endBefore, at the latest', () => {
    const error = { name: 'E', message: '' };
    const retry = { kind: 'retry', delayMs: 60 * S, error } as const;
    expect(failWithin(retry, item(), NOW)).toBe(retry);
    expect(failWithin(retry, item({ endBefore: NOW + 7 * S }), NOW)).toEqual({ ...retry, delayMs: 7500 });
    expect(failWithin(retry, item({ endBefore: NOW + 90 * S }), NOW)).toEqual(retry);
    expect(failWithin(retry, item({ endBefore: NOW - 90 * S }), NOW)).toEqual({ ...retry, delayMs: 0 });
    const death = { kind: 'dead', reason: 'PermanentError', error } as const;
    expect(failWithin(death, item({ endBefore: NOW }), NOW)).toBe(death);
  });
});
