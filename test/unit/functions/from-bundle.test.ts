import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { definitions } from '../../../functions/index.ts';
import { lambdaEnvironment, loadBundles } from '../../../lib/bundle/load-bundles.ts';
import { type WrittenBundle, writeBundle } from '../../../lib/bundle/write-bundle.ts';
import { itemId } from '../../../lib/contract/protocol/job-item.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { workFolder } from '../../../localstack/places.ts';
import { readBody, sendJson } from '../../../localstack/stand-ins/http-server.ts';
import { startJsonSource, startStripe } from '../../../localstack/stand-ins/index.ts';
import { TOUR_SOURCES, tourJobs } from '../../../localstack/tour/jobs.ts';
import { JOBS_TABLE, startLoopbackAws } from '../../fidelity/runtime/loopback-aws.ts';
import { outgoing } from '../../support/factories.ts';

const ROOT = join(import.meta.dirname, '../../..');
const out = await workFolder('sample-bundles');
const stripe = await startStripe();
const source = await startJsonSource(TOUR_SOURCES);
afterAll(() => Promise.all([stripe.stop(), source.stop()]));

const entryOf = (type: string) => join(ROOT, 'functions', type, 'handler.ts');
const written = new Map<string, WrittenBundle>();
for (const { type } of definitions) written.set(type, await writeBundle(entryOf(type), join(out, type)));

const ENVIRONMENT = {
  EMAIL_SENDER: 'sluice@example.com',
  STRIPE_SECRET: 'stripe',
  STRIPE_API_BASE: stripe.url,
  RECORDS_TABLE: 'records',
  REPORTS_BUCKET: 'reports',
  SYNC_ALLOWED_HOSTS: `billing=127.0.0.1:${source.port}`,
  SYNC_LOCAL: '1',
};

const RECORD = {
  ...{ source: { S: 'billing' }, id: { S: 'r1' }, updatedAt: { S: '2026-01-15T00:00:00.000Z' } },
  data: { M: { amount: { N: '1' }, note: { S: '' } } },
};
/** By target. A consumer queries nothing by itself. */
const ANSWERS: Readonly<Record<string, object>> = {
  'secretsmanager.GetSecretValue': { SecretString: 'sk_test_local' },
  'DynamoDB_20120810.Query': { Items: [RECORD], Count: 1 },
};

/** SES, S3, Secrets Manager and an index of records, as far as one good job asks. */
function others(request: IncomingMessage, response: ServerResponse): boolean {
  const target = request.headers['x-amz-target'];
  const body = ANSWERS[String(target)];
  if (body !== undefined) sendJson(response, { status: 200, body });
  if (target !== undefined) return body !== undefined;
  const xml = '<SendEmailResponse><SendEmailResult><MessageId>mail-1</MessageId></SendEmailResult></SendEmailResponse>';
  void readBody(request).then(() => {
    response.writeHead(200, { etag: '"1"', 'content-type': 'text/xml' });
    response.end(request.method === 'PUT' ? '' : xml);
  });
  return true;
}

it('every finished bundle is loaded with Lambda’s environment', async () => {
  const bundles = [...written].map(([type, { leftOut }]) => {
    const own = { functionName: type, environment: { SLUICE_STAGE: 'test' }, memoryMb: 512 };
    return { ...own, folder: join(out, type), entry: entryOf(type), ...leftOut };
  });
  expect(await loadBundles(bundles)).toEqual({});
});

/** No job of a flow: what it leads to has no queue here. A callback runs for its batch alone. */
const ALONE = definitions.map(({ type }) => type).filter((type) => type !== 'mail-report');

/** The samples: job types that `npm start` sends a job of. */
const SAMPLES = tourJobs((name) => `${source.url}/${name}/records`, ALONE).filter(
  ({ type, status }, i, all) => status === 'COMPLETED' && all.findIndex((job) => job.type === type) === i,
);

it.each(SAMPLES)('a job of $type is completed by its bundle', async ({ type, body }) => {
  const aws = await startLoopbackAws(type, { tables: { records: ['source', 'id'] }, others });
  try {
    const { id } = JSON.parse(body) as { id: string };
    aws.queue.add(outgoing(body), 'message-1');
    const event = { Records: aws.queue.receive(1).map((message) => toRecord(message, aws.queue)) };
    const environment = { ...ENVIRONMENT, SLUICE_STAGE: 'test', ...aws.environment };
    const task = join(out, type);
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'support/run-bundle.ts'), join(task, 'index.mjs')],
      {
        env: lambdaEnvironment({ functionName: type, environment, memoryMb: 512 }, task),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    child.stdin.end(JSON.stringify(event));
    const said = await text(child.stdout);
    expect(said).toContain('answer {"batchItemFailures":[]}');
    expect(aws.dynamoDb.item(JOBS_TABLE, itemId(type, id)), said).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  } finally {
    await aws.stop();
  }
});
