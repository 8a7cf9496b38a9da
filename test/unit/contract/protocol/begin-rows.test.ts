import { describe, expect, it } from 'vitest';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import { written } from '../../../../lib/contract/protocol/item-write.ts';
import type { JobItem } from '../../../../lib/contract/protocol/job-item.ts';
import type { Message } from '../../../../lib/contract/protocol/message.ts';
import { type BeginRow, TRANSITIONS } from '../../../../lib/contract/protocol/transitions.ts';
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

/** Which row begins, by what is found and what comes: first the edges of each row, then who goes before whom. */
const ROWS: readonly [
  row: BeginRow,
  action: string,
  what: string,
  found: JobItem | undefined,
  received: Partial<Message>,
][] = [
  ['B2', 'run', 'nothing', undefined, {}],
  ['B2', 'run', 'nothing, and a runAt that has passed', undefined, { runAtMs: NOW - DAY_S }],
  ['B2', 'run', 'nothing, and a runAt that is half a second ahead', undefined, { runAtMs: NOW + 500 }],
  ['B1b', 'wait', 'nothing, and a runAt beyond that', undefined, { runAtMs: NOW + 501 }],
  ['B1b', 'wait', 'nothing, and a runAt of a minute', undefined, { runAtMs: NOW + 60_000 }],
  ['B1', 'ack', 'nothing, and a runAt beyond a minute', undefined, { runAtMs: NOW + 60_001 }],
  ['B1', 'ack', 'nothing, and the largest body to park', undefined, { runAtMs: NOW + 90_000, body: TOO_BIG.slice(1) }],
  ['B1b', 'wait', 'nothing, and a body too big to park', undefined, { runAtMs: NOW + 90_000, body: TOO_BIG }],
  ['B1b', 'wait', 'nothing, and too many bytes', undefined, { runAtMs: NOW + 90_000, body: 'ü'.repeat(163_841) }],
  ['B0', 'bury', 'nothing, and a refusal', undefined, { refusal }],
  ['B0', 'bury', 'nothing, and a refusal that names a time: before B1', undefined, { refusal, runAtMs: NOW + 90_000 }],
  ['B5', 'run', 'a waiting job that is due in half a second', waiting({ dueAt: NOW + 500 }), {}],
  ['B5', 'run', 'a scheduled job that is due', waiting({ status: 'SCHEDULED', attempts: 0 }), {}],
  ['B6', 'wait', 'a waiting job that is due later', waiting({ dueAt: NOW + 501 }), {}],
  ['B6', 'ack', 'a parked job, by a leftover, early', parkedItem(NOW + 90 * S), {}],
  ['B6', 'ack', 'a parked job, by a leftover, when it is due', parkedItem(NOW), {}],
  ['B6', 'ack', 'a parked job, by the carrier of an earlier wait', parkedItem(NOW), { attributes: { due: NOW - 1 } }],
  ['B5', 'run', 'a parked job, by its carrier', parkedItem(NOW), { attributes: { due: NOW } }],
  ['B6', 'wait', 'a parked job, by its carrier, early', parkedItem(NOW + 2 * S), { attributes: { due: NOW + 2 * S } }],
  ['B5', 'run', 'a released job, by any message', parkedItem(NOW, { listAt: NOW + DAY_S * S }), {}],
  ['B6', 'wait', 'a released job, early', parkedItem(NOW + 501, { listAt: NOW + DAY_S * S }), {}],
  ['B0', 'bury', 'a waiting job whose payload is refused now', waiting({ dueAt: NOW + 9 * S }), { refusal }],
  ['B0', 'bury', 'a parked job’s leftover that is refused: before B6', parkedItem(NOW + 90 * S), { refusal }],
  ['B7', 'wait', 'a running job', running(), {}],
  ['B7', 'wait', 'a running job whose lease ends in a millisecond', running({ leaseUntil: NOW + 1 }), {}],
  ['B7', 'wait', 'a running job, and a refusal', running(), { refusal }],
  ['B7', 'run', 'my own begin, whose reply was lost', running({ owner: 'me' }), {}],
  ['B9', 'run', 'a lease that is out', running({ leaseUntil: NOW }), {}],
  ['B9', 'run', 'a lease that is out before the last attempt', running({ leaseUntil: NOW, attempts: 4 }), {}],
  ['B10', 'bury', 'a lease that is out after the last attempt', running({ leaseUntil: NOW, attempts: 5 }), {}],
  ['B8', 'ack', 'out and cancelled: before B9', running({ leaseUntil: NOW, cancelRequested: true }), {}],
  [
    'B8',
    'ack',
    'out, last and cancelled: before B10',
    running({ leaseUntil: 1, attempts: 5, cancelRequested: true }),
    {},
  ],
  [
    'B0',
    'bury',
    'out, cancelled, refused: before B8',
    running({ leaseUntil: NOW, cancelRequested: true }),
    { refusal },
  ],
  ['B0', 'bury', 'out after the last, refused: before B10', running({ leaseUntil: NOW, attempts: 5 }), { refusal }],
  ['B13', 'ack', 'a completed job', item(), {}],
  ['B13', 'ack', 'a completed job, and a refusal', item(), { refusal }],
  ['B13', 'ack', 'a cancelled job', item({ status: 'CANCELLED' }), {}],
  ['B13', 'ack', 'a dead and delivered job', dead(), {}],
  ['B13', 'ack', 'a dead and delivered job, and a refusal', dead(), { refusal }],
  ['B13', 'ack', 'a completed job, by what looks like a redrive', item(), redriven],
  ['B11', 'bury', 'a dead job that is still owed', dead({ undelivered: true }), {}],
  ['B11', 'bury', 'a dead job that is still owed, and a refusal', dead({ undelivered: true }), { refusal }],
  ['B12', 'run', 'a dead job, redriven', dead(), redriven],
  ['B12', 'run', 'a dead job, redriven before it was marked: before B11', dead({ undelivered: true }), redriven],
  ['B12', 'run', 'a dead job, redriven with a mended body: before B4', dead(), { ...redriven, ...other }],
  ['B12', 'run', 'a dead job, redriven for half a second ahead', dead(), { ...redriven, runAtMs: NOW + 500 }],
  ['B12', 'ack', 'a dead job, redriven for later', dead(), { ...redriven, runAtMs: NOW + 501 }],
  [
    'B12',
    'wait',
    'a dead job, redriven for later, too big',
    dead(),
    { ...redriven, runAtMs: NOW + 501, body: TOO_BIG },
  ],
  ['B13', 'ack', 'a dead job, redriven from an earlier run', dead({ runNo: 2 }), redriven],
  ['B4', 'ack', 'a dead job, a mended body of an earlier run', dead({ runNo: 2 }), { ...redriven, ...other }],
  ['B13', 'ack', 'a dead job, by a run without its name', dead(), { attributes: { run: 1 } }],
  ['B13', 'ack', 'a dead job, by a name without its run', dead(), { attributes: { jobId: 'j' } }],
  ['B0', 'bury', 'a dead job, redriven with a refused body', dead(), { ...redriven, ...other, refusal }],
  ['B0', 'bury', 'owed, redriven, refused: before B12 and B11', dead({ undelivered: true }), { ...redriven, refusal }],
  ['B4', 'ack', 'another job under the key', waiting({ jobId: 'k' }), {}],
  ['B4', 'ack', 'another job that runs under the key', running({ jobId: 'k', leaseUntil: NOW }), {}],
  ['B4', 'ack', 'another dead job under the key, redriven', dead({ jobId: 'k' }), redriven],
  ['B4', 'ack', 'another body under the name', waiting(), other],
  ['B4', 'ack', 'another body, and a refusal: before B0', waiting(), { ...other, refusal }],
  ['B4', 'ack', 'another body while it is owed: before B11', dead({ undelivered: true }), other],
  ['B2', 'run', 'an expired job (B3), whoever’s it was: before B4', item({ expiration: NOW / S, jobId: 'k' }), {}],
  ['B2', 'run', 'an expired dead job (B3), redriven: before B12', dead({ expiration: 1 }), redriven],
  ['B0', 'bury', 'an expired job (B3), and a refusal', item({ expiration: NOW / S }), { refusal }],
  ['B1', 'ack', 'an expired job (B3), and a runAt', item({ expiration: NOW / S }), { runAtMs: NOW + 90_000 }],
  ['B1b', 'wait', 'an expired job (B3), and a runAt soon', item({ expiration: NOW / S }), { runAtMs: NOW + 9 * S }],
  ['B13', 'ack', 'a job that expires in a second', item({ expiration: NOW / S + 1 }), {}],
  ['B11', 'bury', 'an expired job that is still owed', dead({ expiration: 1, undelivered: true }), {}],
  ['B5', 'run', 'a waiting job, however old', waiting({ expiration: 1 }), {}],
  ['B9', 'run', 'a running job, however old', running({ expiration: 1, leaseUntil: 1 }), {}],
];

/** Rows of which the table names one end for several: B12 for later is SCHEDULED, B6's leftover goes. */
const ALSO: Partial<Record<BeginRow, readonly string[]>> = {
  B12: ['SCHEDULED', 'ack', 'wait'],
  B6: ['ack'],
  B7: ['run'],
};
const isAnew = (found: JobItem | undefined) =>
  found !== undefined &&
  (TRANSITIONS.B3.from as readonly string[]).includes(found.status) &&
  found.expiration * S <= NOW &&
  !found.undelivered;

describe('begin', () => {
  it.each(ROWS)('%s (%s): %s', (row, action, _what, found, received) => {
    const step = begin(facts(found, received));
    expect(step).toMatchObject({ row, action });
    const { from, to, message } = TRANSITIONS[row];
    expect(from, 'the table’s from').toContain(found === undefined || isAnew(found) ? 'absent' : found.status);
    const write = writeOf(step);
    const before = found?.status ?? 'absent';
    const after = write === undefined ? before : written(write, found).status;
    if (write === undefined && !ALSO[row]) expect(['same', 'absent', before], 'the table’s to').toContain(to);
    if (write !== undefined) expect([to, ...(ALSO[row] ?? [])], 'the table’s to').toContain(after);
    const told = 'alone' in step ? `${step.action} alone` : step.action;
    expect([message, ...(ALSO[row] ?? [])], 'the table’s message').toContain(told);
  });

  it('looks at every row but B3, which the others carry out', () => {
    const rows = Object.keys(TRANSITIONS).filter((row) => row.startsWith('B') && row !== 'B3');
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
    expect(new Set(runs.filter((step) => 'alone' in step).map(({ row }) => row))).toEqual(new Set(['B9']));
    expect(runs.filter(({ row }) => row === 'B9').every((step) => 'alone' in step)).toBe(true);
  });
});
