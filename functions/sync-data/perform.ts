import { type Payload, PermanentError, SnoozeError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { hostsOf, readAllowedHosts } from './allowed-hosts.ts';
import type { syncData } from './definition.ts';
import { fetchPage } from './fetch-page.ts';
import type { FetchRules } from './guard.ts';
import { newestOfEach, type SyncState, sliceAt, writeSlice } from './upsert.ts';

/** With less time than this, the next invocation goes on. */
const ENOUGH_MS = 15_000;
const START: SyncState = { cursor: null, offset: 0, pages: 0, mark: null, records: 0, dropped: 0 };

/**
 * Copies a source's records into the table, page by page. Each slice is written together with the position to go on from, so
 * the job resumes there after a crash, a timeout or a redrive. A long source goes on in the next invocation.
 */
export async function perform({ source, url }: Payload<typeof syncData>, context: JobContext) {
  const { job, signal, checkpoint, remainingMs } = context;
  let state = (job.checkpoint as SyncState | undefined) ?? START;
  const rules = fetchRules(source);
  let slowestMs = 0;
  while (!isDone(state)) {
    const beforeMs = remainingMs();
    const page = await fetchPage({ url, cursor: state.cursor ?? undefined, rules, signal });
    slowestMs = Math.max(slowestMs, beforeMs - remainingMs());
    checkCursor(page.nextCursor, state);
    const records = newestOfEach(page.records);
    do {
      const slice = sliceAt(records, state.offset);
      const offset = state.offset + slice.length;
      const done = { ...state, records: state.records + slice.length };
      const isLast = offset >= records.length;
      const after = isLast ? turned(done, page.nextCursor) : { ...done, offset };
      state = await writeSlice(source, slice, { checkpoint, after });
      // A page that the deadline cuts off costs an attempt, so none is begun that may take longer than the time left.
      const enoughMs = isLast ? Math.max(ENOUGH_MS, 2 * slowestMs) : ENOUGH_MS;
      if (!isDone(state) && remainingMs() < enoughMs) throw new SnoozeError(0, 'goes on in the next invocation');
    } while (state.offset > 0);
  }
  return { pages: state.pages, records: state.records, dropped: state.dropped };
}

/** Whether the last page is written. The attempt that wrote it may have crashed afterwards. */
const isDone = ({ cursor, offset, pages }: SyncState) => cursor === null && offset === 0 && pages > 0;

/** The position of the next page. Every page whose number is a power of two keeps its cursor as a mark. */
function turned(state: SyncState, cursor: string | null): SyncState {
  const pages = state.pages + 1;
  const mark = Number.isInteger(Math.log2(pages)) ? cursor : state.mark;
  return { ...state, cursor, offset: 0, pages, mark };
}

/**
 * Detects a source whose cursors lead in a circle, which would be read for ever. The distance between marks doubles, so one of
 * them lies on the circle and is met again, however long the circle is (Brent's algorithm).
 */
function checkCursor(next: string | null, { mark }: SyncState): void {
  if (next === null || next !== mark) return;
  throw new PermanentError(`the source comes back to cursor ${next}: it would never end`);
}

function fetchRules(source: string): FetchRules {
  const local = process.env.SYNC_LOCAL === '1';
  const allowed = readAllowedHosts(process.env.SYNC_ALLOWED_HOSTS ?? '', { local });
  return { allowedHosts: hostsOf(allowed, source), local };
}
