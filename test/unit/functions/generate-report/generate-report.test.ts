import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { crashes, makeVirtualClock, type TestJobOptions, testJob } from '#sluice/testing';
import { generateReport } from '../../../../functions/generate-report/definition.ts';
import { monthsOf } from '../../../../functions/generate-report/months.ts';
import { stubAws } from '../support/aws-env.ts';
import { fakeContext, rejection } from '../support/context.ts';
import { parseCsv } from './parse-csv.ts';
import { startRecordsIndex } from './records-index.ts';
import { startS3 } from './s3.ts';

const s3 = await startS3();
const index = await startRecordsIndex();
// By name: an address is never given a bucket's host name.
stubAws({ S3: `http://localhost:${s3.port}`, DYNAMODB: index.url });
// Its presence makes the client address buckets by path.
vi.stubEnv('AWS_ENDPOINT_URL', s3.url);
const { perform } = await import('../../../../functions/generate-report/perform.ts');

beforeEach(() => {
  s3.clear();
  index.items.length = 0;
  index.asked.length = 0;
  index.pageSize = 1000;
  index.onQuery = () => {};
  vi.stubEnv('RECORDS_TABLE', 'records');
  vi.stubEnv('REPORTS_BUCKET', 'reports-bucket');
});
afterAll(async () => {
  await Promise.all([s3.stop(), index.stop()]);
});

const period = { source: 'crm', from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' };
const OBJECT = '/reports-bucket/reports/crm/job-1.csv';

const hold = (id: string, updatedAt: string, fields: Fields = {}) => {
  const { amount = '1', note = '', source = 'crm' } = fields;
  const data = { M: { amount: { N: amount }, note: { S: note } } };
  index.items.push({ source: { S: source }, id: { S: id }, updatedAt: { S: updatedAt }, data });
};
interface Fields {
  readonly amount?: string;
  readonly note?: string;
  readonly source?: string;
}

/** `count` records of 30 KB: 174 of them are a part of an upload. */
const holdWide = (count: number) => {
  for (let i = 0; i < count; i++) hold(`r${i}`, '2026-01-15T00:00:00.000Z', { note: 'x'.repeat(30_000) });
};

const generate = (payload: object = period, context = fakeContext()) =>
  perform(generateReport.payload.parse(payload), context);
/** The job, from its message to its end. */
const run = (options: Partial<TestJobOptions<typeof generateReport>> = {}) =>
  testJob(generateReport, perform, { payload: period, ...options });
const ids = () => parseCsv(s3.objects.get(OBJECT) ?? '').flatMap(([id = ''], i) => (i === 0 ? [] : [id]));

describe('payloads', () => {
  it('have their times converted to UTC', () => {
    const payload = { ...period, from: '2026-01-01T02:00:00+02:00', to: '2026-01-01T00:00:00.5Z' };
    expect(generateReport.payload.parse(payload)).toEqual({
      source: 'crm',
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-01T00:00:00.500Z',
    });
  });

  it.each([
    { from: period.to, to: period.from },
    { to: period.from },
    { from: '2026-01-01' },
    { from: '2026-01-01T00:00:00' },
    { to: 'today' },
    { source: '../../crm' },
    { bucket: 'other' },
  ])('%o is refused', (change) => {
    expect(generateReport.payload.safeParse({ ...period, ...change }).success).toBe(false);
  });
});

describe('a report', () => {
  it('is a CSV in the bucket, under a key of the job', async () => {
    hold('a', '2026-01-02T00:00:00.000Z', { amount: '40', note: '=1+1' });
    hold('b', '2026-01-03T00:00:00.000Z', { amount: '-2' });
    const key = 'reports/crm/job-1.csv';
    expect(await generate()).toEqual({ bucket: 'reports-bucket', key, rows: 2, sum: '38' });
    expect(s3.calls).toEqual(['PUT']);
    expect(s3.types.get(OBJECT)).toBe('text/csv; charset=utf-8');
    expect(parseCsv(s3.objects.get(OBJECT) ?? '')).toEqual([
      ['id', 'updatedAt', 'amount', 'data'],
      ['a', '2026-01-02T00:00:00.000Z', '40', '{"amount":40,"note":"=1+1"}'],
      ['b', '2026-01-03T00:00:00.000Z', '-2', '{"amount":-2,"note":""}'],
    ]);
    expect(index.asked).toEqual(['records/byTime']);
  });

  it('is the same object when it is written again', async () => {
    hold('a', '2026-01-02T00:00:00.000Z');
    const done = await run({ faults: [crashes('end')] });
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 1, result: { rows: 1 } });
    expect(s3.calls).toEqual(['PUT', 'PUT']);
    expect([...s3.objects.keys()]).toEqual([OBJECT]);
  });

  it('holds the records of its source and period, without the period’s end', async () => {
    hold('before', '2025-12-31T23:59:59.999Z');
    hold('first', '2026-01-01T00:00:00.000Z');
    hold('other', '2026-01-15T00:00:00.000Z', { source: 'billing' });
    hold('last', '2026-01-31T23:59:59.999Z');
    hold('end', '2026-02-01T00:00:00.000Z');
    hold('after', '2026-02-01T00:00:00.001Z');
    expect(await generate()).toMatchObject({ rows: 2 });
    expect(ids()).toEqual(['first', 'last']);
  });

  it('holds the records of all pages', async () => {
    const all = Array.from({ length: 25 }, (_, i) => `r${i}`);
    for (const id of all) hold(id, '2026-01-15T00:00:00.000Z', { amount: '3' });
    index.pageSize = 10;
    expect(await generate()).toMatchObject({ rows: 25, sum: '75' });
    expect(ids()).toEqual(all);
    expect(index.asked).toHaveLength(3);
  });

  it('of no records holds only the header', async () => {
    expect(await generate()).toMatchObject({ rows: 0, sum: '0' });
    expect(s3.objects.get(OBJECT)).toBe('id,updatedAt,amount,data\r\n');
  });

  it('holds and sums numbers beyond JavaScript’s exact range', async () => {
    hold('a', '2026-01-02T00:00:00.000Z', { amount: '9007199254740992' });
    hold('b', '2026-01-03T00:00:00.000Z', { amount: '9007199254740992' });
    expect(await generate()).toMatchObject({ rows: 2, sum: '18014398509481984' });
    expect(s3.objects.get(OBJECT)).toContain('"{""amount"":9007199254740992,""note"":""""}"');
  });
});

describe('with an address to mail to', () => {
  const year = { source: 'crm', from: '2026-01-15T00:00:00Z', to: '2026-04-01T00:00:00Z', mailTo: 'ada@example.com' };

  it('a report is a job for each month, and a mail once all have ended', async () => {
    const { result, batch, staged } = await run({ payload: year });
    expect({ result, staged }).toEqual({ result: { months: 3 }, staged: [] });
    const spans = batch?.children.map(({ type, payload }) => [type, payload]);
    expect(spans).toEqual([
      ['generate-report', { source: 'crm', from: '2026-01-15T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' }],
      ['generate-report', { source: 'crm', from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' }],
      ['generate-report', { source: 'crm', from: '2026-03-01T00:00:00.000Z', to: '2026-04-01T00:00:00.000Z' }],
    ]);
    expect(batch?.callback).toMatchObject({
      type: 'mail-report',
      payload: { source: 'crm', mailTo: 'ada@example.com' },
    });
    expect(s3.calls).toEqual([]);
  });

  it('is staged once if the process dies at the end of an attempt', async () => {
    const { attempts, batch } = await run({ payload: year, faults: [crashes('end')] });
    expect([attempts, batch?.children.length]).toEqual([1, 3]);
  });

  it('of a period within a day is one month', () => {
    const [from, to] = ['2026-12-31T10:00:00.000Z', '2026-12-31T11:00:00.000Z'];
    expect(monthsOf({ from, to })).toEqual([{ from, to }]);
    const newYear = '2027-01-01T00:00:00.000Z';
    expect(monthsOf({ from, to: newYear })).toEqual([{ from, to: newYear }]);
    expect(monthsOf({ from, to: '2027-01-01T00:00:00.500Z' })).toHaveLength(2);
  });

  it('that is none, it is refused', () => {
    expect(generateReport.payload.safeParse({ ...year, mailTo: 'ada' }).success).toBe(false);
  });
});

describe('an upload', () => {
  it('beyond 5 MB is sent in parts and assembled', async () => {
    holdWide(400);
    index.pageSize = 33;
    expect(await generate()).toMatchObject({ rows: 400, sum: '400' });
    expect(ids()).toEqual(Array.from({ length: 400 }, (_, i) => `r${i}`));
    const parts = s3.calls.filter((call) => call === 'PUT ?partNumber&uploadId');
    expect(parts).toHaveLength(3);
    expect(s3.calls.at(0)).toBe('POST ?uploads');
    expect(s3.calls.at(-1)).toBe('POST ?uploadId');
    expect(s3.open.size).toBe(0);
  });

  it('has its parts deleted if the attempt times out', async () => {
    holdWide(600);
    index.pageSize = 33;
    const clock = makeVirtualClock();
    // 13 pages are two parts and a bit; the answer takes longer than the job may.
    index.onQuery = (count) => count === 13 && void clock.advance(601_000);
    const { status, error } = await run({ clock, maxAttempts: 1 });
    expect({ status, name: error?.name }).toEqual({ status: 'DEAD', name: 'JobTimeoutError' });
    expect(s3.calls).toContain('POST ?uploads');
    expect(s3.calls.at(-1)).toBe('DELETE ?uploadId');
    expect(s3.open.size).toBe(0);
    expect(s3.objects.size).toBe(0);
  });

  it('has its parts deleted if the records cannot be read', async () => {
    holdWide(600);
    index.pageSize = 33;
    index.onQuery = (count) => {
      if (count === 13) throw new Error('no such index');
    };
    expect(await rejection(generate())).toMatchObject({ name: 'ValidationException' });
    expect(s3.calls.at(-1)).toBe('DELETE ?uploadId');
    expect(s3.open.size).toBe(0);
    expect(s3.objects.size).toBe(0);
  });

  it('is not started if the attempt was aborted before', async () => {
    hold('a', '2026-01-02T00:00:00.000Z');
    const error = await rejection(generate(period, fakeContext({ signal: AbortSignal.abort() })));
    expect(error.name).toBe('AbortError');
    expect(s3.calls).toEqual([]);
    expect(index.asked).toEqual([]);
  });
});
