import { stringify } from 'csv-stringify/sync';
import type { SyncedRecord } from './records.ts';

const HEADER = ['id', 'updatedAt', 'amount', 'data'] as const;

/** A number is no formula, a negative one neither. */
const NEUTRAL = {
  escape_formulas: true,
  cast: { number: (value: number) => ({ value: String(value), escape_formulas: false }) },
};

/** What a report adds up to. */
export interface Totals {
  rows: number;
  /** Sum of the whole-number `data.amount` fields, exact. */
  sum: bigint;
}

/**
 * Lines of CSV (RFC 4180) for pages of records, one chunk a page, so that a million rows need no more memory than a
 * page does. Fields that a spreadsheet would run as a formula are neutralised (OWASP, "CSV Injection").
 *
 * @param totals counted on the way
 */
export async function* toCsv(pages: AsyncIterable<readonly SyncedRecord[]>, totals: Totals): AsyncGenerator<string> {
  yield stringify([[...HEADER]]);
  for await (const records of pages) {
    const rows = records.map(({ id, updatedAt, data }) => [id, updatedAt, data.amount ?? '', JSON.stringify(data)]);
    totals.rows += rows.length;
    for (const { data } of records) if (Number.isSafeInteger(data.amount)) totals.sum += BigInt(data.amount as number);
    yield stringify(rows, NEUTRAL);
  }
}
