import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { crashes, dynamoDbLosesReply, dynamoDbThrottles, type TestRun } from '#sluice/testing';
import { syncData } from '../../../../functions/sync-data/definition.ts';
import { sourceRecord, startJsonSource } from '../../../../localstack/stand-ins/index.ts';
import { inDepth } from '../../../support/depth.ts';
import { DEAD, idsWritten, record, startPages, syncFrom, TABLE } from './sync.ts';

const RECORDS = 2500;
const source = await startJsonSource({ crm: { records: RECORDS }, small: { records: 3 } });
afterAll(() => source.stop());

const scripted = await startPages();
const { pages } = scripted;
afterAll(() => scripted.stop());

beforeEach(() => {
  scripted.clear();
  vi.stubEnv('RECORDS_TABLE', TABLE);
  vi.stubEnv('SYNC_LOCAL', '1');
  vi.stubEnv(
    'SYNC_ALLOWED_HOSTS',
    `erp=api.example.com, crm = 127.0.0.1:${source.port} ,crm=127.0.0.1:${scripted.port},`,
  );
});

const url = `${source.url}/crm/records`;
const scriptedUrl = `${scripted.url}/records`;
const ALL_IDS = Array.from({ length: RECORDS }, (_, i) => sourceRecord('crm', i).id);
/** 1,000 records are ten slices of 99 and one of 10; the last page of 500 is five of 99 and one of 5. */
const CHECKPOINTS = 11 + 11 + 6;
const DONE = { pages: 3, records: RECORDS, dropped: 0 };

function expectAllOnce(run: TestRun) {
  expect(run).toMatchObject({ status: 'COMPLETED', result: DONE });
  expect(idsWritten(run)).toEqual(ALL_IDS);
  expect(run.tables[TABLE]).toHaveLength(RECORDS);
  expect(run.checkpoints).toHaveLength(CHECKPOINTS);
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
  it('are each written once, as the source has them', async () => {
    const run = await syncFrom(url);
    expectAllOnce(run);
    expect(run.tables[TABLE]).toContainEqual({ source: 'crm', ...sourceRecord('crm', 1234) });
  });

  const all = Array.from({ length: CHECKPOINTS }, (_, i) => i + 1);
  const numbers = inDepth(all, [1, 2, Math.ceil(CHECKPOINTS / 2), CHECKPOINTS]);
  it.each(numbers)('are each written once if the process dies after checkpoint %i', async (checkpoint) => {
    const run = await syncFrom(url, { faults: [crashes({ checkpoint, moment: 'after' })] });
    expectAllOnce(run);
    expect(run.attempts).toBe(2);
  });

  it.each(numbers)('are each written once if the process dies before checkpoint %i', async (checkpoint) => {
    expectAllOnce(await syncFrom(url, { faults: [crashes({ checkpoint, moment: 'before' })] }));
  });

  it('are each written once if every attempt dies after its first checkpoint', async () => {
    const faults = [crashes({ checkpoint: 1, moment: 'after' }, CHECKPOINTS)];
    const run = await syncFrom(url, { faults, maxAttempts: 100 });
    expectAllOnce(run);
    expect(run.attempts).toBe(CHECKPOINTS + 1);
  });

  it('are each written once if DynamoDB throttles and answers are lost', async () => {
    expectAllOnce(
      await syncFrom(url, { faults: [dynamoDbThrottles('handler', 7), dynamoDbLosesReply('handler', 20)] }),
    );
  });

  it('go on after the time that a refused page asked for', async () => {
    const before = source.requests().length;
    source.failNext({ status: 503, retryAfter: '75', match: { source: 'crm', cursor: cursorAfter(1000) } });
    const run = await syncFrom(url);
    expectAllOnce(run);
    expect(run).toMatchObject({ attempts: 2, delaysMs: [75_000], error: { name: 'RetryAfterError' } });
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
    const run = await syncFrom(url, { timeoutSeconds: 14 });
    expectAllOnce(run);
    expect(run).toMatchObject({ attempts: 1, delaysMs: Array.from({ length: CHECKPOINTS - 1 }, () => 0) });
  });

  it('goes on in the same invocation with 15 s left', async () => {
    const run = await syncFrom(url, { timeoutSeconds: 15 });
    expectAllOnce(run);
    expect(run.delaysMs).toEqual([]);
  });

  it('completes if no page is left', async () => {
    const run = await syncFrom(`${source.url}/small/records`, { timeoutSeconds: 1 });
    expect(run).toMatchObject({ delaysMs: [], result: { pages: 1, records: 3, dropped: 0 } });
  });
});

describe('an end', () => {
  it('that was written is not requested again', async () => {
    const before = source.requests().length;
    expectAllOnce(await syncFrom(url, { faults: [crashes({ checkpoint: CHECKPOINTS, moment: 'after' })] }));
    expect(source.requests()).toHaveLength(before + DONE.pages);
  });

  it('of an empty source is reached at once', async () => {
    pages.set('', { records: [], nextCursor: null });
    const run = await syncFrom(scriptedUrl);
    expect(run.result).toEqual({ pages: 1, records: 0, dropped: 0 });
    expect(run.checkpoints).toMatchObject([{ cursor: null, pages: 1 }]);
  });

  it('is reached after empty pages', async () => {
    pages.set('', { records: [], nextCursor: 'c1' });
    pages.set('c1', { records: [record('a')], nextCursor: 'c2' });
    pages.set('c2', { records: [], nextCursor: null });
    expect(await syncFrom(scriptedUrl)).toMatchObject({ result: { pages: 3, records: 1, dropped: 0 } });
  });

  it('is reached if a half written page has shrunk', async () => {
    pages.set('', { records: Array.from({ length: 150 }, (_, i) => record(`r${i}`)), nextCursor: null });
    scripted.before = () => {
      if (scripted.asked.length === 2) pages.set('', { records: [record('r0')], nextCursor: null });
    };
    const run = await syncFrom(scriptedUrl, { faults: [crashes({ checkpoint: 1, moment: 'after' })] });
    expect(run).toMatchObject({ status: 'COMPLETED', result: { pages: 1, records: 99, dropped: 0 } });
  });

  it('that is never reached, because a cursor answers itself, fails for good', async () => {
    pages.set('', { records: [record('a')], nextCursor: 'c1' });
    pages.set('c1', { records: [record('b')], nextCursor: 'c1' });
    const run = await syncFrom(scriptedUrl);
    expect(run).toMatchObject({ ...DEAD, error: { message: expect.stringContaining('c1') } });
    expect(idsWritten(run)).toEqual(['a']);
  });

  it('is a permanent failure if no host is on the list, or the host is another source’s', async () => {
    vi.stubEnv('SYNC_ALLOWED_HOSTS', undefined);
    expect(await syncFrom(url)).toMatchObject(DEAD);
    vi.stubEnv('SYNC_ALLOWED_HOSTS', `erp=${new URL(url).host}`);
    expect(await syncFrom(url)).toMatchObject(DEAD);
  });
});
