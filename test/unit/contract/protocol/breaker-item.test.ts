import { describe, expect, it } from 'vitest';
import { breakerId, type CircuitBreaker } from '../../../../lib/contract/definition/breaker.ts';
import {
  type BreakerItem,
  type BreakerWrite,
  closeByOperator,
  closeByProbe,
  closeForGood,
  counted,
  hasRoom,
  intervalEndsAt,
  isOver,
  letProbe,
  nextProbeNow,
  openByOperator,
  openByRate,
  take,
  totals,
} from '../../../../lib/contract/protocol/breaker-item.ts';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { makeBreakerTable } from '../../../../lib/engine/table/breaker/item.ts';
import { makeMemoryDynamoDb, makeVirtualClock } from '../../../../lib/testing/index.ts';

const S = 1000;
/** The start of a window. */
const NOW = Date.UTC(2026, 0, 1);
const BREAKER: CircuitBreaker = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const at = (nowMs: number) => ({ breaker: BREAKER, nowMs });
const NONE = { ok: 0, failed: 0 };
const ID = breakerId('probe');

/** The item, behind a table in memory: what each write makes of it, by DynamoDB's own expressions. */
function makeTable() {
  const clock = makeVirtualClock();
  const { client } = makeMemoryDynamoDb({ clock, tables: { jobs: ['id'] } });
  const callTime = makeCallTime({ clock, random: () => 0 });
  const table = makeBreakerTable(ID, { table: 'jobs', clock, dynamoDb: client, callTime });
  return {
    ...table,
    async must(write: BreakerWrite | undefined): Promise<BreakerItem> {
      if (write === undefined) throw new TypeError('there is nothing to write');
      const { written, item } = await table.write(write);
      if (!written || item === undefined) throw new TypeError(`${JSON.stringify(write)} was refused`);
      return item;
    },
  };
}

describe('counts of a breaker', () => {
  it('are of this window, and of the part of the last one that lies within perSeconds', async () => {
    const { must } = makeTable();
    const first = await must(counted(undefined, at(NOW + S), { ok: 4, failed: 8 }));
    expect(first).toMatchObject({ state: 'closed', version: 1, window: NOW, ok: 4, failed: 8 });
    const more = await must(counted(first, at(NOW + 50 * S), { ok: 0, failed: 2 }));
    expect(more).toMatchObject({ version: 1, ok: 4, failed: 10 });
    expect(totals(more, at(NOW + 59 * S), NONE)).toEqual({ ok: 4, failed: 10 });
    expect(totals(more, at(NOW + 75 * S), { ok: 1, failed: 1 })).toEqual({ ok: 4, failed: 8.5 });
    const next = await must(counted(more, at(NOW + 75 * S), { ok: 1, failed: 1 }));
    expect(next).toMatchObject({ window: NOW + 60 * S, ok: 1, failed: 1, lastOk: 4, lastFailed: 10 });
    expect(totals(next, at(NOW + 75 * S), NONE)).toEqual({ ok: 4, failed: 8.5 });
    expect(totals(next, at(NOW + 185 * S), NONE)).toEqual(NONE);
    const late = await must(counted(next, at(NOW + 185 * S), { ok: 0, failed: 3 }));
    expect(late).toMatchObject({ window: NOW + 180 * S, ok: 0, failed: 3, lastOk: 0, lastFailed: 0 });
  });

  it('of a clock that is behind are in the window that the others have begun', async () => {
    const { must } = makeTable();
    const found = await must(counted(undefined, at(NOW), { ok: 1, failed: 0 }));
    const behind = await must(counted(found, at(NOW - S), { ok: 0, failed: 1 }));
    expect(behind).toMatchObject({ window: NOW, ok: 1, failed: 1 });
    expect(totals(behind, at(NOW - S), NONE)).toMatchObject({ ok: 1, failed: 1 });
  });

  it('are written side by side, and the slower of two that begin a window is told what stands', async () => {
    const { must, write } = makeTable();
    const found = await must(counted(undefined, at(NOW), { ok: 1, failed: 0 }));
    await must(counted(found, at(NOW + 61 * S), { ok: 0, failed: 5 }));
    const slower = await write(counted(found, at(NOW + 61 * S), { ok: 0, failed: 2 }));
    expect(slower).toMatchObject({ written: false, item: { failed: 5 } });
    expect(await must(counted(slower.item, at(NOW + 61 * S), { ok: 0, failed: 2 }))).toMatchObject({ failed: 7 });
    expect(await write(counted(undefined, at(NOW), { ok: 1, failed: 0 }))).toMatchObject({ written: false });
  });

  it.each([
    [{ ok: 5, failed: 5 }, true],
    [{ ok: 6, failed: 5 }, false],
    [{ ok: 0, failed: 9 }, false],
    [{ ok: 0, failed: 10 }, true],
  ])('%j are over half of at least 10: %s', (tally, over) => {
    expect(isOver(tally, BREAKER)).toBe(over);
  });
});

describe('a breaker that is open', () => {
  it('by the rate lets one probe through at a time, and does not expire', async () => {
    const { must, write } = makeTable();
    const found = await must(counted(undefined, at(NOW), { ok: 0, failed: 10 }));
    const open = await must(openByRate(found, at(NOW + S), 'opener'));
    expect(open).toMatchObject({ state: 'open', by: 'rate', openedAt: NOW + S, nextProbeAt: NOW + 31 * S, version: 2 });
    expect(open).not.toHaveProperty('expiration');
    expect(await write(openByRate(found, at(NOW + S), 'opener'))).toMatchObject({ written: false });
    const probing = await must(letProbe(open, at(NOW + 31 * S), 'me'));
    expect(probing).toMatchObject({ probe: 'me', nextProbeAt: NOW + 61 * S });
    expect(await write(letProbe(open, at(NOW + 31 * S), 'other'))).toMatchObject({ item: { probe: 'me' } });
    expect(await must(nextProbeNow('me', at(NOW + 40 * S)))).toMatchObject({
      state: 'open',
      nextProbeAt: NOW + 40 * S,
    });
    expect(await write(nextProbeNow('other', at(NOW + 40 * S)))).toMatchObject({ written: false });
  });

  it('opens where nothing was counted yet', async () => {
    const { must } = makeTable();
    expect(await must(openByRate(undefined, at(NOW), 'opener'))).toMatchObject({ state: 'open', version: 1, ok: 0 });
  });

  it('is closed by a probe of this opening alone, and counts anew', async () => {
    const { must, write } = makeTable();
    const open = await must(openByRate(undefined, at(NOW), 'opener'));
    expect(await write(closeByProbe(NOW - S, at(NOW + S)))).toMatchObject({ written: false });
    await must(counted(open, at(NOW), { ok: 0, failed: 7 }));
    const closing = await must(closeByProbe(NOW, at(NOW + 31 * S)));
    expect(closing).toMatchObject({ state: 'closing', closedAt: NOW + 31 * S, interval: 0, taken: 0, failed: 0 });
    for (const gone of ['by', 'nextProbeAt', 'probe']) expect(closing).not.toHaveProperty(gone);
    expect(closing.expiration).toBeGreaterThan(NOW / S);
  });

  it('by an operator has no probes, and is closed by an operator alone', async () => {
    const { must, write } = makeTable();
    const open = await must(openByRate(undefined, at(NOW), 'opener'));
    const held = await must(openByOperator(await must(letProbe(open, at(NOW), 'me')), NOW + S));
    expect(held).toMatchObject({ state: 'open', by: 'operator', openedAt: NOW + S });
    for (const gone of ['nextProbeAt', 'probe', 'expiration']) expect(held).not.toHaveProperty(gone);
    for (const ended of [
      closeByProbe(NOW, at(NOW + S)),
      closeByProbe(NOW + S, at(NOW + S)),
      nextProbeNow('me', at(NOW)),
    ])
      expect(await write(ended)).toMatchObject({ written: false });
    const closing = await must(closeByOperator(held, NOW + 5 * S));
    expect(closing).toMatchObject({ state: 'closing', closedAt: NOW + 5 * S });
    expect(closeByOperator(closing, NOW + 6 * S)).toBeUndefined();
    expect(closeByOperator(undefined, NOW)).toBeUndefined();
  });

  it('may be opened by an operator before anything was counted', async () => {
    const { must } = makeTable();
    const held = await must(openByOperator(undefined, NOW));
    expect(held).toMatchObject({ state: 'open', by: 'operator', version: 1, ok: 0, failed: 0 });
    expect(await must(counted(held, at(NOW), { ok: 1, failed: 0 }))).toMatchObject({ state: 'open', ok: 1 });
  });
});

describe('a breaker that is closing', () => {
  const closed = async () => {
    const table = makeTable();
    await table.must(openByRate(undefined, at(NOW), 'opener'));
    return { ...table, closing: await table.must(closeByProbe(NOW, at(NOW))) };
  };

  const later = (seconds: number) => at(NOW + seconds * S);

  it('has room for 1, 2, 4, … starts an interval of probeSeconds', async () => {
    const { must, closing } = await closed();
    const rooms: number[] = [];
    let found = closing;
    for (let interval = 0; interval < 6; interval++) {
      const taking = take(found, later(interval * 30), 1000);
      rooms.push(taking?.granted ?? 0);
      found = await must(taking?.write);
      expect(take(found, later(interval * 30 + 29), 1)).toBeUndefined();
      expect(intervalEndsAt(found, later(interval * 30 + 29))).toBe(NOW + (interval + 1) * 30 * S);
      expect(hasRoom(found, later((interval + 1) * 30))).toBe(false);
    }
    expect(rooms).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it('gives no start twice to those who take side by side', async () => {
    const { must, write, closing } = await closed();
    const found = await must(take(closing, later(60), 1)?.write);
    const [one, other] = [take(found, later(61), 2), take(found, later(62), 2)];
    await must(one?.write);
    const refused = await write(other?.write as BreakerWrite);
    expect(refused).toMatchObject({ written: false, item: { taken: 3 } });
    expect(take(refused.item as BreakerItem, later(62), 2)).toMatchObject({ granted: 1 });
  });

  it('closes for good once an interval had more room than was asked for', async () => {
    const { must, closing } = await closed();
    const found = await must(take(await must(take(closing, later(0), 1)?.write), later(30), 1)?.write);
    expect([hasRoom(found, at(NOW + 59 * S)), hasRoom(found, at(NOW + 60 * S))]).toEqual([false, true]);
    const done = await must(closeForGood(found));
    expect(done).toMatchObject({ state: 'closed', closedAt: NOW });
    for (const gone of ['interval', 'taken']) expect(done).not.toHaveProperty(gone);
  });

  it('closes for good where nobody asked in a whole interval, and after 131,072 starts at the latest', async () => {
    const { must, closing } = await closed();
    expect(hasRoom(closing, at(NOW + 29 * S))).toBe(false);
    expect(hasRoom(closing, at(NOW + 60 * S))).toBe(true);
    const busy = await must(take(closing, later(17 * 30), 1_000_000)?.write);
    expect(busy.taken).toBe(131_072);
    expect(hasRoom(busy, at(NOW + 18 * 30 * S))).toBe(true);
  });

  it('is in the interval that the others have begun, for a clock that is behind', async () => {
    const { must, closing } = await closed();
    const found = await must(take(closing, later(60), 3)?.write);
    expect(take(found, later(59), 5)).toMatchObject({ granted: 1 });
  });

  it('opens again by what is counted since', async () => {
    const { must, closing } = await closed();
    const found = await must(counted(closing, at(NOW + S), { ok: 0, failed: 10 }));
    expect(isOver(totals(found, at(NOW + S), NONE), BREAKER)).toBe(true);
    const open = await must(openByRate(found, at(NOW + 2 * S), 'opener'));
    expect(open).toMatchObject({ state: 'open', by: 'rate', openedAt: NOW + 2 * S });
    for (const gone of ['interval', 'taken']) expect(open).not.toHaveProperty(gone);
  });
});
