import { marshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeVirtualClock, type TestRun } from '#sluice/testing';
import { sliceAt } from '../../../../functions/sync-data/upsert.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../../../lib/testing/aws/dynamodb/item-size.ts';
import { DEAD, idsWritten, record, startPagesForTests, syncFrom } from './sync.ts';

const source = await startPagesForTests();
const { pages } = source;
const url = `${source.url}/records`;

/** Pages c0 (the first) to c(n - 1), each of which leads to the next, and the last to `back`. */
function chain(length: number, back: string | null) {
  for (let i = 0; i < length; i++) {
    const nextCursor = i + 1 < length ? `c${i + 1}` : back;
    pages.set(i === 0 ? '' : `c${i}`, { records: [record(`r${i}`)], nextCursor });
  }
}

const asked = ({ checkpoints }: TestRun) =>
  new Set(checkpoints.map((state) => (state as { pages: number }).pages)).size;

describe('cursors', () => {
  it('in a circle end the job for good, for every entry and length of the circle', async () => {
    const circles = fc.record({ length: fc.integer({ min: 2, max: 24 }), entry: fc.nat({ max: 22 }) });
    await fc.assert(
      fc.asyncProperty(circles, async ({ length, entry }) => {
        pages.clear();
        chain(length, `c${1 + (entry % (length - 1))}`);
        const run = await syncFrom(url);
        expect(run).toMatchObject({ ...DEAD, error: { message: expect.stringContaining('never end') } });
        // Brent: no more than three times the way to the circle and round it, and the power of two behind it.
        expect(asked(run)).toBeLessThanOrEqual(3 * length + 2);
      }),
      { numRuns: 40 },
    );
  });

  it('in a circle are detected over several attempts', async () => {
    chain(6, 'c3');
    const run = await syncFrom(url, { timeoutSeconds: 1 });
    expect(run).toMatchObject(DEAD);
    expect(run.item.snoozes).toBeGreaterThan(3);
    expect(run.item.snoozes).toBeLessThan(20);
  });

  it('that are too long for a checkpoint end the job for good', async () => {
    pages.set('', { records: [record('a')], nextCursor: 'c'.repeat(4097) });
    const run = await syncFrom(url);
    expect(run).toMatchObject(DEAD);
    expect(idsWritten(run)).toEqual([]);
  });

  it('of a long source without a circle are accepted', async () => {
    chain(70, null);
    expect(await syncFrom(url)).toMatchObject({ result: { pages: 70, records: 70, dropped: 0 } });
  });
});

describe('a slow source', () => {
  /** Each page takes so long. */
  const slow = (pageMs: number) => {
    const clock = makeVirtualClock();
    source.before = () => clock.advance(pageMs);
    return clock;
  };

  it('is left to the next invocation before a page that may pass the deadline', async () => {
    chain(5, null);
    const run = await syncFrom(url, { clock: slow(10_000), timeoutSeconds: 29 });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, delaysMs: [0, 0, 0, 0] });
    expect(run.startsMs).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
  });

  it('is read as long as two such pages fit', async () => {
    chain(5, null);
    const run = await syncFrom(url, { clock: slow(10_000), timeoutSeconds: 40 });
    expect(run).toMatchObject({ status: 'COMPLETED', attempts: 1, startsMs: [0, 30_000] });
    expect(run.checkpoints[2]).toMatchObject({ pages: 3, cursor: 'c3' });
  });

  it('is not asked again for a page that is half written', async () => {
    pages.set('', { records: Array.from({ length: 250 }, (_, i) => record(`r${i}`)), nextCursor: 'c1' });
    pages.set('c1', { records: [], nextCursor: null });
    // The page took 100 s; 20 s are left, enough for its slices.
    const run = await syncFrom(url, { clock: slow(100_000), timeoutSeconds: 120 });
    expect(run).toMatchObject({ status: 'COMPLETED', startsMs: [0, 100_000] });
    expect(run.checkpoints[2]).toMatchObject({ pages: 1, records: 250, offset: 0 });
    expect(source.asked).toEqual(['', 'c1']);
  });
});

describe('slices fit a transaction by DynamoDB’s count', () => {
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
