import http from 'node:http';
import https from 'node:https';
import * as z from 'zod';
import { MAX_REQUESTED_DELAY_SECONDS, PermanentError, RetryAfterError } from '#sluice/contract';
import { checkedUrl, type FetchRules, guardedLookup } from './guard.ts';

/** Longest sort key (DynamoDB quotas). */
const MAX_ID_BYTES = 1024;
/** Servers take URLs of some 8 KB, and a checkpoint of 32 KB holds two cursors. */
const MAX_CURSOR_LENGTH = 4096;

const pageSchema = z.object({
  records: z.array(
    z.object({
      id: z
        .string()
        .min(1)
        .refine((id) => Buffer.byteLength(id) <= MAX_ID_BYTES, `more than ${MAX_ID_BYTES} bytes`),
      updatedAt: z.iso.datetime({ offset: true }),
      data: z.record(z.string(), z.json()),
    }),
  ),
  nextCursor: z.string().min(1).max(MAX_CURSOR_LENGTH).nullable(),
});

/** A page as a source answers it. */
export type Page = z.output<typeof pageSchema>;

const MAX_REDIRECTS = 3;
/** A page is held in memory: 10 MB of JSON are some 40 MB of objects. */
const MAX_PAGE_BYTES = 10_000_000;

export interface PageRequest {
  readonly url: string;
  /** Undefined on the first page. */
  readonly cursor: string | undefined;
  readonly rules: FetchRules;
  readonly signal: AbortSignal;
}

/**
 * Fetches one page.
 *
 * @throws RetryAfterError if the source says when to come back (429, 503); PermanentError if a retry would get the same answer:
 *         a 4xx, a host that is not on the list, an invalid page; any other error for a retry
 */
export async function fetchPage({ url, cursor, rules, signal }: PageRequest): Promise<Page> {
  const first = new URL(url);
  if (cursor !== undefined) first.searchParams.set('cursor', cursor);
  let target = checkedUrl(first.href, rules);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const reply = await get(target, { rules, signal });
    if (reply.status < 300 || reply.status >= 400) return parsePage(reply, target);
    target = checkedUrl(nextHop(reply, target), rules);
  }
  throw new PermanentError(`${first.host} redirects more than ${MAX_REDIRECTS} times`);
}

function nextHop({ headers: { location } }: Reply, from: URL): string {
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw new PermanentError(`${from.host} redirects to nowhere`);
  }
  return new URL(location, from).href;
}

interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

function get(url: URL, { rules, signal }: Pick<PageRequest, 'rules' | 'signal'>): Promise<Reply> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const options = { lookup: guardedLookup(rules), signal, headers: { accept: 'application/json' }, timeout: 60_000 };
    const call = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_PAGE_BYTES) call.destroy(new PermanentError(`a page of ${url.host} has more than 10 MB`));
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    call.on('timeout', () => call.destroy(new Error(`${url.host} did not answer within 60 s`)));
    call.on('error', reject);
    call.end();
  });
}

function parsePage({ status, headers, body }: Reply, { host }: URL): Page {
  if (status !== 200) throw refusal(status, headers['retry-after'], host);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    throw new Error(`${host} answered 200 with a body that is not JSON`);
  }
  const page = pageSchema.safeParse(parsed);
  if (page.success) return page.data;
  const issues = page.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PermanentError(`${host} answered no page of records: ${issues.join('; ')}`, { cause: page.error });
}

function refusal(status: number, retryAfter: string | undefined, host: string): Error {
  const message = `${host} answered ${status}`;
  const passes = status === 429 || status === 408 || status >= 500;
  if (!passes) return new PermanentError(message);
  const seconds = secondsUntil(retryAfter);
  return seconds === undefined ? new Error(message) : new RetryAfterError(seconds, message);
}

/** `Retry-After` is seconds or an HTTP date (RFC 9110, 10.2.3). */
function secondsUntil(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), MAX_REQUESTED_DELAY_SECONDS);
}
