import { gunzipSync, gzipSync } from 'node:zlib';
import type { Outgoing, StagedBatch } from '../../contract/flow.ts';

/** What an attempt staged: it is sent if, and only if, the attempt completes its job. */
export interface Outbox {
  readonly batch?: StagedBatch;
  readonly jobs: readonly Outgoing[];
}

/** Largest outbox, packed: an item is at most 400 KB; result (100 KB at most), checkpoint and the rest need room. */
export const MAX_OUTBOX_BYTES = 256 * 1024;

/** The messages of a thousand jobs are much alike: packed they are a seventh of their bytes. */
export const pack = (outbox: Outbox): Uint8Array => gzipSync(JSON.stringify(outbox));

export const unpack = (packed: Uint8Array): Outbox => JSON.parse(gunzipSync(packed).toString()) as Outbox;
