import { type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { expect, it, vi } from 'vitest';
import { type SimulationEnd, SimulationError, simulate } from '#sluice/testing';
import { generateReport } from '../../../../functions/generate-report/definition.ts';
import { sourceRecord } from '../../../../localstack/stand-ins/index.ts';
import { stubAws } from '../support/aws-env.ts';
import { countAttempts, cut, ended, reach } from '../support/far-side.ts';
import { parseCsv } from './parse-csv.ts';
import { answerQuery, type Query } from './records-index.ts';

stubAws({});
vi.stubEnv('AWS_ENDPOINT_URL', 'http://localhost');
vi.stubEnv('RECORDS_TABLE', 'records');
vi.stubEnv('REPORTS_BUCKET', 'reports-bucket');
const { perform } = await import('../../../../functions/generate-report/perform.ts');

/** The sources that jobs report of, and how many records each has. */
const SOURCES = { crm: 25, shop: 7, crm2: 12 };
const items = Object.entries(SOURCES).flatMap(([source, records]) =>
  Array.from({ length: records }, (_, i) => marshall({ source, ...sourceRecord(source, i) })),
);

/** The index of records and S3, as far as their clients: pages of ten, and contents by key. */
const objects = new Map<string, string>();
vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockImplementation(async (...[command, options]: unknown[]) => {
  const { input } = command as { input: object };
  const page = await reach(() => query(input), trouble(options));
  return { ...page, Items: page.Items.map((item) => unmarshall(item)) };
});
vi.spyOn(S3Client.prototype, 'send').mockImplementation((...[command, options]: unknown[]) =>
  reach(() => put((command as { input: PutObjectCommandInput }).input), trouble(options)),
);

const trouble = (options: unknown) => ({
  ...{ percent: 3, error: cut, stallMs: 700_000 },
  signal: (options as { abortSignal?: AbortSignal } | undefined)?.abortSignal,
});

function query(input: object) {
  const asked = input as { ExpressionAttributeValues: object; ExclusiveStartKey?: object };
  const values = marshall(asked.ExpressionAttributeValues);
  const start = asked.ExclusiveStartKey && { ExclusiveStartKey: marshall(asked.ExclusiveStartKey) };
  const page = answerQuery({ ExpressionAttributeValues: values, ...start } as unknown as Query, {
    items,
    pageSize: 10,
  });
  return { ...page, ...(page.LastEvaluatedKey && { LastEvaluatedKey: unmarshall(page.LastEvaluatedKey) }) };
}

function put({ Bucket, Key, Body }: PutObjectCommandInput) {
  objects.set(`${Bucket}/${Key}`, String(Body));
  return { ETag: '"whole"' };
}

const payloads = Object.keys(SOURCES).map((source) => ({
  source,
  from: '2020-01-01T00:00:00Z',
  to: '2040-01-01T00:00:00Z',
}));
const attempts = countAttempts();
const before = () => {
  objects.clear();
  attempts.clear();
};

/** Each completed job's result names an object with the records of its own source, whole; no job leaves another one. */
function checkReports(end: SimulationEnd): void {
  const own = Object.keys(SOURCES).map((source, i) => `reports-bucket/reports/${source}/job-${i + 1}.csv`);
  for (const name of objects.keys()) expect(own, `${name} is nobody’s`).toContain(name);
  for (const { jobId, result } of ended(end, 'COMPLETED')) {
    const { bucket, key, rows, sum } = result as { bucket: string; key: string; rows: number; sum: string };
    const [source = '', records = 0] = Object.entries(SOURCES)[Number(jobId.slice(4)) - 1] ?? [];
    const [, ...lines] = parseCsv(objects.get(`${bucket}/${key}`) ?? '');
    const ids = Array.from({ length: records }, (_, i) => sourceRecord(source, i).id);
    expect(
      lines.map(([id]) => id),
      `report of ${jobId}`,
    ).toEqual(ids);
    expect({ rows, sum }, `result of ${jobId}`).toEqual({ rows: records, sum: sumOf(lines) });
  }
}

const sumOf = (lines: readonly string[][]) => String(lines.reduce((sum, [, , amount]) => sum + Number(amount), 0));
const options = { payloads, before, check: checkReports };

it('each job has one complete report of its own', { timeout: 120_000 }, async () => {
  const simulated = await simulate(generateReport, attempts.of(perform), { ...options, schedules: 150 });
  expect(simulated.ended.COMPLETED).toBeGreaterThan(400);
});

it('a handler that names its report by its attempt is reported', { timeout: 120_000 }, async () => {
  const wasteful = attempts.of<typeof generateReport>((payload, context) =>
    perform(payload, { ...context, job: { ...context.job, id: `${context.job.id}-${context.job.attempts}` } }),
  );
  const simulated = simulate(generateReport, wasteful, { ...options, schedules: 150 });
  await expect(simulated).rejects.toThrow(SimulationError);
  await expect(simulated).rejects.toThrow(/job-\d-\d\.csv is nobody’s/);
});
