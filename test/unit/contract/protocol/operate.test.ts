import { describe, expect, it } from 'vitest';
import { fencedOn, written } from '../../../../lib/contract/protocol/item-write.ts';
import { dueList } from '../../../../lib/contract/protocol/job-item.ts';
import {
  type CancelFacts,
  cancelJob,
  type OperatorStep,
  retryJobNow,
} from '../../../../lib/contract/protocol/operate.ts';
import { TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
import { DAY_S, DEAD_S, dead, FINISHED_S, item, NOW, parkedItem, running, S, waiting } from '../support/protocol.ts';

const settings = { type: 'mail', key: 'j', nowMs: NOW, maxAttempts: 5, retention: 8, queueRetention: 7 };
const PLACE = { of: { type: 'sent', key: 'flow', place: 3 } };
const cancelled = (found: CancelFacts['item']) => cancelJob({ ...settings, item: found });
const writeOf = (step: OperatorStep) => {
  if (step.row === 'none') throw new TypeError('nothing was written');
  return step.write;
};
const expiration = NOW / S + FINISHED_S;

describe('cancel', () => {
  it('refusedAhead: a job that never came is refused beforehand, under its key', () => {
    const step = cancelled(undefined);
    expect(step.row).toBe('refusedAhead');
    const after = written(writeOf(step), undefined);
    expect(after).toMatchObject({ id: 'mail#j', jobId: 'j', type: 'mail', status: 'CANCELLED', attempts: 0, runNo: 1 });
    expect(after).toMatchObject({ maxAttempts: 5, checkpointNo: 0, snoozes: 0, snoozesInRow: 0, expiration });
  });

  it('refusedAhead: so is one whose retention is over, with nothing left of its last run', () => {
    const old = item({ expiration: 1, runNo: 3, result: 'old', checkpoint: 9, owner: 'x' });
    const write = writeOf(cancelled(old));
    expect(write).toMatchObject({ kind: 'update', fence: fencedOn(old) });
    const after = written(write, old);
    expect(after).toMatchObject({ status: 'CANCELLED', runNo: 4, attempts: 0, expiration });
    for (const gone of ['result', 'checkpoint', 'owner', 'completedAt']) expect(after).not.toHaveProperty(gone);
  });

  it.each([
    ['in place', waiting()],
    ['parked', parkedItem(NOW + 600 * S)],
  ])('cancelledWaiting: one that waits %s ends, off every list', (_, found) => {
    const step = cancelled(found);
    expect(step.row).toBe('cancelledWaiting');
    expect(writeOf(step)).toMatchObject({ fence: fencedOn(found) });
    const after = written(writeOf(step), found);
    expect(after).toMatchObject({ status: 'CANCELLED', attempts: 1, expiration });
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(after).not.toHaveProperty(gone);
  });

  it.each([
    ['in place', waiting({ flow: PLACE })],
    ['parked', parkedItem(NOW + 600 * S, { flow: PLACE })],
  ])('cancelledByMessage: one that waits %s, and holds a place in a batch, is left to its own message', (_, found) => {
    const step = cancelled(found);
    expect(step.row).toBe('cancelledByMessage');
    expect(writeOf(step)).toMatchObject({ fence: fencedOn(found) });
    const due = found.listAt === undefined ? {} : { dueAt: NOW, listAt: NOW };
    expect(written(writeOf(step), found)).toEqual({ ...found, cancelRequested: true, ...due });
  });

  it('cancelledByMessage: one whose message was fetched for that keeps it', () => {
    const found = parkedItem(NOW - S, { flow: PLACE, cancelRequested: true, listAt: NOW + DAY_S * S });
    expect(written(writeOf(cancelled(found)), found)).toEqual(found);
  });

  it.each([
    ['a step of a chain', waiting({ flow: { chain: { key: 'c', step: 1 } } })],
    ['a callback', parkedItem(NOW + DAY_S * S, { total: 2, open: new Set([1]), children: [{ type: 'mail', n: 2 }] })],
  ])('cancelledWaiting: %s for which no batch waits ends, and is kept as long as a dead job', (_, found) => {
    const step = cancelled(found);
    expect(step.row).toBe('cancelledWaiting');
    const { open, total, children } = found;
    expect(written(writeOf(step), found)).toMatchObject({
      ...{ status: 'CANCELLED', expiration: NOW / S + DEAD_S },
      ...(total !== undefined && { open, total, children }),
    });
  });

  it('refusedAhead: a job of a type that takes part in flows is refused as long as a dead job is kept', () => {
    const after = written(writeOf(cancelJob({ ...settings, item: undefined, inFlows: true })), undefined);
    expect(after.expiration).toBe(NOW / S + DEAD_S);
  });

  it('cancelRequested: one that runs is marked, whoever runs it', () => {
    const step = cancelled(running());
    expect(step.row).toBe('cancelRequested');
    const { fence, set } = writeOf(step) as { fence: object; set: object };
    expect(set).toEqual({ cancelRequested: true });
    expect(fence).toEqual({ status: 'INPROGRESS', runNo: 1 });
  });

  it.each([
    ['completed', item()],
    ['dead', dead()],
    ['cancelled', item({ status: 'CANCELLED' })],
    ['expired, and has not sent what it staged', item({ expiration: 1, owed: true })],
    ['expired, with a pending death', dead({ expiration: 1, undelivered: true })],
  ])('leaves a job that is %s as it ended', (_, found) => {
    expect(cancelled(found)).toEqual({ row: 'none', item: found });
  });
});

describe('retry now', () => {
  it('dueNow: a parked job is due now, in a write that only its own wait allows', () => {
    const found = parkedItem(NOW + 600 * S, { listKey: dueList('mail#j') });
    const step = retryJobNow(found, NOW);
    expect(step.row).toBe('dueNow');
    expect(writeOf(step)).toMatchObject({ fence: { ...fencedOn(found), listKey: found.listKey } });
    expect(written(writeOf(step), found)).toEqual({ ...found, dueAt: NOW, listAt: NOW });
  });

  it.each([
    ['absent', undefined],
    ['waiting in place', waiting()],
    ['running', running()],
    ['dead', dead()],
    ['completed', item()],
  ])('leaves a job that is %s', (_, found) => {
    expect(retryJobNow(found, NOW)).toEqual({ row: 'none', item: found });
  });
});

describe('the table', () => {
  it.each([
    ['refusedAhead', cancelled(undefined), undefined],
    ['cancelledWaiting', cancelled(waiting()), waiting()],
    ['cancelledByMessage', cancelled(waiting({ flow: PLACE })), waiting({ flow: PLACE })],
    ['cancelRequested', cancelled(running()), running()],
    ['dueNow', retryJobNow(parkedItem(NOW + S), NOW), parkedItem(NOW + S)],
  ] as const)('%s is what it says', (row, step, before) => {
    const { from, to, message } = TRANSITIONS[row];
    expect(step.row).toBe(row);
    expect(from).toContain(before?.status ?? 'absent');
    const after = written(writeOf(step), before).status;
    expect(after).toBe(to === 'same' ? before?.status : to);
    expect(message).toBe('none');
  });
});
