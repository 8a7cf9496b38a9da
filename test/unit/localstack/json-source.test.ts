import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type JsonSource,
  type SourcePage,
  sourceRecord,
  startJsonSource,
} from '../../../localstack/stand-ins/index.ts';

let source: JsonSource;
beforeEach(async () => {
  source = await startJsonSource({ crm: { records: 25, pageSize: 10 }, empty: { records: 0 }, huge: { records: 1e6 } });
});
afterEach(() => source.stop());

async function page(name: string, query: Record<string, string> = {}): Promise<SourcePage> {
  const response = await fetch(`${source.url}/${name}/records?${new URLSearchParams(query)}`);
  expect(response.status).toBe(200);
  return (await response.json()) as SourcePage;
}

async function allPages(name: string): Promise<SourcePage[]> {
  const pages = [await page(name)];
  for (let cursor = pages[0]?.nextCursor; cursor; cursor = pages.at(-1)?.nextCursor)
    pages.push(await page(name, { cursor }));
  return pages;
}

describe('the JSON source', () => {
  it('gives every record once, page by page, and null at the end', async () => {
    const pages = await allPages('crm');
    expect(pages.map(({ records }) => records.length)).toEqual([10, 10, 5]);
    expect(new Set(pages.flatMap(({ records }) => records.map(({ id }) => id))).size).toBe(25);
    expect(pages.at(-1)?.nextCursor).toBeNull();
  });

  it('gives the same records each time, and different ones for another seed', async () => {
    expect(await allPages('crm')).toEqual(await allPages('crm'));
    expect((await page('crm')).records[0]).toEqual(sourceRecord('crm', 0));
    expect(sourceRecord('crm', 0).data).not.toEqual(sourceRecord('erp', 0).data);
  });

  it('takes a limit, at most 1000, and has one empty page for no records', async () => {
    expect((await page('huge', { limit: '3' })).records).toHaveLength(3);
    expect((await page('huge', { limit: '5000' })).records).toHaveLength(1000);
    expect(await page('empty')).toEqual({ records: [], nextCursor: null });
  });

  it.each([
    ['/none/records', 404],
    ['/constructor/records', 404],
    ['/crm/records?cursor=7', 400],
    ['/crm/records?limit=0', 400],
  ])('answers %s with %i', async (path, status) => {
    expect((await fetch(source.url + path)).status).toBe(status);
  });
});

describe('the JSON source with ordered faults', () => {
  it('answers 503 with Retry-After once, on the page that was named', async () => {
    const cursor = (await page('crm')).nextCursor ?? '';
    source.failNext({ status: 503, retryAfter: '75', match: { source: 'crm', cursor } });
    await page('crm');
    const refused = await fetch(`${source.url}/crm/records?cursor=${cursor}`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('75');
    expect((await page('crm', { cursor })).records).toHaveLength(10);
    expect(source.requests().map(({ status }) => status)).toEqual([200, 200, 503, 200]);
  });

  it('cuts the connection', async () => {
    source.failNext({ reset: 'before' });
    await expect(fetch(`${source.url}/crm/records`)).rejects.toThrow('fetch failed');
  });
});
