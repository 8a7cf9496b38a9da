import { describe, expect, it } from 'vitest';
import { crashes } from '#sluice/testing';
import { newestOfEach, sliceAt } from '../../../../functions/sync-data/upsert.ts';
import { idsWritten, record, startPagesForTests, syncFrom, TABLE } from './sync.ts';

const source = await startPagesForTests();
const { pages } = source;
const url = `${source.url}/records`;

const stored = (id: string, updatedAt: string, value = 0) => ({ source: 'crm', id, updatedAt, data: { value } });

describe('the newer record wins', () => {
  it('an older record is dropped and counted; the slice is written', async () => {
    const [older, same, newer] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
    const items = [stored('a', newer, 1), stored('b', same, 1), stored('c', older, 1)];
    const records = ['a', 'b', 'c', 'd'].map((id) => record(id, same, 2));
    pages.set('', { records, nextCursor: null });
    const run = await syncFrom(url, { items });
    expect(run.result).toEqual({ pages: 1, records: 2, dropped: 2 });
    expect(run.tables[TABLE]).toEqual([
      stored('a', newer, 1),
      stored('b', same, 1),
      stored('c', same, 2),
      stored('d', same, 2),
    ]);
  });

  it('a slice with only older records is done', async () => {
    pages.set('', { records: [record('a')], nextCursor: null });
    const run = await syncFrom(url, { items: [stored('a', '2026-02-01T00:00:00.000Z')] });
    expect(run.result).toEqual({ pages: 1, records: 0, dropped: 1 });
  });

  it('dropped records are counted once over all slices, also after a crash', async () => {
    const ids = Array.from({ length: 250 }, (_, i) => `r${i}`);
    const items = ['r0', 'r98', 'r99', 'r249'].map((id) => stored(id, '2027-01-01T00:00:00.000Z'));
    pages.set('', { records: ids.map((id) => record(id)), nextCursor: null });
    const run = await syncFrom(url, { items, faults: [crashes({ checkpoint: 2, moment: 'after' })] });
    expect(run).toMatchObject({ attempts: 2, result: { pages: 1, records: 246, dropped: 4 } });
    expect(run.checkpoints[1]).toMatchObject({ offset: 198, records: 195, dropped: 3 });
    expect(idsWritten(run)).toHaveLength(246);
  });

  it('times of other zones compare as time', async () => {
    const records = [record('a', '2026-01-01T12:30:00+02:00', 2), record('b', '2026-01-01T12:30:00+02:00', 2)];
    pages.set('', { records, nextCursor: null });
    const run = await syncFrom(url, { items: [stored('a', '2026-01-01T11:00:00.000Z', 1)] });
    expect(run.result).toMatchObject({ records: 1, dropped: 1 });
    expect(run.tables[TABLE]).toEqual([
      stored('a', '2026-01-01T11:00:00.000Z', 1),
      stored('b', '2026-01-01T10:30:00.000Z', 2),
    ]);
  });

  it('of two records with one id in a page the newest is written', async () => {
    const records = [
      record('a', '2026-01-01T00:00:00Z', 1),
      record('b', '2026-01-01T00:00:00Z', 2),
      record('a', '2026-01-03T00:00:00Z', 3),
      record('a', '2026-01-02T00:00:00Z', 4),
    ];
    pages.set('', { records, nextCursor: null });
    const run = await syncFrom(url);
    expect(run.result).toEqual({ pages: 1, records: 2, dropped: 0 });
    expect(run.tables[TABLE]).toEqual([
      stored('a', '2026-01-03T00:00:00.000Z', 3),
      stored('b', '2026-01-01T00:00:00.000Z', 2),
    ]);
  });

  it('times are compared as times, not as text', () => {
    const newer = record('a', '2026-01-01T12:00:00Z');
    expect(newestOfEach([newer, record('a', '2026-01-01T13:00:00+02:00')])).toEqual([newer]);
  });

  it('an id that is a JavaScript property name is written like any other', async () => {
    const records = ['__proto__', 'constructor', 'toString'].map((id) => record(id));
    pages.set('', { records, nextCursor: null });
    const run = await syncFrom(url);
    expect(run.result).toMatchObject({ records: 3 });
    expect(idsWritten(run)).toEqual(['__proto__', 'constructor', 'toString']);
  });
});

describe('slices', () => {
  const wide = (id: string, bytes: number) => ({ ...record(id), data: { text: 'é'.repeat(bytes / 2) } });

  it('hold 99 records', () => {
    const records = Array.from({ length: 250 }, (_, i) => record(`r${i}`));
    expect([0, 99, 198, 250].map((offset) => sliceAt(records, offset).length)).toEqual([99, 99, 52, 0]);
    expect(sliceAt(records, 99).at(0)?.id).toBe('r99');
  });

  it('hold 2.5 MB, counted in bytes, and one record at least', () => {
    const records = [...['a', 'b', 'c', 'd'].map((id) => wide(id, 800_000)), wide('e', 3_500_000)];
    expect([0, 3, 4].map((offset) => sliceAt(records, offset).map(({ id }) => id))).toEqual([
      ['a', 'b', 'c'],
      ['d'],
      ['e'],
    ]);
  });
});
