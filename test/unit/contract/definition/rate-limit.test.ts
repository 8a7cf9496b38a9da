import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, type Draw, draw, type RateLimit } from '../../../../lib/contract/definition/rate-limit.ts';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import type { ItemUpdate } from '../../../../lib/contract/protocol/item-write.ts';
import { limited, turnOf } from '../../../../lib/contract/protocol/rate-limited.ts';
import { startsAttempt } from '../../../../lib/contract/protocol/wait-or-park.ts';
import {
  dead,
  facts,
  item,
  NOW,
  parkedItem,
  redriven,
  running,
  S,
  TOO_BIG,
  waiting,
  writeOf,
} from '../support/protocol.ts';

const ask = (change: Partial<Draw>): Draw => ({ nowMs: NOW, holdMs: S, returning: 0, first: 0, ...change });
const turn = (atMs: number) => ({ atMs, intervalMs: 36_000 });
const FIFTY: RateLimit = { limit: 50, perSeconds: 1 };
const begun = (found: Parameters<typeof facts>[0], received = {}) => {
  const given = facts(found, received);
  return { given, step: begin(given) };
};

describe('a draw', () => {
  it('gives what was saved and what falls due within the hold, and begins all when the last one may', () => {
    const { grants, startsAt, turns } = draw(undefined, FIFTY, ask({ first: 100 }));
    // A tenth of a second was saved, a second is held: 5 and 50, and the one at the edge.
    expect(grants).toEqual({ returning: 0, first: 56 });
    expect(new Set(startsAt)).toEqual(new Set([NOW + S]));
    expect([startsAt.length, turns.length]).toEqual([56, 44]);
  });

  it('promises turns at the rate, half a hold early', () => {
    const { turns, bucket } = draw(undefined, FIFTY, ask({ first: 100 }));
    expect(turns[0]).toBe(NOW + S + 20 - S / 2);
    expect(turns.slice(1).map((at, i) => at - (turns[i] ?? 0))).toEqual(Array.from({ length: 43 }, () => 20));
    expect(bucket).toEqual({ version: 1, nextAt: NOW + S + 20, lineEndsAt: NOW + S + 20 + 44 * 20, intervalMs: 20 });
  });

  it('lets nobody pass those who wait', () => {
    const bucket = { version: 7, nextAt: NOW, lineEndsAt: NOW + 5 * S, intervalMs: 20 };
    const { grants, turns } = draw(bucket, FIFTY, ask({ returning: 3, first: 2 }));
    expect(grants).toEqual({ returning: 3, first: 0 });
    expect(turns).toEqual([NOW + 4500, NOW + 4520]);
  });

  it('forgets a line from which nobody comes', () => {
    const bucket = { version: 7, nextAt: NOW - 11 * S, lineEndsAt: NOW + 3600 * S, intervalMs: 20 };
    expect(draw(bucket, FIFTY, ask({ first: 2 })).grants.first).toBe(2);
    const alive = { ...bucket, nextAt: NOW - 9 * S };
    expect(draw(alive, FIFTY, ask({ first: 2 })).grants.first).toBe(0);
  });

  it('of a slow limit keeps a line that is some seconds late', () => {
    const slow = { limit: 1, perSeconds: 60 };
    const late = (ms: number) => ({ version: 7, nextAt: NOW - ms, lineEndsAt: NOW + 600 * S });
    for (const ms of [11 * S, 70 * S, 130 * S]) {
      const { grants, turns } = draw(late(ms), slow, ask({ first: 1 }));
      expect([grants.first, turns]).toEqual([0, [NOW + 599.5 * S]]);
    }
    expect(draw(late(130 * S + 1), slow, ask({ first: 1 })).grants.first).toBe(1);
  });

  it('of one in ten seconds gives one in ten seconds', () => {
    const slow = { limit: 1, perSeconds: 10 };
    const first = draw(undefined, slow, ask({ first: 3 }));
    expect([first.grants.first, first.startsAt]).toEqual([1, [NOW]]);
    expect(first.turns).toEqual([NOW + 9.5 * S, NOW + 19.5 * S]);
    expect(draw(first.bucket, slow, ask({ returning: 1, nowMs: NOW + 8 * S })).grants.returning).toBe(0);
    expect(draw(first.bucket, slow, ask({ returning: 1, nowMs: NOW + 9.5 * S })).startsAt).toEqual([NOW + 10 * S]);
  });

  it('of a limit under 10 saves nothing, and begins each job at its own time', () => {
    const five = { limit: 5, perSeconds: 2 };
    const { bucket, startsAt } = draw(undefined, five, ask({ first: 9 }));
    expect(startsAt).toEqual([NOW, NOW + 400, NOW + 800]);
    expect(draw(bucket, five, ask({ nowMs: NOW + 3600 * S, first: 1 })).bucket.nextAt).toBe(NOW + 3600 * S + 400);
  });

  it('of a changed limit counts from the last token, and the line keeps its length in jobs', () => {
    const hourly = { limit: 100, perSeconds: 3600 };
    const old = draw(undefined, hourly, ask({ first: 500 })).bucket;
    const fast = { limit: 100, perSeconds: 1 };
    const { bucket, turns } = draw(old, fast, ask({ nowMs: NOW + 5 * S, first: 1 }));
    const waiting = (old.lineEndsAt - old.nextAt) / 36_000;
    expect(waiting).toBe(489);
    // Whoever waits is through in some five seconds, and a new job comes behind them.
    expect(turns).toEqual([NOW + 5 * S + waiting * 10 - S / 2]);
    // A tenth of a second is saved up since the last token, as ever.
    expect(bucket).toMatchObject({ intervalMs: 10, nextAt: NOW + 4900 });
    // A slower one: what began already is the last token, the next falls due an hour after it.
    const slow = draw(
      { version: 3, nextAt: NOW + 10, lineEndsAt: NOW, intervalMs: 10 },
      { limit: 1, perSeconds: 3600 },
      ask({ first: 1 }),
    );
    expect([slow.grants.first, slow.bucket.nextAt]).toEqual([0, NOW + 3600 * S]);
  });

  it('never lets more than a limit under 10 begin in any stretch of its time, whatever comes', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 60_000 })),
      returning: fc.integer({ min: 0, max: 5 }),
      first: fc.integer({ min: 0, max: 5 }),
    });
    const rates = fc.record({ limit: fc.integer({ min: 1, max: 9 }), perSeconds: fc.integer({ min: 1, max: 60 }) });
    fc.assert(
      fc.property(rates, fc.array(step, { minLength: 5, maxLength: 60 }), (rate, steps) => {
        let nowMs = NOW;
        let bucket: Bucket | undefined;
        const starts: number[] = [];
        for (const { afterMs, returning, first } of steps) {
          nowMs += afterMs;
          const drawn = draw(bucket, rate, ask({ nowMs, returning, first }));
          starts.push(...drawn.startsAt.map((at) => Math.max(nowMs, at)));
          bucket = drawn.bucket;
        }
        for (const from of starts) {
          const within = starts.filter((at) => at >= from && at < from + rate.perSeconds * S).length;
          expect(within).toBeLessThanOrEqual(rate.limit);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets more than the limit and a tenth begin in any stretch of its time', () => {
    const step = fc.record({
      afterMs: fc.integer({ min: 0, max: 3000 }),
      returning: fc.integer({ min: 0, max: 20 }),
      first: fc.integer({ min: 0, max: 20 }),
    });
    const rates = fc.record({ limit: fc.integer({ min: 1, max: 100 }), perSeconds: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(rates, fc.array(step, { minLength: 5, maxLength: 60 }), (rate, steps) => {
        let nowMs = NOW;
        let bucket: Bucket | undefined;
        const starts: number[] = [];
        for (const { afterMs, returning, first } of steps) {
          nowMs += afterMs;
          const drawn = draw(bucket, rate, ask({ nowMs, returning, first }));
          const granted = drawn.grants.returning + drawn.grants.first;
          expect(granted + drawn.turns.length).toBe(returning + first);
          expect(drawn.startsAt).toHaveLength(granted);
          for (const at of drawn.startsAt) expect(at).toBeLessThanOrEqual(nowMs + S);
          starts.push(...drawn.startsAt.map((at) => Math.max(nowMs, at)));
          bucket = drawn.bucket;
        }
        const windowMs = rate.perSeconds * S;
        for (const from of starts) {
          const within = starts.filter((at) => at >= from && at < from + windowMs).length;
          // One batch begins together when its last one may: it counts as a whole.
          expect(within).toBeLessThanOrEqual(Math.ceil(rate.limit * 1.1) + 1 + 40);
        }
        expect(starts.length).toBeLessThanOrEqual(
          rate.limit * ((nowMs - NOW) / windowMs + 1.1) + 2 + rate.limit / rate.perSeconds,
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('limited', () => {
  it('is asked of everything that starts an attempt', () => {
    const starting = [
      begun(undefined),
      begun(waiting()),
      begun(running({ leaseUntil: NOW })),
      begun(dead(), redriven),
      begun(item({ expiration: 1 })),
    ];
    for (const { step } of starting) expect(startsAttempt(step)).toBe(true);
    const others = [
      begun(item()),
      begun(running()),
      begun(waiting({ dueAt: NOW + 5 * S })),
      begun(running({ owner: 'me' })),
      begun(undefined, { runAtMs: NOW + 5 * S }),
    ];
    for (const { step } of others) expect(startsAttempt(step)).toBe(false);
  });

  it('waits in place up to 60 s, whatever its state', () => {
    for (const { given, step } of [begun(undefined), begun(waiting()), begun(dead(), redriven)]) {
      expect(limited(given, step, turn(NOW + 60 * S))).toEqual({
        row: 'limited',
        action: 'wait',
        untilMs: NOW + 60 * S,
      });
    }
  });

  it('parks a new job beyond, without an attempt', () => {
    const { given, step } = begun(undefined);
    const { row, action, ...rest } = limited(given, step, turn(NOW + 60 * S + 0.5));
    expect([row, action]).toEqual(['limited', 'ack']);
    const dueAt = NOW + 60_001;
    expect(writeOf({ row, action, ...rest } as never)).toMatchObject({
      kind: 'insert',
      item: { status: 'SCHEDULED', attempts: 0, dueAt, listAt: dueAt, envelope: { body: given.message.body } },
    });
  });

  it('asks again before its turn if that is far ahead: after ten minutes, or a sixteenth of the time', () => {
    const { given, step } = begun(undefined);
    for (const [aheadS, askS] of [
      [300, 300],
      [3600, 600],
      [16 * 3600, 3600],
    ] as const) {
      const at = NOW + aheadS * S;
      const dueAt = NOW + askS * S;
      expect(writeOf(limited(given, step, turn(at)))).toMatchObject({
        item: { dueAt, listAt: dueAt, turn: { at, intervalMs: 36_000, askAt: dueAt } },
      });
    }
  });

  it('knows its turn while it waits for it, at the rate that holds now', () => {
    const kept = { at: NOW + 3600 * S, intervalMs: 36_000, askAt: NOW };
    const found = waiting({ turn: kept });
    expect(turnOf(found, NOW, 36_000)).toBe(NOW + 3600 * S);
    expect(turnOf(found, NOW, 1000)).toBe(NOW + 100 * S);
    // Near by now: a wait in place writes no turn, and would be counted anew from the old one each time.
    expect(turnOf(found, NOW, 10)).toBeUndefined();
    expect(turnOf(found, NOW + 4000 * S, 10)).toBe(NOW + 3600 * S);
    // Sent now by an operator, retried since, or never limited: no turn is kept.
    expect(turnOf(waiting({ turn: { ...kept, askAt: NOW - 1 } }), NOW, 10)).toBeUndefined();
    expect(turnOf(waiting(), NOW, 10)).toBeUndefined();
    expect(turnOf(undefined, NOW, 10)).toBeUndefined();
  });

  it('parks a waiting job beyond, as what it was', () => {
    const found = parkedItem(NOW, { attempts: 2 });
    const { given, step } = begun(found, { attributes: { due: NOW }, group: 'acme', trace: 'Root=1' });
    const dueAt = NOW + 90 * S;
    const wanted = limited(given, step, turn(dueAt));
    expect(wanted).toMatchObject({ row: 'limited', action: 'ack', write: { kind: 'update', fence: { dueAt: NOW } } });
    // Cancelled since it was read, it ends instead: parked, it would hold its place in a batch until its turn.
    expect(writeOf(wanted)).toMatchObject({ absent: ['cancelRequested'] });
    const { set, remove } = writeOf(wanted) as ItemUpdate;
    expect(set).toEqual({
      ...{ dueAt, listAt: dueAt, listKey: expect.stringMatching(/^due#/), expiration: expect.any(Number) },
      turn: { at: dueAt, intervalMs: 36_000, askAt: dueAt },
      envelope: { body: given.message.body, group: 'acme', trace: 'Root=1' },
    });
    expect(remove).toEqual([]);
  });

  it.each([
    ['a stalled job', running({ leaseUntil: NOW }), {}],
    ['a redrive', dead(), redriven],
    ['an expired one', item({ expiration: 1 }), {}],
    ['a body that no item holds', undefined, { body: TOO_BIG }],
  ])('lets %s wait in place, as it is', (_, found, received) => {
    const { given, step } = begun(found, received);
    expect(limited(given, step, turn(NOW + 600 * S))).toEqual({
      row: 'limited',
      action: 'wait',
      untilMs: NOW + 600 * S,
    });
  });
});
