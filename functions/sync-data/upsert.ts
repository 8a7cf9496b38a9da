import { WriteConditionError } from '#sluice/contract';
import type { JobContext, TransactWrite } from '#sluice/engine';
import type { Page } from './fetch-page.ts';

export type SourceRecord = Page['records'][number];

/** Where the next attempt goes on: `offset` records of the page at `cursor` are done. */
export interface SyncState {
  readonly cursor: string | null;
  readonly offset: number;
  readonly pages: number;
  /** A cursor of an earlier page, to detect a source that goes in circles. */
  readonly mark: string | null;
  readonly records: number;
  readonly dropped: number;
}

/** Keeps the newest of a page's records with one id: a transaction cannot write an item twice. */
export function newestOfEach(records: readonly SourceRecord[]): SourceRecord[] {
  const newest = new Map<string, SourceRecord>();
  for (const record of records) {
    const known = newest.get(record.id);
    if (known === undefined || Date.parse(known.updatedAt) < Date.parse(record.updatedAt))
      newest.set(record.id, record);
  }
  return [...newest.values()];
}

/**
 * A transaction holds 100 items, one of them the job's own, and 4 MB (DynamoDB quotas). DynamoDB counts up to half as
 * much again as JSON does (lists of small numbers), and the job's own item may have 400 KB.
 */
const MAX_RECORDS = 99;
const MAX_BYTES = 2_500_000;

/** The records of a page from `offset` on that fit one transaction. */
export function sliceAt(records: readonly SourceRecord[], offset: number): SourceRecord[] {
  const slice: SourceRecord[] = [];
  let bytes = 0;
  for (const record of records.slice(offset, offset + MAX_RECORDS)) {
    bytes += Buffer.byteLength(JSON.stringify(record));
    if (bytes > MAX_BYTES && slice.length > 0) break;
    slice.push(record);
  }
  return slice;
}

/**
 * Writes a slice of a page and the new state in one transaction, so each slice is written exactly once. A record that is not
 * newer than the one in the table is dropped, and the rest of the slice is written.
 *
 * @param after  the state once the slice is written, without the dropped records of this slice
 */
export async function writeSlice(
  source: string,
  slice: readonly SourceRecord[],
  { checkpoint, after }: Slice,
): Promise<SyncState> {
  let kept = [...slice];
  for (;;) {
    const dropped = slice.length - kept.length;
    const state = { ...after, records: after.records - dropped, dropped: after.dropped + dropped };
    try {
      await checkpoint(
        kept.map((record) => upsert(source, record)),
        state,
      );
      return state;
    } catch (error) {
      if (!(error instanceof WriteConditionError)) throw error;
      kept = kept.filter((_, i) => !error.indexes.includes(i));
    }
  }
}

interface Slice {
  readonly checkpoint: JobContext['checkpoint'];
  readonly after: SyncState;
}

function upsert(source: string, { id, updatedAt, data }: SourceRecord): TransactWrite {
  // One form for all zones, so that text compares as time.
  const at = new Date(updatedAt).toISOString();
  return {
    Put: {
      TableName: process.env.RECORDS_TABLE,
      Item: { source, id, updatedAt: at, data },
      ConditionExpression: 'attribute_not_exists(id) OR updatedAt < :at',
      ExpressionAttributeValues: { ':at': at },
    },
  };
}
