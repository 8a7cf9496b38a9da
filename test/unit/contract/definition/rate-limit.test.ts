import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, type Draw, draw, type RateLimit } from '../../../../lib/contract/definition/rate-limit.ts';
import { begin } from '../../../../lib/contract/protocol/begin.ts';
import type { ItemUpdate } from '../../../../lib/contract/protocol/item-write.ts';
import { limited, needsToken } from '../../../../lib/contract/protocol/rate-limited.ts';
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
const FIFTY: RateLimit = { limit: 50, perSeconds: 1 };
const begun = (found: Parameters<typeof facts>[0], received = {}) => {
  const given = facts(found, received);
  return { given, step: begin(given) };
};

describe('a draw', () => {
  it('gives what was saved and what falls due within the hold, and begins all when the last one may', () => {
    const { grants, startAt, turns } = draw(undefined, FIFTY, ask({ first: 100 }));
    // A tenth of a second was saved, a second is held: 5 and 50, and the one at the edge.
    expect(grants).toEqual({ returning: 0, first: 56 });
    expect(startAt).toBe(NOW + S);
    expect(turns).toHaveLength(44);
  });

  it('promises turns at the rate, half a hold early', () => {
    const { turns, bucket } = draw(undefined, FIFTY, ask({ first: 100 }));
    expect(turns[0]).toBe(NOW + S + 20 - S / 2);
    expect(turns.slice(1).map((at, i) => at - (turns[i] ?? 0))).toEqual(Array.from({ length: 43 }, () => 20));
    expect(bucket).toEqual({ version: 1, nextAt: NOW + S + 20, lineEndsAt: NOW + S + 20 + 44 * 20 });
  });

  it('lets nobody pass those who wait', () => {
    const bucket = { version: 7, nextAt: NOW, lineEndsAt: NOW + 5 * S };
    const { grants, turns } = draw(bucket, FIFTY, ask({ returning: 3, first: 2 }));
    expect(grants).toEqual({ returning: 3, first: 0 });
    expect(turns).toEqual([NOW + 4500, NOW + 4520]);
  });

  it('forgets a line from which nobody comes', () => {
    const bucket = { version: 7, nextAt: NOW - 11 * S, lineEndsAt: NOW + 3600 * S };
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
    expect([first.grants.first, first.startAt]).toEqual([1, NOW - S]);
    expect(first.turns).toEqual([NOW + 8.5 * S, NOW + 18.5 * S]);
    expect(draw(first.bucket, slow, ask({ returning: 1, nowMs: NOW + 7 * S })).grants.returning).toBe(0);
    expect(draw(first.bucket, slow, ask({ returning: 1, nowMs: NOW + 8.5 * S })).startAt).toBe(NOW + 9 * S);
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
          expect(drawn.startAt).toBeLessThanOrEqual(nowMs + S);
          starts.push(...Array.from({ length: granted }, () => Math.max(nowMs, drawn.startAt)));
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
    for (const { step } of starting) expect(needsToken(step)).toBe(true);
    const others = [
      begun(item()),
      begun(running()),
      begun(waiting({ dueAt: NOW + 5 * S })),
      begun(running({ owner: 'me' })),
      begun(undefined, { runAtMs: NOW + 5 * S }),
    ];
    for (const { step } of others) expect(needsToken(step)).toBe(false);
  });

  it('waits in place up to 60 s, whatever its state', () => {
    for (const { given, step } of [begun(undefined), begun(waiting()), begun(dead(), redriven)]) {
      expect(limited(given, step, NOW + 60 * S)).toEqual({ row: 'limited', action: 'wait', untilMs: NOW + 60 * S });
    }
  });

  it('parks a new job beyond, without an attempt', () => {
    const { given, step } = begun(undefined);
    const { row, action, ...rest } = limited(given, step, NOW + 60 * S + 0.5);
    expect([row, action]).toEqual(['limited', 'ack']);
    const dueAt = NOW + 60_001;
    expect(writeOf({ row, action, ...rest } as never)).toMatchObject({
      kind: 'insert',
      item: { status: 'SCHEDULED', attempts: 0, dueAt, listAt: dueAt, envelope: { body: given.message.body } },
    });
  });

  it('parks a waiting job beyond, as what it was', () => {
    const found = parkedItem(NOW, { attempts: 2 });
    const { given, step } = begun(found, { attributes: { due: NOW }, group: 'acme', trace: 'Root=1' });
    const dueAt = NOW + 90 * S;
    const wanted = limited(given, step, dueAt);
    expect(wanted).toMatchObject({ row: 'limited', action: 'ack', write: { kind: 'update', fence: { dueAt: NOW } } });
    const { set, remove } = writeOf(wanted) as ItemUpdate;
    expect(set).toEqual({
      ...{ dueAt, listAt: dueAt, listKey: expect.stringMatching(/^due#/), expiration: expect.any(Number) },
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
    expect(limited(given, step, NOW + 600 * S)).toEqual({ row: 'limited', action: 'wait', untilMs: NOW + 600 * S });
  });
});
