import { describe, expect, it } from 'vitest';
import { InvalidMessageError } from '../../../../lib/contract/errors.ts';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import type { ItemWrite } from '../../../../lib/contract/protocol/item-write.ts';
import { deadList, dueList, type JobItem, OPTIONAL_ATTRIBUTES } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';
import {
  DAY_S,
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

const IN_90_S = NOW + 90 * S;

/** What every insert writes (lib/engine/README.md, "Names and the jobs table"). */
const inserted = {
  ...{ id: 'mail#j', jobId: 'j', type: 'mail', bodyHash: 'hash', maxAttempts: 5 },
  ...{ createdAt: '2026-05-31T23:59:59.000Z', schema: 1, runNo: 1, checkpointNo: 0, snoozes: 0, snoozesInRow: 0 },
} as const;
const started = {
  status: 'INPROGRESS',
  owner: 'me',
  leaseUntil: LEASE_UNTIL,
  processedAt: NOW_ISO,
  expiration: LEASE_UNTIL / S + DEAD_S,
} as const;
const scheduled = {
  status: 'SCHEDULED',
  attempts: 0,
  dueAt: IN_90_S,
  envelope: { body: '{"id":"j","payload":1}' },
  listKey: dueList('mail#j'),
  listAt: IN_90_S,
  expiration: IN_90_S / S + DEAD_S,
} as const;
const died = {
  status: 'DEAD',
  failedAt: NOW_ISO,
  listKey: deadList('mail#j'),
  listAt: NOW,
  undelivered: true,
  expiration: NOW / S + DEAD_S,
} as const;
const refused = { ...died, reason: 'InvalidPayload', error: { name: 'InvalidPayloadError', message: 'no' } } as const;
const nextRun = { runNo: 2, bodyHash: 'other', snoozes: 0, snoozesInRow: 0 } as const;
const lost = { name: 'Crashed', message: 'the process of attempt 5 of 5 died' };
const deadFence = { runNo: 1, status: 'DEAD', attempts: 4, snoozes: 2 } as const;
const redrivenFrom = dead({ attempts: 4, snoozes: 2, snoozesInRow: 2, cancelRequested: true, checkpoint: 7 });

const insert = (attributes: Partial<JobItem>) => ({ kind: 'insert', item: { ...inserted, ...attributes } });
type Update = Extract<ItemWrite, { kind: 'update' }>;
const update = (parts: Pick<Update, 'set' | 'remove' | 'fence'> & Partial<Update>) => ({
  ...{ kind: 'update', id: 'mail#j', absent: [] },
  ...parts,
  remove: [...parts.remove].sort(),
});
const sorted = (write: ItemWrite | undefined) =>
  write?.kind === 'update' ? { ...write, remove: [...write.remove].sort() } : write;

/** Attributes written, removed and fenced on, row by row as the protocol's table has them. */
const WRITES: readonly [
  row: string,
  found: JobItem | undefined,
  received: Partial<Message>,
  write: object | undefined,
][] = [
  ['invalid, absent', undefined, { refusal }, insert({ attempts: 0, ...refused })],
  [
    'invalid, absent, a body that is no envelope',
    undefined,
    { refusal: new InvalidMessageError('why') },
    insert({
      attempts: 0,
      ...refused,
      reason: 'InvalidMessage',
      error: { name: 'InvalidMessageError', message: 'why' },
    }),
  ],
  [
    'invalid, waiting',
    parkedItem(IN_90_S, { attempts: 3 }),
    { refusal },
    update({
      set: refused,
      remove: ['dueAt', 'envelope'],
      fence: { runNo: 1, status: 'RETRYING', attempts: 3, snoozes: 0, dueAt: IN_90_S },
    }),
  ],
  [
    'invalid, lease out',
    running({ leaseUntil: NOW, attempts: 3 }),
    { refusal },
    update({
      set: refused,
      remove: ['dueAt', 'envelope'],
      fence: { runNo: 1, status: 'INPROGRESS', attempts: 3, snoozes: 0, owner: 'other' },
    }),
  ],
  [
    'invalid, as redriven',
    redrivenFrom,
    { ...redriven, ...other, refusal },
    update({
      set: { ...refused, ...nextRun, diedOf: ['hash'], attempts: 0 },
      remove: ['dueAt', 'envelope', 'cancelRequested'],
      fence: deadFence,
    }),
  ],
  ['parkUntilDue', undefined, { runAtMs: IN_90_S }, insert(scheduled)],
  [
    'parkUntilDue, with its message group and trace',
    undefined,
    { runAtMs: IN_90_S, group: 'g', trace: 't' },
    insert({ ...scheduled, envelope: { ...scheduled.envelope, group: 'g', trace: 't' } }),
  ],
  ['waitUntilDue', undefined, { runAtMs: NOW + 9 * S }, undefined],
  ['first', undefined, {}, insert({ ...started, attempts: 1 })],
  ['foreign', waiting(), other, undefined],
  [
    'due',
    parkedItem(NOW, { attempts: 3, snoozes: 1 }),
    { attributes: { due: NOW } },
    update({
      set: { ...started, attempts: 4 },
      remove: ['dueAt', 'listKey', 'listAt', 'envelope'],
      fence: { runNo: 1, status: 'RETRYING', attempts: 3, snoozes: 1, dueAt: NOW },
      absent: ['cancelRequested'],
    }),
  ],
  [
    'cancelledAtBegin',
    parkedItem(NOW, { cancelRequested: true, flow: {} }),
    { attributes: { due: NOW }, flow: {} },
    update({
      set: { status: 'CANCELLED', expiration: NOW / S + DEAD_S },
      remove: ['dueAt', 'listKey', 'listAt', 'envelope'],
      fence: { runNo: 1, status: 'RETRYING', attempts: 1, snoozes: 0, dueAt: NOW },
    }),
  ],
  ['stagedPending', item({ owed: true }), {}, undefined],
  ['early, a leftover', parkedItem(NOW), {}, undefined],
  ['leased', running(), {}, undefined],
  [
    'cancelled',
    running({ leaseUntil: NOW, cancelRequested: true }),
    {},
    update({
      set: { status: 'CANCELLED', expiration: NOW / S + FINISHED_S },
      remove: [],
      fence: { runNo: 1, status: 'INPROGRESS', attempts: 1, snoozes: 0, owner: 'other' },
    }),
  ],
  [
    'stalled',
    running({ leaseUntil: NOW, attempts: 4 }),
    {},
    update({
      set: { ...started, attempts: 5 },
      remove: [],
      fence: { runNo: 1, status: 'INPROGRESS', attempts: 4, snoozes: 0, owner: 'other' },
      absent: ['cancelRequested'],
    }),
  ],
  [
    'crashed',
    running({ leaseUntil: NOW, attempts: 5 }),
    {},
    update({
      set: { ...died, reason: 'Crashed', error: lost },
      remove: [],
      fence: { runNo: 1, status: 'INPROGRESS', attempts: 5, snoozes: 0, owner: 'other' },
      absent: ['cancelRequested'],
    }),
  ],
  ['undelivered', dead({ undelivered: true }), {}, undefined],
  [
    'redriven',
    redrivenFrom,
    { ...redriven, ...other, maxAttempts: 9 },
    update({
      set: { ...nextRun, ...started, diedOf: ['hash'], attempts: 1, maxAttempts: 9 },
      remove: ['error', 'reason', 'failedAt', 'listKey', 'listAt', 'undelivered', 'cancelRequested'],
      fence: deadFence,
    }),
  ],
  [
    'redriven, for later',
    redrivenFrom,
    { ...redriven, ...other, runAtMs: IN_90_S },
    update({
      set: { ...nextRun, ...scheduled, diedOf: ['hash'], maxAttempts: 5 },
      remove: ['error', 'reason', 'failedAt', 'undelivered', 'cancelRequested'],
      fence: deadFence,
    }),
  ],
  ['duplicate', item(), {}, undefined],
  ['renamed', item(), { ...other, refusal, messageId: 'm1' }, undefined],
];

describe('begin writes', () => {
  it.each(WRITES)('%s', (row, found, received, write) => {
    const step = begin(facts(found, received));
    expect(step.row).toBe(/^\w+/.exec(row)?.[0]);
    expect(sorted(writeOf(step))).toEqual(write);
  });

  it('a list by the item’s own id, whatever the job is called', () => {
    const write = writeOf(begin(facts(undefined, { key: 'order-7', jobId: 'k', runAtMs: IN_90_S })));
    expect(write).toMatchObject({ item: { id: 'mail#order-7', jobId: 'k', listKey: dueList('mail#order-7') } });
  });
});

describe('retentionOver writes what an absent item would get over the expired one', () => {
  const old = dead({
    ...{ expiration: NOW / S, runNo: 3, attempts: 5, snoozes: 4, result: 'r', progress: 'p', checkpoint: 'c' },
    ...{ processedAt: 'x', completedAt: 'x', owner: 'x', leaseUntil: 1, cancelRequested: true, jobId: 'k' },
  });
  const fence = { runNo: 3, status: 'DEAD', attempts: 5, snoozes: 4 } as const;
  const { id: _, ...attributes } = inserted;

  it.each([
    ['first', {}, { ...started, attempts: 1 }],
    ['parkUntilDue', { runAtMs: IN_90_S }, scheduled],
    ['invalid', { refusal }, { ...refused, attempts: 0 }],
  ] as const)('%s, with the next run’s number', (row, received, state) => {
    const step = begin(facts(old, received));
    const gone = OPTIONAL_ATTRIBUTES.filter((name) => !(name in state) && name !== 'schema');
    expect(step.row).toBe(row);
    expect(sorted(writeOf(step))).toEqual(update({ set: { ...attributes, ...state, runNo: 4 }, remove: gone, fence }));
  });

  it('waitUntilDue: nothing', () => {
    expect(writeOf(begin(facts(old, { runAtMs: NOW + 9 * S })))).toBeUndefined();
  });
});

describe('nothing expires', () => {
  it.each([
    ['while it runs', facts(undefined)],
    ['while it waits for a day', facts(undefined, { runAtMs: NOW + DAY_S * S })],
    ['while it waits for a year', facts(undefined, { runAtMs: NOW + 366 * DAY_S * S })],
    ['while its retry runs', facts(waiting())],
    ['while its redrive runs', facts(dead(), redriven)],
  ])('%s, nor before its dead letter', (_when, given) => {
    const write = writeOf(begin(given));
    const { dueAt = 0, leaseUntil = 0, expiration = 0 } = (write?.kind === 'insert' ? write.item : write?.set) ?? {};
    expect(Math.max(dueAt, leaseUntil)).toBeGreaterThan(NOW);
    expect(expiration).toBeGreaterThanOrEqual(Math.max(dueAt, leaseUntil) / S + DEAD_S);
  });
});
