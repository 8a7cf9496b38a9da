import { stringify } from 'csv-stringify/sync';
import type { SyncedRecord } from './records.ts';

const HEADER = ['id', 'updatedAt', 'amount', 'data'] as const;

const FORMAT = {
  record_delimiter: 'windows',
  // Escapes text only: a number is never a formula, not even a negative one.
  escape_formulas: true,
  // Many readers take a single CR or LF as the end of a line.
  quote_record_delimiter: true,
  // Some readers separate fields by these. Text after one must not become a field of its own, and run as a formula.
  quoted_match: /[;\t]/,
} as const;

/** Totals of a report. */
export interface Totals {
  rows: number;
  /** Sum of the whole-number `data.amount` fields, exact. */
  sum: bigint;
}

/**
 * Lines of CSV (RFC 4180) for pages of records, one chunk a page. A million rows need no more memory than one page. Fields that
 * a spreadsheet would run as a formula are escaped (OWASP, "CSV Injection").
 *
 * @param totals  updated with each page
 */
export async function* toCsv(pages: AsyncIterable<readonly SyncedRecord[]>, totals: Totals): AsyncGenerator<string> {
  yield stringify([[...HEADER]], FORMAT);
  for await (const records of pages) {
    const rows = records.map(({ id, updatedAt, data }) => [id, updatedAt, data.amount ?? '', toJson(data)]);
    totals.rows += rows.length;
    for (const { data } of records) totals.sum += wholeNumber(data.amount);
    yield stringify(rows, FORMAT);
  }
}

/** The document client reads whole numbers beyond 2^53 as bigints; `sync-data` wrote them from JavaScript's numbers. */
const toJson = (data: SyncedRecord['data']): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));

function wholeNumber(amount: unknown): bigint {
  if (typeof amount === 'bigint') return amount;
  return Number.isSafeInteger(amount) ? BigInt(amount as number) : 0n;
}
