import { PermanentError, SnoozeError } from '../../lib/contract/errors.ts';
import type { Payload } from '../../lib/contract/job-definition.ts';
import type { JobContext } from '../../lib/engine/job-context.ts';
import type { syncData } from './definition.ts';
import { fetchPage } from './fetch-page.ts';
import type { FetchRules } from './guard.ts';
import { newestOfEach, type SyncState, sliceAt, writeSlice } from './upsert.ts';

/** Less time than this is left to whatever invocation comes next. */
const ENOUGH_MS = 15_000;
const START: SyncState = { cursor: null, offset: 0, pages: 0, records: 0, dropped: 0 };

/**
 * Copies a source's records into the table, page by page. Each slice is written with the place to go on from, so a
 * crash, a timeout or a redrive resumes there; a source too long for one invocation goes on in the next.
 */
export async function perform({ source, url }: Payload<typeof syncData>, context: JobContext) {
  const { job, signal, checkpoint, remainingMs } = context;
  let state = (job.checkpoint as SyncState | undefined) ?? START;
  while (!isDone(state)) {
    const page = await fetchPage({ url, cursor: state.cursor ?? undefined, rules: fetchRules(), signal });
    if (page.nextCursor !== null && page.nextCursor === state.cursor) {
      throw new PermanentError(`the source answers cursor ${page.nextCursor} with itself: it would never end`);
    }
    const records = newestOfEach(page.records);
    do {
      const slice = sliceAt(records, state.offset);
      const offset = state.offset + slice.length;
      const done = { ...state, records: state.records + slice.length };
      const isLast = offset >= records.length;
      const after = isLast
        ? { ...done, cursor: page.nextCursor, offset: 0, pages: done.pages + 1 }
        : { ...done, offset };
      state = await writeSlice(source, slice, { checkpoint, after });
      if (!isDone(state) && remainingMs() < ENOUGH_MS) throw new SnoozeError(0, 'goes on in the next invocation');
    } while (state.offset > 0);
  }
  return { pages: state.pages, records: state.records, dropped: state.dropped };
}

/** The last page is written: also when the attempt that wrote it ended before it could say so. */
const isDone = ({ cursor, offset, pages }: SyncState) => cursor === null && offset === 0 && pages > 0;

function fetchRules(): FetchRules {
  const hosts = (process.env.SYNC_ALLOWED_HOSTS ?? '').toLowerCase().split(',');
  return {
    allowedHosts: new Set(hosts.map((host) => host.trim()).filter((host) => host !== '')),
    local: process.env.SYNC_LOCAL === '1',
  };
}
