import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { syncData } from '../../functions/sync-data/definition.ts';
import { perform } from '../../functions/sync-data/perform.ts';
import { PermanentError } from '../../lib/contract/errors.ts';
import {
  crashes,
  dynamoDbLosesReply,
  dynamoDbThrottles,
  type JobFault,
  type TestRun,
  testJob,
} from '../../lib/testing/index.ts';
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

const tables = { [TABLE]: { key: ['source', 'id'] } };
const payload = { source: 'crm', url: `${source.url}/crm/records` };
const run = (faults: readonly JobFault[] = [], definition: typeof syncData = syncData) =>
  testJob(definition, perform, { payload, tables, faults, patienceMs: 30_000 });

function expectAllOnce({ status, result, writes, tables: written, checkpoints }: TestRun) {
  expect({ status, result }).toEqual({ status: 'COMPLETED', result: DONE });
  expect(writes.map(({ Put }) => Put?.Item?.id)).toEqual(ALL_IDS);
  expect(written[TABLE]).toHaveLength(RECORDS);
  expect(checkpoints).toHaveLength(CHECKPOINTS);
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
    const done = await run();
    expectAllOnce(done);
    expect(done.tables[TABLE]).toContainEqual({ source: 'crm', ...sourceRecord('crm', 1234) });
  });

  const numbers = Array.from({ length: CHECKPOINTS }, (_, i) => i + 1);
  it.each(numbers)('are written once each if the process dies after checkpoint %i', async (checkpoint) => {
    const done = await run([crashes({ checkpoint, moment: 'after' })]);
    expectAllOnce(done);
    expect(done.attempts).toBe(2);
  });

  it.each(numbers)('are written once each if the process dies before checkpoint %i', async (checkpoint) => {
    expectAllOnce(await run([crashes({ checkpoint, moment: 'before' })]));
  });

  it('are written once each if every attempt dies after its first checkpoint', async () => {
    const fault = crashes({ checkpoint: 1, moment: 'after' }, CHECKPOINTS);
    const patient = { ...syncData, retry: { ...syncData.retry, maxAttempts: 100 } };
    const done = await run([fault], patient);
    expectAllOnce(done);
    expect(done.attempts).toBe(CHECKPOINTS + 1);
  });

  it('are written once each if DynamoDB throttles, and loses its answers', async () => {
    expectAllOnce(await run([dynamoDbThrottles('handler', 7), dynamoDbLosesReply('handler', 20)]));
  });

  it('go on where the source refused a page, when it said', async () => {
    const before = source.requests().length;
    source.failNext({ status: 503, retryAfter: '75', match: { source: 'crm', cursor: cursorAfter(1000) } });
    const done = await run();
    expectAllOnce(done);
    expect(done).toMatchObject({ attempts: 2, delaysMs: [75_000], error: { name: 'RetryAfterError' } });
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
    const done = await run([], { ...syncData, timeoutSeconds: 14 });
    expectAllOnce(done);
    expect(done).toMatchObject({ attempts: 1, delaysMs: Array.from({ length: CHECKPOINTS - 1 }, () => 0) });
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
