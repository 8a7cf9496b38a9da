import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Totals, toCsv } from '../../../../functions/generate-report/csv.ts';
import type { SyncedRecord } from '../../../../functions/generate-report/records.ts';
import { inDepth } from '../../../support/depth.ts';
import { parseCsv } from './parse-csv.ts';

const AT = '2026-01-01T00:00:00.000Z';
const record = (data: SyncedRecord['data'], id = 'a'): SyncedRecord => ({ id, updatedAt: AT, data });

/** The report of records, a page each. */
async function report(pages: readonly (readonly SyncedRecord[])[]) {
  const totals: Totals = { rows: 0, sum: 0n };
  const chunks: string[] = [];
  for await (const chunk of toCsv(fromList(pages), totals)) chunks.push(chunk);
  const [header, ...rows] = parseCsv(chunks.join(''));
  return { totals, header, rows, chunks };
}

async function* fromList<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}

const sumOf = async (...amounts: unknown[]) => (await report([amounts.map((amount) => record({ amount }))])).totals.sum;

describe('rows', () => {
  it('come under a header, one chunk a page', async () => {
    const data = { amount: 12, note: 'two\nlines, "quoted"' };
    const { header, rows, chunks, totals } = await report([[record(data)], [], [record({}, 'b')]]);
    expect(header).toEqual(['id', 'updatedAt', 'amount', 'data']);
    expect(rows).toEqual([
      ['a', AT, '12', JSON.stringify(data)],
      ['b', AT, '', '{}'],
    ]);
    expect(chunks).toHaveLength(4);
    expect(totals).toEqual({ rows: 2, sum: 12n });
  });

  it('of an empty report are the header alone', async () => {
    expect(await report([])).toMatchObject({ rows: [], totals: { rows: 0, sum: 0n } });
  });
});

/** What a spreadsheet runs, or trims until it runs (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r＝＋－＠]/;

describe('formulas', () => {
  it.each([
    '=1+1',
    '+1',
    '-1+cmd|/c calc!A0',
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '=HYPERLINK("http://evil.net","x")',
    '＝1+1',
  ])('%o is text, as an id and as an amount', async (text) => {
    const { rows } = await report([[record({ amount: text }, text)]]);
    expect(rows).toEqual([[`'${text}`, AT, `'${text}`, JSON.stringify({ amount: text })]]);
  });

  it.each(['a=1', '1-1', "'=1", 'ada@example.com', ' =1'])('%o is left as it is', async (text) => {
    expect((await report([[record({}, text)]])).rows).toEqual([[text, AT, '', '{}']]);
  });

  it.each(['a;=1+1', 'a\t=1+1'])('%o is one field also for readers that separate by ; or tab', async (text) => {
    expect((await report([[record({}, text)]])).chunks[1]).toMatch(`"${text}",`);
  });

  it.each([
    [-12, '-12'],
    [-0.5, '-0.5'],
    [0, '0'],
    [1e21, '1e+21'],
    [-9007199254740991, '-9007199254740991'],
    [-9007199254740993n, '-9007199254740993'],
  ])('%d stays a number', async (amount, text) => {
    expect((await report([[record({ amount })]])).rows[0]?.[2]).toBe(text);
  });
});

it('a CSV reader reads back every record', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc.string({ unit: fc.constantFrom(...'=+-@\t\r\n",;\'a1 ＝'), minLength: 1 }),
  );
  const amount = fc.oneof(text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
  const data = fc
    .record({ amount: fc.option(amount, { nil: undefined }), note: fc.jsonValue() })
    .map((value) => JSON.parse(JSON.stringify(value)) as SyncedRecord['data']);
  const records = fc.array(fc.record({ id: text, updatedAt: fc.constant(AT), data }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(records, { maxLength: 3 }), async (pages) => {
      const { rows, totals } = await report(pages);
      const all = pages.flat();
      expect(totals.rows).toBe(all.length);
      expect(rows).toEqual(all.map(cells));
      for (const cell of rows.flat()) expect(FORMULA.test(cell) && Number.isNaN(Number(cell))).toBe(false);
    }),
    { numRuns: 300 },
  );
});

function cells({ id, updatedAt, data }: SyncedRecord): string[] {
  const neutral = (value: string) => (FORMULA.test(value) ? `'${value}` : value);
  const { amount = '' } = data;
  return [neutral(id), updatedAt, typeof amount === 'string' ? neutral(amount) : String(amount), JSON.stringify(data)];
}

describe('the sum', () => {
  it('is exact beyond 2^53', async () => {
    const amount = Number.MAX_SAFE_INTEGER;
    expect(await sumOf(amount, amount, 2)).toBe(18_014_398_509_481_984n);
    expect(await sumOf(-amount, -amount, -1)).toBe(-18_014_398_509_481_983n);
    // As the document client reads whole numbers that a JavaScript number does not hold.
    expect(await sumOf(9_007_199_254_740_993n, 1)).toBe(9_007_199_254_740_994n);
  });

  it('is of whole numbers only', async () => {
    expect(await sumOf(1, 2.5, '4', null, undefined, true, [8], 16)).toBe(17n);
  });

  it('includes all pages', async () => {
    const pages = [1, 2, 3].map((amount) => [record({ amount }), record({ amount: amount * 10 })]);
    expect((await report(pages)).totals).toEqual({ rows: 6, sum: 66n });
  });
});

/** Of a thousand rows each: in depth a million rows, some 90 MB of text. */
const PAGES = inDepth(1000, 250);

it('rows without number need the memory of a page', { timeout: 60_000 }, async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  async function* pages(): AsyncGenerator<SyncedRecord[]> {
    for (let page = 0; page < PAGES; page++) {
      yield Array.from({ length: 1000 }, (_, i) => record({ amount: i, note: `row ${i}` }, `r-${page}-${i}`));
    }
  }
  const heapMb = () => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const totals: Totals = { rows: 0, sum: 0n };
  const before = heapMb();
  let chunks = 0;
  let most = 0;
  for await (const chunk of toCsv(pages(), totals)) {
    expect(chunk.length).toBeLessThan(200_000);
    if (++chunks % 50 === 0) most = Math.max(most, heapMb() - before);
  }
  expect(totals).toEqual({ rows: PAGES * 1000, sum: BigInt(PAGES) * 499_500n });
  expect(chunks).toBe(PAGES + 1);
  // A page is some 90 KB of text, and its records are as many objects.
  expect(most).toBeLessThan(10);
});
