import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PermanentError, RetryAfterError } from '#sluice/contract';
import { fetchPage } from '../../../../functions/sync-data/fetch-page.ts';
import { startServer } from '../../../../localstack/stand-ins/http-server.ts';
import { rejection } from '../support/context.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers each request by the next of its answers, the last one again and again. */
async function startScript() {
  const answers: Answer[] = [];
  const urls: string[] = [];
  const server = await startServer((request, response) => {
    urls.push(request.url ?? '');
    const [answer] = answers.length > 1 ? answers.splice(0, 1) : answers;
    answer?.(response, request);
  });
  return { ...server, host: `127.0.0.1:${server.port}`, answers, urls };
}

const source = await startScript();
const other = await startScript();
const allowedHosts = new Set([source.host]);
const { signal } = new AbortController();

beforeEach(() => {
  for (const { answers, urls } of [source, other]) {
    answers.length = 0;
    urls.length = 0;
  }
});
afterAll(async () => {
  await Promise.all([source.stop(), other.stop()]);
});

const PAGE = {
  records: [{ id: 'a', updatedAt: '2026-01-01T00:00:00Z', data: { amount: 1, tags: ['x', null] } }],
  nextCursor: 'c1',
};
const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);
const json = (body: unknown) => text(JSON.stringify(body));
const redirect = (location: string, status = 302) => text('', status, { location });

const fetchFrom = (path = '/records', options: Partial<Parameters<typeof fetchPage>[0]> = {}) =>
  fetchPage({ url: source.url + path, cursor: undefined, rules: { allowedHosts, local: true }, signal, ...options });

describe('a page', () => {
  it('is returned as the source answers it', async () => {
    source.answers.push(json(PAGE));
    expect(await fetchFrom()).toEqual(PAGE);
  });

  it('is requested by its cursor, beside the URL’s own query', async () => {
    source.answers.push(json(PAGE));
    await fetchFrom('/records?limit=10');
    await fetchFrom('/records?limit=10&cursor=old', { cursor: 'a+b/c=&d' });
    expect(source.urls).toEqual(['/records?limit=10', '/records?limit=10&cursor=a%2Bb%2Fc%3D%26d']);
  });

  it('may have an id of 1,024 bytes, a sort key’s limit', async () => {
    const page = { ...PAGE, records: [{ ...PAGE.records[0], id: 'é'.repeat(512) }] };
    source.answers.push(json(page));
    expect(await fetchFrom()).toEqual(page);
  });

  it.each([
    ['no object', [], ''],
    ['no records', { nextCursor: null }, 'records: '],
    ['no cursor', { records: [] }, 'nextCursor: '],
    ['an empty cursor', { records: [], nextCursor: '' }, 'nextCursor: '],
    ['a record without id', page({ id: undefined }), 'records.0.id: '],
    ['an id that is a number', page({ id: 7 }), 'records.0.id: '],
    ['an id too long for a sort key', page({ id: '日'.repeat(512) }), 'records.0.id: '],
    ['a time in words', page({ updatedAt: 'yesterday' }), 'records.0.updatedAt: '],
    ['a time without a zone', page({ updatedAt: '2026-01-01T00:00:00' }), 'records.0.updatedAt: '],
    ['data that is a list', page({ data: [1] }), 'records.0.data: '],
  ])('with %s is permanent, and says where', async (_, body, where) => {
    source.answers.push(json(body));
    const error = await rejection(fetchFrom());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain(`${source.host} answered no page of records: ${where}`);
  });

  it('of more than 10 MB fails for good, and is not read to its end', async () => {
    let ended = false;
    source.answers.push((response) => {
      const more = () => response.destroyed || response.write('x'.repeat(1_000_000), more);
      response.on('close', () => {
        ended = true;
      });
      more();
    });
    const error = await rejection(fetchFrom());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('more than 10 MB');
    await vi.waitFor(() => expect(ended).toBe(true));
  });

  it('of a little less is read', async () => {
    const data = { text: 'x'.repeat(9_900_000) };
    source.answers.push(json({ ...PAGE, records: [{ ...PAGE.records[0], data }] }));
    expect((await fetchFrom()).records).toMatchObject([{ data }]);
  });
});

function page(change: object) {
  return { ...PAGE, records: [{ ...PAGE.records[0], ...change }] };
}

describe('an error that is retried', () => {
  it.each([
    ['429', 429, '4', 4],
    ['503', 503, '75', 75],
    ['a 500', 500, '1', 1],
    ['nothing to wait for', 503, '0', 0],
    ['more than seven days', 503, '99999999999', 604_800],
  ])('%s with Retry-After comes back after that time', async (_, status, header, delaySeconds) => {
    source.answers.push(text('', status, { 'retry-after': header }));
    const error = await rejection(fetchFrom());
    expect(error).toBeInstanceOf(RetryAfterError);
    expect(error).toMatchObject({ delaySeconds });
  });

  it.each([
    [90_000, 90],
    [-90_000, 0],
  ])('Retry-After as a date, %i ms from now', async (fromNowMs, delaySeconds) => {
    const now = Date.UTC(2026, 5, 1, 12);
    vi.useFakeTimers({ toFake: ['Date'], now });
    source.answers.push(text('', 503, { 'retry-after': new Date(now + fromNowMs).toUTCString() }));
    const error = await rejection(fetchFrom());
    vi.useRealTimers();
    expect(error).toBeInstanceOf(RetryAfterError);
    expect(error).toMatchObject({ delaySeconds });
  });

  it.each<[string, Answer]>([
    ['500', text('', 500)],
    ['503', text('', 503)],
    ['408', text('', 408)],
    ['429', text('', 429)],
    ['Retry-After in words', text('', 503, { 'retry-after': 'soon' })],
    ['200 with a body that is not JSON', text('<html>maintenance</html>')],
    ['200 with half a page', text(JSON.stringify(PAGE).slice(0, 20))],
    ['a connection that is reset', (_, request) => request.socket.resetAndDestroy()],
    [
      'a reply that is cut off',
      (response, request) => {
        response.writeHead(200, { 'content-length': '1000' }).write('{', () => request.socket.resetAndDestroy());
      },
    ],
  ])('%s is tried again by policy', async (_, answer) => {
    source.answers.push(answer);
    const error = await rejection(fetchFrom());
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).not.toBeInstanceOf(RetryAfterError);
  });

  it('ends an aborted attempt at once', async () => {
    const attempt = new AbortController();
    source.answers.push(() => attempt.abort());
    expect(await rejection(fetchFrom('/records', { signal: attempt.signal }))).toMatchObject({ name: 'AbortError' });
  });
});

it.each([400, 401, 403, 404, 410, 204, 206])(
  'status %i fails for good, with Retry-After or without',
  async (status) => {
    source.answers.push(text('', status, { 'retry-after': '5' }));
    const error = await rejection(fetchFrom());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toBe(`${source.host} answered ${status}`);
  },
);

describe('redirects', () => {
  it.each([301, 302, 303, 307, 308])('%i on the list is followed', async (status) => {
    source.answers.push(redirect('/v2/records?cursor=c9', status), json(PAGE));
    expect(await fetchFrom()).toEqual(PAGE);
    expect(source.urls).toEqual(['/records', '/v2/records?cursor=c9']);
  });

  it('to another host on the list is followed', async () => {
    source.answers.push(redirect(`${other.url}/records`));
    other.answers.push(json(PAGE));
    const rules = { allowedHosts: new Set([source.host, other.host]), local: true };
    expect(await fetchFrom('/records', { rules })).toEqual(PAGE);
  });

  it('to a host that is not on the list is refused without a request', async () => {
    other.answers.push(json(PAGE));
    for (const location of [`${other.url}/records`, `//${other.host}/`, `http://user@${source.host}/`, 'file:///etc']) {
      source.answers.splice(0, Number.POSITIVE_INFINITY, redirect(location));
      expect(await rejection(fetchFrom())).toBeInstanceOf(PermanentError);
    }
    expect(other.urls).toEqual([]);
  });

  it('that do not end fail for good after the third', async () => {
    source.answers.push(redirect('/records'));
    expect(await rejection(fetchFrom())).toBeInstanceOf(PermanentError);
    expect(source.urls).toHaveLength(4);
  });

  it.each([
    ['without a location', text('', 302)],
    ['to what is no URL', redirect('http://')],
    ['that is none', text('', 304)],
  ])('%s is permanent at once', async (_, answer) => {
    source.answers.push(answer);
    const error = await rejection(fetchFrom());
    expect(error).toBeInstanceOf(PermanentError);
    expect(source.urls).toHaveLength(1);
  });
});

describe('a connection', () => {
  it('to a name that resolves to a private address is refused without a request', async () => {
    const host = `localhost:${source.port}`;
    const rules = { allowedHosts: new Set([host]), local: false };
    const error = await rejection(fetchFrom('', { url: `https://${host}/records`, rules }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('resolves to an internal address');
    expect(source.urls).toEqual([]);
  });

  it('to the same name is allowed on a machine without AWS', async () => {
    const host = `localhost:${source.port}`;
    source.answers.push(json(PAGE));
    const rules = { allowedHosts: new Set([host]), local: true };
    expect(await fetchFrom('', { url: `http://${host}/records`, rules })).toEqual(PAGE);
  });
});
