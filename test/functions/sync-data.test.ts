import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { syncData } from '../../functions/sync-data/definition.ts';
import { PermanentError, SnoozeError } from '../../lib/contract/errors.ts';
import { sourceRecord, startJsonSource } from '../../localstack/stand-ins/index.ts';
import { rejection } from './support/context.ts';
import { makeRecordsTable, type RecordsTable, TABLE } from './support/records-table.ts';
import { type Attempt, attemptOn, record, startPages } from './support/sync.ts';

const RECORDS = 2500;
const source = await startJsonSource({ crm: { records: RECORDS }, small: { records: 3 } });
afterAll(() => source.stop());

const scripted = await startPages();
const { pages } = scripted;
afterAll(() => scripted.stop());

let table: RecordsTable;
beforeEach(() => {
  table = makeRecordsTable();
  pages.clear();
  vi.stubEnv('RECORDS_TABLE', TABLE);
  vi.stubEnv('SYNC_LOCAL', '1');
  vi.stubEnv('SYNC_ALLOWED_HOSTS', `api.example.com, 127.0.0.1:${source.port} ,127.0.0.1:${scripted.port},`);
});

const attempt = ({ url = `${source.url}/crm/records`, ...options }: Partial<Attempt> = {}) =>
  attemptOn(table, { url, ...options });

const scriptedUrl = `${scripted.url}/records`;
const ALL_IDS = Array.from({ length: RECORDS }, (_, i) => sourceRecord('crm', i).id);
/** 1,000 records are ten slices of 99 and one of 10; the last page of 500 is five of 99 and one of 5. */
const CHECKPOINTS = 11 + 11 + 6;
const DONE = { pages: 3, records: RECORDS, dropped: 0 };

function expectAllOnce() {
  expect(table.written).toEqual(ALL_IDS);
  expect(table.records()).toHaveLength(RECORDS);
}

class Crash extends Error {}

/** The checkpoint of a process that ends at its `count`th, from 1: before it is written, or right after. */
function crashing(count: number, when: 'before' | 'after'): RecordsTable['checkpoint'] {
  let calls = 0;
  return async (writes, state) => {
    calls += 1;
    if (calls === count && when === 'before') throw new Crash();
    await table.checkpoint(writes, state);
    if (calls === count) throw new Crash();
  };
}

describe('payloads', () => {
  it.each([
    { source: 'CRM' },
    { source: '' },
    { source: 'x'.repeat(65) },
    { url: 'ftp://api.example.com/' },
    { url: '/records' },
    { limit: 10 },
  ])('%o is refused', (change) => {
    const payload = { source: 'crm', url: 'https://api.example.com/records' };
    expect(syncData.payload.safeParse(payload).success).toBe(true);
    expect(syncData.payload.safeParse({ ...payload, ...change }).success).toBe(false);
  });
});

describe('2,500 records in three pages', () => {
  it('are written once each, as the source has them', async () => {
    expect(await attempt()).toEqual(DONE);
    expectAllOnce();
    expect(table.states).toHaveLength(CHECKPOINTS);
    expect(table.records().at(1234)).toEqual({ source: 'crm', ...sourceRecord('crm', 1234) });
  });

  const crashes = Array.from({ length: CHECKPOINTS }, (_, i) => i + 1);
  it.each(crashes)('are written once each if the attempt ends after checkpoint %i', async (count) => {
    expect(await rejection(attempt({ checkpoint: crashing(count, 'after') }))).toBeInstanceOf(Crash);
    expect(table.states).toHaveLength(count);
    expect(await attempt()).toEqual(DONE);
    expectAllOnce();
  });

  it.each(crashes)('are written once each if the attempt ends before checkpoint %i', async (count) => {
    expect(await rejection(attempt({ checkpoint: crashing(count, 'before') }))).toBeInstanceOf(Crash);
    expect(table.states).toHaveLength(count - 1);
    expect(await attempt()).toEqual(DONE);
    expectAllOnce();
  });

  it('are written once each if every attempt ends after its first checkpoint', async () => {
    for (const _ of crashes) await rejection(attempt({ checkpoint: crashing(1, 'after') }));
    expect(await attempt()).toEqual(DONE);
    expectAllOnce();
  });

  it('go on where the source refused a page', async () => {
    const before = source.requests().length;
    source.failNext({ status: 503, retryAfter: '75', match: { source: 'crm', cursor: cursorAfter(1000) } });
    expect(await rejection(attempt())).toMatchObject({ name: 'RetryAfterError', delaySeconds: 75 });
    expect(table.state()).toMatchObject({ pages: 1, offset: 0, records: 1000 });
    expect(await attempt()).toEqual(DONE);
    expectAllOnce();
    const asked = source.requests().slice(before);
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, cursorAfter(1000), cursorAfter(1000), cursorAfter(2000)]);
  });
});

/** As the stand-in makes them. */
function cursorAfter(index: number): string {
  return Buffer.from(`after:${index}`).toString('base64url');
}

describe('a job that runs short of time', () => {
  it('goes on in the next invocation after each slice, and ends', async () => {
    let attempts = 1;
    let last: unknown;
    for (; attempts <= 100; attempts++) {
      last = await attempt({ remainingMs: () => 14_999 }).catch((error: unknown) => error);
      if (!(last instanceof SnoozeError)) break;
      expect(last.delaySeconds).toBe(0);
    }
    expect(last).toEqual(DONE);
    expect(attempts).toBe(CHECKPOINTS);
    expectAllOnce();
  });

  it('does not with 15 s left', async () => {
    expect(await attempt({ remainingMs: () => 15_000 })).toEqual(DONE);
  });

  it('is done if no page is left', async () => {
    const url = `${source.url}/small/records`;
    expect(await attempt({ url, remainingMs: () => 0 })).toEqual({ pages: 1, records: 3, dropped: 0 });
  });
});

describe('an end', () => {
  it('that was written is not looked for again', async () => {
    await attempt();
    const before = source.requests().length;
    expect(await attempt()).toEqual(DONE);
    expect(source.requests()).toHaveLength(before);
    expect(table.states).toHaveLength(CHECKPOINTS);
  });

  it('of an empty source comes at once', async () => {
    pages.set('', { records: [], nextCursor: null });
    expect(await attempt({ url: scriptedUrl })).toEqual({ pages: 1, records: 0, dropped: 0 });
    expect(table.state()).toMatchObject({ cursor: null, pages: 1 });
  });

  it('comes behind empty pages', async () => {
    pages.set('', { records: [], nextCursor: 'c1' });
    pages.set('c1', { records: [record('a')], nextCursor: 'c2' });
    pages.set('c2', { records: [], nextCursor: null });
    expect(await attempt({ url: scriptedUrl })).toEqual({ pages: 3, records: 1, dropped: 0 });
  });

  it('comes if the page that was half done has shrunk', async () => {
    await table.checkpoint([], { cursor: null, offset: 99, pages: 0, records: 99, dropped: 0 });
    pages.set('', { records: [record('a')], nextCursor: null });
    expect(await attempt({ url: scriptedUrl })).toEqual({ pages: 1, records: 99, dropped: 0 });
  });

  it('that never comes, because a cursor answers itself, is permanent', async () => {
    pages.set('', { records: [record('a')], nextCursor: 'c1' });
    pages.set('c1', { records: [record('b')], nextCursor: 'c1' });
    const error = await rejection(attempt({ url: scriptedUrl }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error.message).toContain('c1');
    expect(table.written).toEqual(['a']);
  });

  it('is permanent where the host is not on the list', async () => {
    vi.stubEnv('SYNC_ALLOWED_HOSTS', undefined);
    expect(await rejection(attempt())).toBeInstanceOf(PermanentError);
  });
});
