import { describe, expect, it } from 'vitest';
import { begin, type DoneStep } from '../../../../lib/contract/protocol/begin.ts';
import { written } from '../../../../lib/contract/protocol/item-write.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';
import {
  complete,
  type Failure,
  fail,
  type SettleFacts,
  type SettleStep,
} from '../../../../lib/contract/protocol/settle.ts';
import { TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
import { completeOver, endFirst } from '../../../../lib/contract/protocol/unclaimed.ts';
import {
  facts,
  item,
  LEASE_UNTIL,
  message,
  NOW,
  NOW_ISO,
  refusal,
  running,
  S,
  waiting,
  writeOf,
} from '../support/protocol.ts';

const beginning = (found?: JobItem, received: Partial<Message> = {}) =>
  begin({ ...facts(found, received), optimistic: true });

/** What an attempt without a claim would have claimed. */
const mine = (): JobItem => (beginning() as DoneStep & { readonly unclaimed: JobItem }).unclaimed;
/** Another unclaimed attempt failed. */
const failed = (change: Partial<JobItem> = {}) => waiting({ owner: 'mate', ...change });

const ending = (): SettleFacts => ({
  item: mine(),
  message: message(),
  nowMs: NOW + 2 * S,
  retention: 8,
  queueRetention: 7,
});
const error = { name: 'Error', message: 'no' };
const failure = (change: Partial<Failure> = {}) => ({ kind: 'retry', delayMs: 5 * S, error, ...change }) as Failure;

describe('a type that begins optimistically', () => {
  it('runs a first delivery without a write', () => {
    const step = beginning();
    expect(step).toMatchObject({ row: 'unclaimed', action: 'run' });
    expect(writeOf(step)).toBeUndefined();
    expect(mine()).toMatchObject({ status: 'INPROGRESS', attempts: 1, owner: 'me', leaseUntil: LEASE_UNTIL });
  });

  it('claims what was received before and left no row, to run alone', () => {
    const step = beginning(undefined, { receiveCount: 2 });
    expect(step).toMatchObject({ row: 'unseen', action: 'run', alone: true });
    expect(writeOf(step)).toEqual(writeOf(begin(facts(undefined))));
  });

  it.each([
    ['first', 'was renewed before it ran', undefined, { attributes: { jobId: 'j', key: 'j' } }],
    ['invalid', 'is refused', undefined, { refusal }],
    ['waitUntilDue', 'is for later', undefined, { runAtMs: NOW + 9 * S }],
    ['parkUntilDue', 'is for much later', undefined, { runAtMs: NOW + 90 * S }],
    ['due', 'has an item that is due', waiting(), {}],
    ['duplicate', 'has an item that completed', item(), {}],
    ['leased', 'has an item that runs', running(), {}],
    ['first', 'has an item whose retention is over', item({ expiration: 1 }), {}],
    ['first', 'has such an item, and was received before', item({ expiration: 1 }), { receiveCount: 2 }],
  ] as const)('begins by %s what %s', (row, _what, found, received) => {
    expect(beginning(found, received)).toEqual({ ...begin(facts(found, received)), row });
  });
});

describe('the end of an unclaimed attempt', () => {
  it.each([
    ['completedFirst', 'COMPLETED', complete(ending(), { sum: 3 })],
    ['failedFirst', 'RETRYING', fail(ending(), failure())],
    ['failedFirst', 'RETRYING', fail(ending(), failure({ delayMs: 90 * S }))],
    ['failedFirst', 'RETRYING', fail(ending(), failure({ kind: 'snooze' }))],
    ['failedFirst', 'RETRYING', fail(ending(), failure({ kind: 'putBack' }))],
    ['diedFirst', 'DEAD', fail(ending(), { kind: 'dead', reason: 'PermanentError', error })],
  ] as const)('(%s) is the item that a claimed one would leave, without its lease', (row, status, step) => {
    const end = endFirst(step, mine());
    expect(end.row).toBe(row);
    expect(TRANSITIONS[row]).toMatchObject({ from: ['absent'], to: status });
    const { leaseUntil, ...ordinary } = written(step.write, mine());
    expect(leaseUntil).toBe(LEASE_UNTIL);
    expect(end.item).toEqual(ordinary);
    expect(ordinary).toMatchObject({ status, owner: 'me', processedAt: NOW_ISO });
  });

  it('counts as its kind does: a snooze and a put-back take no attempt', () => {
    const counted = (kind: 'retry' | 'snooze' | 'putBack') => {
      const { attempts, snoozes } = endFirst(fail(ending(), failure({ kind })), mine()).item;
      return [attempts, snoozes];
    };
    expect([counted('retry'), counted('snooze'), counted('putBack')]).toEqual([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe('a completion that finds another row', () => {
  const over = (found: JobItem, step: SettleStep = complete(ending(), 'done')) =>
    completeOver(step, { found, message: message(), item: mine() });
  const { owner: _, ...withoutOwner } = failed();

  it('is written over the retry of another unclaimed attempt, fenced on it, and leaves no wait behind', () => {
    const found = failed({ listKey: 'due#1', listAt: NOW, envelope: { body: 'x' }, snoozes: 1, attempts: 0 });
    const write = over(found);
    expect(write).toMatchObject({
      fence: { status: 'RETRYING', owner: 'mate', attempts: 0, runNo: 1 },
      absent: ['leaseUntil'],
    });
    const after = write && written(write, found);
    expect(after).toMatchObject({ status: 'COMPLETED', owner: 'me', attempts: 1, result: 'done', snoozes: 1 });
    for (const gone of ['dueAt', 'listKey', 'listAt', 'envelope']) expect(after).not.toHaveProperty(gone);
  });

  it.each([
    ['a retry of an attempt that was claimed', failed({ leaseUntil: NOW })],
    ['a job that waits and never began', withoutOwner],
    ['a scheduled job', failed({ status: 'SCHEDULED' })],
    ['a running job', running()],
    ['a completed job', item({ owner: 'mate' })],
    ['another job', failed({ jobId: 'other' })],
    ['another body', failed({ bodyHash: 'other' })],
    ['a row of a newer version', failed({ schema: 2 })],
  ])('leaves %s as it is', (_what, found) => {
    expect(over(found)).toBeUndefined();
  });

  it('is no failure, which leaves the other’s retry as it is', () => {
    expect(over(failed(), fail(ending(), failure()))).toBeUndefined();
  });
});
