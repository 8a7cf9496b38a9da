import { describe, expect, it } from 'vitest';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import { EXPIRY_TRANSITIONS } from '../../../../lib/contract/protocol/expiry-transitions.ts';
import { written } from '../../../../lib/contract/protocol/item-write.ts';
import { type JobItem, NO_BODY } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { type BeginRow, type Row, TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
import { UNCLAIMED_TRANSITIONS } from '../../../../lib/contract/protocol/unclaimed-transitions.ts';
import {
  DAY_S,
  dead,
  facts,
  item,
  NOW,
  other,
  parkedItem,
  redriven,
  refusal,
  running,
  S,
  TOO_BIG,
  waiting,
  writeOf,
} from '../support/protocol.ts';

/** A body that names its job, in a message of its own. */
const NAMED = { messageId: 'm1' };
/** Died of its body, without an attempt. */
const refusedItem = (change: Partial<JobItem> = {}) => dead({ attempts: 0, reason: 'InvalidMessage', ...change });

const cancelledAhead = (change: Partial<JobItem> = {}) => item({ status: 'CANCELLED', bodyHash: NO_BODY, ...change });

/** Which row begins, by what is found and what comes: first the edges of each row, then who goes before whom. */
const ROWS: readonly [
  row: BeginRow,
  action: string,
  what: string,
  found: JobItem | undefined,
  received: Partial<Message>,
][] = [
  ['newer', 'wait', 'a job that waits, of a newer version', waiting({ schema: 2 }), {}],
  ['newer', 'wait', 'a job that runs, of a newer version, its lease out', running({ schema: 2, leaseUntil: NOW }), {}],
  ['newer', 'wait', 'a dead job of a newer version, and its redrive', dead({ schema: 2 }), redriven],
  ['newer', 'wait', 'a dead job of a newer version, undelivered', dead({ schema: 2, undelivered: true }), {}],
  ['newer', 'wait', 'a job of a newer version whose retention is over', item({ schema: 2, expiration: 1 }), {}],
  ['newer', 'wait', 'a job of a newer version, and a refusal', waiting({ schema: 2 }), { ...NAMED, ...other, refusal }],
  ['due', 'run', 'a job of this version', waiting({ schema: 1 }), {}],
  ['first', 'run', 'nothing', undefined, {}],
  ['first', 'run', 'nothing, and a runAt that has passed', undefined, { runAtMs: NOW - DAY_S }],
  ['first', 'run', 'nothing, and a runAt that is half a second ahead', undefined, { runAtMs: NOW + 500 }],
  ['waitUntilDue', 'wait', 'nothing, and a runAt beyond that', undefined, { runAtMs: NOW + 501 }],
  ['waitUntilDue', 'wait', 'nothing, and a runAt of a minute', undefined, { runAtMs: NOW + 60_000 }],
  ['parkUntilDue', 'ack', 'nothing, and a runAt beyond a minute', undefined, { runAtMs: NOW + 60_001 }],
  [
    'parkUntilDue',
    'ack',
    'nothing, and the largest body to park',
    undefined,
    { runAtMs: NOW + 90_000, body: TOO_BIG.slice(1) },
  ],
  ['waitUntilDue', 'wait', 'nothing, and a body too big to park', undefined, { runAtMs: NOW + 90_000, body: TOO_BIG }],
  [
    'waitUntilDue',
    'wait',
    'nothing, and too many bytes',
    undefined,
    { runAtMs: NOW + 90_000, body: 'ü'.repeat(163_841) },
  ],
  ['invalid', 'deadLetter', 'nothing, and a refusal', undefined, { refusal }],
  [
    'invalid',
    'deadLetter',
    'nothing, and a refusal that names a time: before parkUntilDue',
    undefined,
    { refusal, runAtMs: NOW + 90_000 },
  ],
  ['due', 'run', 'a waiting job that is due in half a second', waiting({ dueAt: NOW + 500 }), {}],
  ['due', 'run', 'a scheduled job that is due', waiting({ status: 'SCHEDULED', attempts: 0 }), {}],
  ['early', 'wait', 'a waiting job that is due later', waiting({ dueAt: NOW + 501 }), {}],
  ['early', 'ack', 'a parked job, by a leftover, early', parkedItem(NOW + 90 * S), {}],
  ['early', 'ack', 'a parked job, by a leftover, when it is due', parkedItem(NOW), {}],
  [
    'early',
    'ack',
    'a parked job, by the carrier of an earlier wait',
    parkedItem(NOW),
    { attributes: { due: NOW - 1 } },
  ],
  ['due', 'run', 'a parked job, by its carrier', parkedItem(NOW), { attributes: { due: NOW } }],
  [
    'early',
    'wait',
    'a parked job, by its carrier, early',
    parkedItem(NOW + 2 * S),
    { attributes: { due: NOW + 2 * S } },
  ],
  ['due', 'run', 'a released job, by any message', parkedItem(NOW, { listAt: NOW + DAY_S * S }), {}],
  ['early', 'wait', 'a released job, early', parkedItem(NOW + 501, { listAt: NOW + DAY_S * S }), {}],
  ['invalid', 'deadLetter', 'a waiting job whose payload is refused now', waiting({ dueAt: NOW + 9 * S }), { refusal }],
  [
    'invalid',
    'deadLetter',
    'a parked job’s leftover that is refused: before early',
    parkedItem(NOW + 90 * S),
    { refusal },
  ],
  ['leased', 'wait', 'a running job', running(), {}],
  ['leased', 'wait', 'a running job whose lease ends in a millisecond', running({ leaseUntil: NOW + 1 }), {}],
  ['leased', 'wait', 'a running job, and a refusal', running(), { refusal }],
  ['leased', 'run', 'my own begin, whose reply was lost', running({ owner: 'me' }), {}],
  ['stalled', 'run', 'a lease that is out', running({ leaseUntil: NOW }), {}],
  ['stalled', 'run', 'a lease that is out before the last attempt', running({ leaseUntil: NOW, attempts: 4 }), {}],
  [
    'crashed',
    'deadLetter',
    'a lease that is out after the last attempt',
    running({ leaseUntil: NOW, attempts: 5 }),
    {},
  ],
  ['cancelled', 'ack', 'out and cancelled: before stalled', running({ leaseUntil: NOW, cancelRequested: true }), {}],
  [
    'cancelled',
    'ack',
    'out, last and cancelled: before crashed',
    running({ leaseUntil: 1, attempts: 5, cancelRequested: true }),
    {},
  ],
  [
    'invalid',
    'deadLetter',
    'out, cancelled, refused: before cancelled',
    running({ leaseUntil: NOW, cancelRequested: true }),
    { refusal },
  ],
  [
    'invalid',
    'deadLetter',
    'out after the last, refused: before crashed',
    running({ leaseUntil: NOW, attempts: 5 }),
    { refusal },
  ],
  ['duplicate', 'ack', 'a completed job', item(), {}],
  ['duplicate', 'ack', 'a completed job, and a refusal', item(), { refusal }],
  ['duplicate', 'ack', 'a cancelled job', item({ status: 'CANCELLED' }), {}],
  ['duplicate', 'ack', 'a dead and delivered job', dead(), {}],
  ['duplicate', 'ack', 'a dead and delivered job, and a refusal', dead(), { refusal }],
  ['duplicate', 'ack', 'a completed job, by what looks like a redrive', item(), redriven],
  ['undelivered', 'deadLetter', 'a dead job whose dead letter is pending', dead({ undelivered: true }), {}],
  [
    'undelivered',
    'deadLetter',
    'a dead job whose dead letter is pending, and a refusal',
    dead({ undelivered: true }),
    { refusal },
  ],
  ['redriven', 'run', 'a dead job, redriven', dead(), redriven],
  [
    'redriven',
    'run',
    'a dead job, redriven before it was marked: before undelivered',
    dead({ undelivered: true }),
    redriven,
  ],
  ['redriven', 'run', 'a dead job, redriven with a corrected body: before foreign', dead(), { ...redriven, ...other }],
  ['redriven', 'run', 'a dead job, redriven for half a second ahead', dead(), { ...redriven, runAtMs: NOW + 500 }],
  ['redriven', 'ack', 'a dead job, redriven for later', dead(), { ...redriven, runAtMs: NOW + 501 }],
  [
    'redriven',
    'wait',
    'a dead job, redriven for later, too big',
    dead(),
    { ...redriven, runAtMs: NOW + 501, body: TOO_BIG },
  ],
  ['duplicate', 'ack', 'a dead job, redriven from an earlier run', dead({ runNo: 2 }), redriven],
  ['foreign', 'ack', 'a dead job, a corrected body of an earlier run', dead({ runNo: 2 }), { ...redriven, ...other }],
  ['duplicate', 'ack', 'a dead job, by a run without its name', dead(), { attributes: { run: 1 } }],
  ['duplicate', 'ack', 'a dead job, by a name without its run', dead(), { attributes: { jobId: 'j' } }],
  ['invalid', 'deadLetter', 'a dead job, redriven with a refused body', dead(), { ...redriven, ...other, refusal }],
  [
    'invalid',
    'deadLetter',
    'pending, redriven, refused: before redriven and undelivered',
    dead({ undelivered: true }),
    { ...redriven, refusal },
  ],
  ['renamed', 'rename', 'another body, and a refusal', waiting(), { ...NAMED, ...other, refusal }],
  [
    'renamed',
    'rename',
    'another job under the key, and a refusal',
    running({ jobId: 'k' }),
    { ...NAMED, ...other, refusal },
  ],
  ['renamed', 'rename', 'another body that completed, and a refusal', item(), { ...NAMED, ...other, refusal }],
  [
    'renamed',
    'rename',
    'another body that died, and a refusal',
    dead({ undelivered: true }),
    { ...NAMED, ...other, refusal },
  ],
  [
    'renamed',
    'rename',
    'a refused redrive of an earlier run',
    dead({ runNo: 2 }),
    { ...NAMED, ...redriven, ...other, refusal },
  ],
  [
    'foreign',
    'ack',
    'another body, refused, under its message id already',
    waiting(),
    { ...other, messageId: 'j', refusal },
  ],
  [
    'foreign',
    'ack',
    'another body, refused, under the id with which SQS took it',
    waiting(),
    { ...NAMED, ...other, refusal, attributes: { jobId: 'j', key: 'j', firstMessageId: 'j' } },
  ],
  [
    'foreign',
    'ack',
    'a refused body that the name died of before',
    item({ diedOf: ['x', 'other'] }),
    { ...NAMED, ...other, refusal },
  ],
  ['foreign', 'ack', 'the same refused body of another job', item({ jobId: 'k' }), { ...NAMED, refusal }],
  [
    'duplicate',
    'ack',
    'a refused body whose name was cancelled before it came',
    item({ status: 'CANCELLED', bodyHash: NO_BODY }),
    { ...NAMED, ...other, refusal },
  ],
  ['first', 'run', 'a name that died refused: freed', refusedItem(), other],
  ['first', 'run', 'a name that died refused, by another job under the key: freed', refusedItem({ jobId: 'k' }), other],
  [
    'parkUntilDue',
    'ack',
    'a name that died refused, for later: freed',
    refusedItem(),
    { ...other, runAtMs: NOW + 90_000 },
  ],
  [
    'freed',
    'wait',
    'a name that died refused, its dead letter pending',
    refusedItem({ undelivered: true, failedAt: iso(NOW - 899 * S) }),
    other,
  ],
  [
    'foreign',
    'ack',
    'a name that died refused, its dead letter pending for too long',
    refusedItem({ undelivered: true, failedAt: iso(NOW - 900 * S) }),
    other,
  ],
  ['foreign', 'ack', 'a name that died refused after an attempt', refusedItem({ attempts: 1 }), other],
  [
    'foreign',
    'ack',
    'a name that died refused after an attempt of an earlier run',
    refusedItem({ processedAt: 'x' }),
    other,
  ],
  [
    'foreign',
    'ack',
    'a name that died refused, by a body of an earlier run',
    refusedItem({ diedOf: ['other'] }),
    other,
  ],
  ['duplicate', 'ack', 'a name that died refused, by its own body, which is accepted now', refusedItem(), {}],
  ['foreign', 'ack', 'a name that died otherwise', dead({ attempts: 0 }), other],
  ['redriven', 'run', 'a name that died refused, redriven: before freed', refusedItem(), { ...redriven, ...other }],
  ['foreign', 'ack', 'another job under the key', waiting({ jobId: 'k' }), {}],
  ['foreign', 'ack', 'another job that runs under the key', running({ jobId: 'k', leaseUntil: NOW }), {}],
  ['foreign', 'ack', 'another dead job under the key, redriven', dead({ jobId: 'k' }), redriven],
  ['foreign', 'ack', 'another body under the name', waiting(), other],
  ['foreign', 'ack', 'another body, and a refusal: before invalid', waiting(), { ...other, refusal }],
  [
    'foreign',
    'ack',
    'another body while its dead letter is pending: before undelivered',
    dead({ undelivered: true }),
    other,
  ],
  ['first', 'run', 'an expired job, whoever’s it was: before foreign', item({ expiration: NOW / S, jobId: 'k' }), {}],
  ['first', 'run', 'an expired dead job, redriven: before redriven', dead({ expiration: 1 }), redriven],
  ['invalid', 'deadLetter', 'an expired job, and a refusal', item({ expiration: NOW / S }), { refusal }],
  ['parkUntilDue', 'ack', 'an expired job, and a runAt', item({ expiration: NOW / S }), { runAtMs: NOW + 90_000 }],
  ['waitUntilDue', 'wait', 'an expired job, and a runAt soon', item({ expiration: NOW / S }), { runAtMs: NOW + 9 * S }],
  ['duplicate', 'ack', 'a job that expires in a second', item({ expiration: NOW / S + 1 }), {}],
  [
    'undelivered',
    'deadLetter',
    'an expired job whose dead letter is pending',
    dead({ expiration: 1, undelivered: true }),
    {},
  ],
  ['duplicate', 'ack', 'a body whose name was cancelled before it came', cancelledAhead(), other],
  ['foreign', 'ack', 'another job under a key that was cancelled before it came', cancelledAhead({ jobId: 'k' }), {}],
  ['stagedPending', 'ack', 'a job whose staged jobs are not all sent', item({ owed: true }), {}],
  ['stagedPending', 'ack', 'the same, expired: before retentionOver', item({ owed: true, expiration: 1 }), {}],
  [
    'cancelledAtBegin',
    'ack',
    'a parked job that was cancelled',
    parkedItem(NOW + 90 * S, { cancelRequested: true }),
    {},
  ],
  [
    'cancelledAtBegin',
    'ack',
    'the same, and a refusal: before invalid',
    waiting({ cancelRequested: true }),
    { refusal, messageId: 'j' },
  ],
  ['foreign', 'ack', 'another body under a cancelled name', waiting({ cancelRequested: true }), other],
  ['due', 'run', 'a waiting job, however old', waiting({ expiration: 1 }), {}],
  ['stalled', 'run', 'a running job, however old', running({ expiration: 1, leaseUntil: 1 }), {}],
];

/** Rows of which the table names one end for several: `redriven` for later is SCHEDULED, the leftover of `early` goes. */
const ALSO: Partial<Record<BeginRow, readonly string[]>> = {
  redriven: ['SCHEDULED', 'ack', 'wait'],
  early: ['ack'],
  leased: ['run'],
  renamed: ['rename'],
  freed: ['wait'],
};
const isFreed = (found: JobItem, received: Partial<Message>) =>
  found.status === 'DEAD' && found.attempts === 0 && received.bodyHash === 'other';
const isAnew = (found: JobItem | undefined, received: Partial<Message>) =>
  found !== undefined && (isFreed(found, received) || isOver(found));
const isOver = (found: JobItem) =>
  (TRANSITIONS.retentionOver.from as readonly string[]).includes(found.status) &&
  found.expiration * S <= NOW &&
  !found.undelivered &&
  !found.owed;

describe('begin', () => {
  it.each(ROWS)('%s (%s): %s', (row, action, _what, found, received) => {
    const step = begin(facts(found, received));
    expect(step).toMatchObject({ row, action });
    const { from, to, message } = TRANSITIONS[row];
    expect(from, 'the table’s from').toContain(
      found === undefined || (isAnew(found, received) && !from.includes(found.status as never))
        ? 'absent'
        : found.status,
    );
    const write = writeOf(step);
    const before = found?.status ?? 'absent';
    const after = write === undefined ? before : written(write, found).status;
    if (write === undefined && !ALSO[row]) expect(['same', 'absent', before], 'the table’s to').toContain(to);
    if (write !== undefined) expect([to, ...(ALSO[row] ?? [])], 'the table’s to').toContain(after);
    const done = 'alone' in step ? `${step.action} alone` : step.action;
    expect([message, ...(ALSO[row] ?? [])], 'the table’s message').toContain(done);
  });

  it('looks at every row but retentionOver, which the others carry out, those without a claim, and those of a time that is over', () => {
    const elsewhere: readonly string[] = [
      'retentionOver',
      ...Object.keys({ ...UNCLAIMED_TRANSITIONS, ...EXPIRY_TRANSITIONS }),
    ];
    const rows = (Object.keys(TRANSITIONS) as Row[]).filter(
      (row) => TRANSITIONS[row].code.startsWith('B') && !elsewhere.includes(row),
    );
    expect([...new Set(ROWS.map(([row]) => row))].sort()).toEqual(rows.sort());
  });

  it.each([
    ['its runAt', facts(undefined, { runAtMs: NOW + 7 * S }), NOW + 7 * S],
    ['the time it is due', facts(waiting({ dueAt: NOW + 7 * S })), NOW + 7 * S],
    ['a second after the lease', facts(running({ leaseUntil: NOW + 7 * S })), NOW + 8 * S],
    [
      'its runAt, redriven too big to park',
      facts(dead(), { ...redriven, runAtMs: NOW + DAY_S, body: TOO_BIG }),
      NOW + DAY_S,
    ],
  ])('waits until %s', (_until, given, untilMs) => {
    expect(begin(given)).toMatchObject({ action: 'wait', untilMs });
  });

  it('runs only what is stalled alone', () => {
    const runs = ROWS.map(([, , , found, received]) => begin(facts(found, received))).filter(
      (step) => step.action === 'run',
    );
    expect(new Set(runs.filter((step) => 'alone' in step).map(({ row }) => row))).toEqual(new Set(['stalled']));
    expect(runs.filter(({ row }) => row === 'stalled').every((step) => 'alone' in step)).toBe(true);
  });
});
