import { afterAll, beforeEach, vi } from 'vitest';
import { type TestJobOptions, type TestRun, testJob } from '#sluice/testing';
import { syncData } from '../../../../functions/sync-data/definition.ts';
import { perform } from '../../../../functions/sync-data/perform.ts';
import { type RunningServer, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';

export const TABLE = 'records';

/** A source with given answers, for answers that the stand-in never gives. */
export interface Pages extends RunningServer {
  /** Pages by cursor; the first one's is ''. */
  readonly pages: Map<string, unknown>;
  /** Cursors that were asked for, oldest first. */
  readonly asked: string[];
  /** Happens before each answer. */
  before: () => Promise<void> | void;
  readonly clear: () => void;
}

export async function startPages(): Promise<Pages> {
  const pages = new Map<string, unknown>();
  const asked: string[] = [];
  const server = await startServer(async (request, response) => {
    const cursor = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('cursor') ?? '';
    asked.push(cursor);
    await source.before();
    sendJson(response, pages.has(cursor) ? { status: 200, body: pages.get(cursor) } : { status: 404, body: {} });
  });
  const clear = () => {
    pages.clear();
    asked.length = 0;
    source.before = () => undefined;
  };
  const source: Pages = { ...server, pages, asked, before: () => undefined, clear };
  return source;
}

/** Such a source for the tests of a file: empty before each, the one that jobs may ask, stopped at the end. */
export async function startPagesForTests(): Promise<Pages> {
  const source = await startPages();
  afterAll(() => source.stop());
  beforeEach(() => {
    source.clear();
    vi.stubEnv('RECORDS_TABLE', TABLE);
    vi.stubEnv('SYNC_LOCAL', '1');
    vi.stubEnv('SYNC_ALLOWED_HOSTS', `crm=127.0.0.1:${source.port}`);
  });
  return source;
}

/** An item as `sync-data` writes it. */
export interface StoredRecord {
  readonly source: string;
  readonly id: string;
  readonly updatedAt: string;
  readonly data: unknown;
}

interface SyncOptions extends Pick<TestJobOptions, 'faults' | 'clock' | 'maxAttempts'> {
  /** @default the definition's */
  readonly timeoutSeconds?: number;
  /** What the table holds at first. */
  readonly items?: readonly StoredRecord[];
}

/** A job of `sync-data`, from its message to its end. */
export function syncFrom(url: string, { timeoutSeconds, items = [], ...options }: SyncOptions = {}): Promise<TestRun> {
  const definition = { ...syncData, timeoutSeconds: timeoutSeconds ?? syncData.timeoutSeconds };
  const payload = { source: 'crm', url };
  const tables = { [TABLE]: ['source', 'id'] };
  return testJob(definition, perform, { payload, tables, items: { [TABLE]: items }, ...options });
}

/** Ids in the order in which they were written, each as often as it was. */
export const idsWritten = ({ writes }: TestRun): unknown[] => writes.map(({ Put }) => Put?.Item?.id);

/** A record as a source answers it. */
export const record = (id: string, updatedAt = '2026-01-01T00:00:00.000Z', value = 0) => ({
  id,
  updatedAt,
  data: { value },
});

/** How a job ends that can never succeed. */
export const DEAD = { status: 'DEAD', reason: 'PermanentError', attempts: 1 } as const;
