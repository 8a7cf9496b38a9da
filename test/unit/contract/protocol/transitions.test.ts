import { describe, expect, it } from 'vitest';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import { fencedOn, written } from '../../../../lib/contract/protocol/item-write.ts';
import { type JobItem, OPTIONAL_ATTRIBUTES } from '../../../../lib/contract/protocol/job-item.ts';
import { TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
import { dead, facts, item, NOW, parkedItem, redriven, running, S, waiting, writeOf } from '../support/protocol.ts';

const begun = (found: JobItem, received = {}): JobItem => {
  const write = writeOf(begin(facts(found, received)));
  if (write === undefined) throw new TypeError('nothing was written');
  return written(write, found);
};

describe('an item, as begin leaves it', () => {
  it('counts an attempt when it starts, and forgets the list', () => {
    const began = begun(parkedItem(NOW, { attempts: 2 }), { attributes: { due: NOW } });
    expect(began).toMatchObject({ attempts: 3, status: 'INPROGRESS' });
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(began).not.toHaveProperty(gone);
  });

  it('that expired begins anew with the next run’s number, and nothing of the old one', () => {
    const old = item({ expiration: 1, runNo: 3, result: 'old', checkpoint: 9, snoozes: 4, attempts: 5 });
    expect(begun(old)).toMatchObject({ runNo: 4, attempts: 1, snoozes: 0, checkpointNo: 0 });
    for (const gone of ['result', 'checkpoint']) expect(begun(old)).not.toHaveProperty(gone);
  });

  it('keeps its checkpoint through a redrive, and nothing of the death', () => {
    const old = dead({ checkpoint: 7, checkpointNo: 3, snoozes: 2, cancelRequested: true, maxAttempts: 5 });
    const began = begun(old, { ...redriven, maxAttempts: 9, bodyHash: 'corrected' });
    expect(began).toMatchObject({ runNo: 2, attempts: 1, maxAttempts: 9, checkpoint: 7, checkpointNo: 3, snoozes: 0 });
    expect(began.bodyHash).toBe('corrected');
    for (const gone of ['error', 'reason', 'failedAt', 'listKey', 'listAt', 'undelivered', 'cancelRequested']) {
      expect(began).not.toHaveProperty(gone);
    }
  });

  it('is another one for every other begin: the same message cannot begin twice', () => {
    for (const found of [waiting(), running({ leaseUntil: NOW }), dead(), item({ expiration: 1 })]) {
      const began = begun(found, found.status === 'DEAD' ? redriven : {});
      expect(began).not.toMatchObject(fencedOn(found));
    }
  });
});

describe('a fence', () => {
  it('is what every begin, settle and redrive changes', () => {
    expect(fencedOn(item({ runNo: 2, attempts: 3, snoozes: 4 }))).toEqual({
      ...{ runNo: 2, status: 'COMPLETED', attempts: 3, snoozes: 4 },
    });
    expect(fencedOn(waiting({ dueAt: NOW }))).toMatchObject({ dueAt: NOW });
    expect(fencedOn(running({ owner: 'me', leaseUntil: NOW + S }))).toMatchObject({ owner: 'me' });
  });

  it('names the owner only of a job that runs: elsewhere it is history', () => {
    expect(fencedOn(waiting({ owner: 'before' }))).not.toHaveProperty('owner');
  });
});

describe('the table', () => {
  it('has every row of the protocol that is built so far', () => {
    const rows = ['B0', 'B1', 'B1b', 'B8b', ...Array.from({ length: 20 }, (_, i) => `B${i + 2}`)];
    const settles = Array.from({ length: 11 }, (_, i) => `S${i + 1}`);
    const flows = ['E', 'H1', 'H2', 'H3', 'F1', 'F2', 'F3'];
    const unclaimed = Array.from({ length: 6 }, (_, i) => `U${i}`);
    const others = [
      ...flows,
      ...unclaimed,
      'A1',
      'A2',
      'A3',
      'A4',
      'P',
      'K',
      'L',
      'L2',
      'D',
      'R',
      'C1',
      'C2',
      'C2b',
      'C3',
      'C4',
      'N',
      'Q',
    ];
    expect(
      Object.values(TRANSITIONS)
        .map(({ code }) => code)
        .sort(),
    ).toEqual([...rows, ...settles, ...others].sort());
  });

  it('has no way out of a terminal state but a redrive, an end of its retention, and a pending death', () => {
    const leaving = Object.entries(TRANSITIONS).filter(
      ([, { from, to }]) =>
        (from as readonly string[]).some((state) => /COMPLETED|CANCELLED|EXPIRED/.test(state)) && to !== 'same',
    );
    expect(leaving).toEqual([]);
    const fromDead = Object.entries(TRANSITIONS).filter(
      ([, { from, to }]) => (from as readonly string[]).includes('DEAD') && to !== 'same',
    );
    expect(fromDead.map(([row]) => row).sort()).toEqual([
      ...['delivered', 'diedExpired', 'expired', 'invalid', 'redriven', 'undelivered'],
    ]);
  });
});

describe('attributes', () => {
  it('are named once, and every optional one can be removed', () => {
    expect(new Set(OPTIONAL_ATTRIBUTES).size).toBe(OPTIONAL_ATTRIBUTES.length);
    const everything = {
      ...dead(),
      ...running(),
      ...parkedItem(NOW),
      ...item({ result: 1, progress: 1, checkpoint: 1 }),
    };
    const needed = ['id', 'jobId', 'type', 'status', 'attempts', 'maxAttempts', 'createdAt', 'checkpointNo', 'runNo'];
    const also = ['bodyHash', 'snoozes', 'snoozesInRow', 'expiration'];
    const known: readonly string[] = [...needed, ...also, ...OPTIONAL_ATTRIBUTES];
    expect(Object.keys(everything).filter((name) => !known.includes(name))).toEqual([]);
  });
});
