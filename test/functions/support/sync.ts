import { perform } from '../../../functions/sync-data/perform.ts';
import { type RunningServer, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';
import { fakeContext } from './context.ts';
import type { RecordsTable } from './records-table.ts';

/** A source that answers what it is told to, for what the stand-in never answers. */
export interface Pages extends RunningServer {
  /** Pages by cursor; the first one's is ''. */
  readonly pages: Map<string, unknown>;
}

export async function startPages(): Promise<Pages> {
  const pages = new Map<string, unknown>();
  const server = await startServer((request, response) => {
    const cursor = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('cursor') ?? '';
    sendJson(response, pages.has(cursor) ? { status: 200, body: pages.get(cursor) } : { status: 404, body: {} });
  });
  return { ...server, pages };
}

export interface Attempt {
  readonly url: string;
  /** @default the table's */
  readonly checkpoint?: RecordsTable['checkpoint'];
  /** @default 30 s */
  readonly remainingMs?: () => number;
}

/** One attempt of `sync-data`, which finds the checkpoint that the last one left. */
export function attemptOn(table: RecordsTable, { url, checkpoint = table.checkpoint, remainingMs }: Attempt) {
  const job = { ...(table.state() !== undefined && { checkpoint: table.state() }) };
  const context = fakeContext({ job, checkpoint, ...(remainingMs && { remainingMs }) });
  return perform({ source: 'crm', url }, context);
}

/** A record as a source answers it. */
export const record = (id: string, updatedAt = '2026-01-01T00:00:00.000Z', value = 0) => ({
  id,
  updatedAt,
  data: { value },
});
