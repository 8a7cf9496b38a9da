import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sliceAt } from '../../functions/sync-data/upsert.ts';
import { PermanentError, SnoozeError } from '../../lib/contract/errors.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../lib/testing/item-size.ts';
import { rejection } from './support/context.ts';
import { makeRecordsTable, type RecordsTable, TABLE } from './support/records-table.ts';
import { attemptOn, record, startPages } from './support/sync.ts';

const source = await startPages();
const { pages } = source;
const url = `${source.url}/records`;
afterAll(() => source.stop());

let table: RecordsTable;
function begin() {
  table = makeRecordsTable();
  pages.clear();
  vi.stubEnv('RECORDS_TABLE', TABLE);
  vi.stubEnv('SYNC_LOCAL', '1');
  vi.stubEnv('SYNC_ALLOWED_HOSTS', `127.0.0.1:${source.port}`);
}
beforeEach(begin);

/** Pages c0 (the first) to c(n - 1), each of which leads to the next, and the last to `back`. */
function chain(length: number, back: string | null) {
  for (let i = 0; i < length; i++) {
    const nextCursor = i + 1 < length ? `c${i + 1}` : back;
    pages.set(i === 0 ? '' : `c${i}`, { records: [record(`r${i}`)], nextCursor });
  }
}

const asked = () => new Set(table.states.map((state) => (state as { pages: number }).pages)).size;

describe('cursors', () => {
  it('in a circle end the job for good, wherever it is entered and however long it is', async () => {
    const circles = fc.record({ length: fc.integer({ min: 2, max: 24 }), entry: fc.nat({ max: 22 }) });
    await fc.assert(
      fc.asyncProperty(circles, async ({ length, entry }) => {
        begin();
        chain(length, `c${1 + (entry % (length - 1))}`);
        const error = await rejection(attemptOn(table, { url }));
        expect(error).toBeInstanceOf(PermanentError);
        expect(error.message).toContain('never end');
        // Brent: no more than three times the way to the circle and round it, and the power of two behind it.
        expect(asked()).toBeLessThanOrEqual(3 * length + 2);
      }),
      { numRuns: 40 },
    );
  });

  it('in a circle are noticed over attempts that go on from each other', async () => {
    chain(6, 'c3');
    let error: unknown;
    for (let attempts = 0; attempts < 20; attempts++) {
      error = await rejection(attemptOn(table, { url, remainingMs: () => 0 }));
      if (!(error instanceof SnoozeError)) break;
    }
    expect(error).toBeInstanceOf(PermanentError);
  });

  it('that no checkpoint would hold end the job for good', async () => {
    pages.set('', { records: [record('a')], nextCursor: 'c'.repeat(4097) });
    expect(await rejection(attemptOn(table, { url }))).toBeInstanceOf(PermanentError);
    expect(table.written).toEqual([]);
  });

  it('are not suspected in a long straight way', async () => {
    chain(70, null);
    expect(await attemptOn(table, { url })).toEqual({ pages: 70, records: 70, dropped: 0 });
  });
});

describe('a slow source', () => {
  /** Ten seconds a page; `leftMs` at the start. */
  const clockOf = (leftMs: number) => {
    let calls = 0;
    // The time is looked at three times a page: before it, after it, and after its only slice.
    return () => leftMs - Math.floor((calls++ + 2) / 3) * 10_000;
  };

  it('is left before a page that may pass the deadline', async () => {
    chain(5, null);
    expect(await rejection(attemptOn(table, { url, remainingMs: clockOf(29_999) }))).toBeInstanceOf(SnoozeError);
    expect(table.state()).toMatchObject({ pages: 1, cursor: 'c1' });
  });

  it('is read on while two such pages fit', async () => {
    chain(5, null);
    expect(await rejection(attemptOn(table, { url, remainingMs: clockOf(40_000) }))).toBeInstanceOf(SnoozeError);
    expect(table.state()).toMatchObject({ pages: 3, cursor: 'c3' });
  });

  it('is not asked again for a page that is half written', async () => {
    pages.set('', { records: Array.from({ length: 250 }, (_, i) => record(`r${i}`)), nextCursor: 'c1' });
    let calls = 0;
    // The page took 100 s; 20 s are left, enough for its slices.
    const remainingMs = () => (calls++ === 0 ? 120_000 : 20_000);
    expect(await rejection(attemptOn(table, { url, remainingMs }))).toBeInstanceOf(SnoozeError);
    expect(table.state()).toMatchObject({ pages: 1, records: 250, offset: 0 });
  });
});

describe('slices fit a transaction as DynamoDB counts', () => {
  const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
  it.each([
    ['numbers of a digit', 7],
    ['empty objects', {}],
    ['nulls', null],
    ['letters', 'x'],
  ])('lists of %s', (_, value) => {
    const list = Array.from({ length: 40_000 }, () => value);
    const records = Array.from({ length: 99 }, (_, i) => ({ ...record(`r${i}`), data: { list } }));
    const slice = sliceAt(records, 0);
    const bytes = slice.map((item) => itemBytes(marshall({ source: 'x'.repeat(64), ...item })));
    expect(bytes.reduce((sum, one) => sum + one, MAX_ITEM_BYTES)).toBeLessThanOrEqual(MAX_TRANSACTION_BYTES);
  });
});
