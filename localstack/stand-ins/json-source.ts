import { createHash } from 'node:crypto';
import { checkedFaultOrder, createFaults, type FaultOrder, faultHeaders, type StatusFault } from './faults.ts';
import { type JsonReply, type RunningServer, readBody, sendJson, startServer } from './http-server.ts';

/** One record of a source. */
export interface SourceRecord {
  readonly id: string;
  /** ISO 8601 */
  readonly updatedAt: string;
  readonly data: Readonly<Record<string, string | number>>;
}

/** One page. `nextCursor` is null on the last. */
export interface SourcePage {
  readonly records: readonly SourceRecord[];
  readonly nextCursor: string | null;
}

/** Settings of a source. The same settings always give the same records. */
export interface SourceSettings {
  readonly records: number;
  /** @default the source's name */
  readonly seed?: string;
  /** Records of a page for which no `limit` is asked. @default 1000 */
  readonly pageSize?: number;
}

/** A paged JSON source on this machine. */
export interface JsonSource extends RunningServer {
  /** Orders a fault for the next requests. `match` may name `source` and `cursor`. */
  readonly failNext: (order: FaultOrder) => void;
  /** Requests that reached it, oldest first. */
  readonly requests: () => readonly {
    readonly source: string;
    readonly cursor: string | null;
    readonly status: number | 'reset';
  }[];
}

const LARGEST_PAGE = 1000;
const FIRST_UPDATE_MS = Date.UTC(2026, 0, 1);

/**
 * Starts a source. `GET /<source>/records?cursor=…&limit=…` answers a {@link SourcePage}; the first page is requested without a
 * cursor. Another process can order faults with `POST /_control/faults` (a {@link FaultOrder}).
 *
 * @param sources by name, e.g. `{ crm: { records: 2500 } }`
 */
export async function startJsonSource(
  sources: Readonly<Record<string, SourceSettings>>,
  options: { readonly port?: number } = {},
): Promise<JsonSource> {
  const faults = createFaults();
  const requests: { source: string; cursor: string | null; status: number | 'reset' }[] = [];

  const server = await startServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method === 'POST' && url.pathname === '/_control/faults') {
      faults.order(checkedFaultOrder(JSON.parse(await readBody(request))));
      return sendJson(response, { status: 200, body: {} });
    }
    const source = /^\/(?<source>[\w-]+)\/records$/.exec(url.pathname)?.groups?.source ?? '';
    const cursor = url.searchParams.get('cursor');
    const fault = faults.take({ source, cursor: cursor ?? '' });
    if (fault && 'reset' in fault) {
      requests.push({ source, cursor, status: 'reset' });
      request.socket.resetAndDestroy();
      return;
    }
    const settings = Object.hasOwn(sources, source) ? sources[source] : undefined;
    const reply = fault ? unavailable(fault) : pageReply(source, settings, url);
    requests.push({ source, cursor, status: reply.status });
    sendJson(response, reply);
  }, options.port);

  return { ...server, failNext: faults.order, requests: () => requests };
}

function pageReply(source: string, settings: SourceSettings | undefined, url: URL): JsonReply {
  if (!settings) return { status: 404, body: { error: `no such source: ${url.pathname}` } };
  const cursor = url.searchParams.get('cursor');
  const first = cursor === null ? 0 : decodeCursor(cursor);
  if (first === undefined) return { status: 400, body: { error: `no cursor of this source: ${cursor}` } };
  const asked = Number(url.searchParams.get('limit') ?? settings.pageSize ?? LARGEST_PAGE);
  if (!Number.isInteger(asked) || asked < 1) return { status: 400, body: { error: 'limit must be 1 or more' } };
  const end = Math.min(first + Math.min(asked, LARGEST_PAGE), settings.records);
  const seed = settings.seed ?? source;
  const page: SourcePage = {
    records: Array.from({ length: Math.max(0, end - first) }, (_, i) => sourceRecord(seed, first + i)),
    nextCursor: end < settings.records ? encodeCursor(end) : null,
  };
  return { status: 200, body: page };
}

/** The record at `index`, 0 and up, of a source with this seed. Some notes are formulas that a spreadsheet would run. */
export function sourceRecord(seed: string, index: number): SourceRecord {
  const random = createHash('sha256').update(`${seed}#${index}`).digest();
  const notes = ['', 'paid in full', 'naïve “quotes”, commas', '=1+1', 'two\nlines'];
  return {
    id: `${seed}-${String(index + 1).padStart(7, '0')}`,
    updatedAt: new Date(FIRST_UPDATE_MS + index * 60_000).toISOString(),
    data: {
      customer: `customer-${random.readUInt16BE(0) % 500}`,
      amount: 100 + (random.readUInt32BE(2) % 100_000),
      currency: ['usd', 'eur', 'gbp'][random.readUInt8(6) % 3] ?? 'usd',
      note: notes[random.readUInt8(7) % notes.length] ?? '',
    },
  };
}

/** A cursor does not look like a number, so that callers do not compute with it. */
function encodeCursor(index: number): string {
  return Buffer.from(`after:${index}`).toString('base64url');
}

function decodeCursor(cursor: string): number | undefined {
  const index = /^after:(?<index>\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())?.groups?.index;
  return index === undefined ? undefined : Number(index);
}

function unavailable(fault: StatusFault): JsonReply {
  return { status: fault.status, body: { error: 'unavailable' }, headers: faultHeaders(fault) };
}
