import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bundle } from '../../../lib/bundle/bundle.ts';
import { itemId, type JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { toRecord } from '../../../lib/testing/aws/lambda/event-source.ts';
import { outgoing } from '../../support/factories.ts';
import { type ExecutionEnvironment, startEnvironment } from './execution-environment.ts';
import { ensureInterfaceClient, FIRST_USE_MS, type InterfaceClient } from './interface-client.ts';
import { JOBS_TABLE, type LoopbackAws, startLoopbackAws } from './loopback-aws.ts';
import { type Reported, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

const PROBE = join(import.meta.dirname, '../../integration/app/probe/handler.ts');

const SKIPPED = 'the tests under Lambda’s own runtime are skipped, its client is not to be had here';

let client: InterfaceClient;
let task: string;
beforeAll(async () => {
  client = await ensureInterfaceClient(console.log);
  if ('missing' in client) console.warn(`${SKIPPED}: ${client.missing}`);
  task = await mkdtemp(join(tmpdir(), 'sluice-task-'));
  await writeFile(join(task, 'index.mjs'), (await bundle(PROBE)).code);
}, FIRST_USE_MS);
afterAll(() => rm(task, { recursive: true, force: true }));

let aws: LoopbackAws;
let api: RuntimeApi;
let environment: ExecutionEnvironment | undefined;
beforeEach(async (context) => {
  if ('missing' in client) return context.skip(`${SKIPPED}: ${client.missing}`);
  aws = await startLoopbackAws('probe');
  api = await startRuntimeApi();
  const { address } = api;
  environment = startEnvironment({ client: client.main, task, address, environment: aws.environment });
});
afterEach(async ({ task: { result } }) => {
  if (result?.state === 'fail') console.log(environment?.lines.join('\n'));
  environment?.kill();
  environment = undefined;
  await api?.stop();
  await aws?.stop();
});

function send(id: string, ...steps: object[]): void {
  aws.queue.add(outgoing(JSON.stringify({ id, payload: { steps } })), `message-${id}`);
}

/** One batch of what the queue holds, to what the runtime reports. */
const deliver = (timeoutMs?: number): Promise<Reported> =>
  invoke({ Records: aws.queue.receive(10).map((message) => toRecord(message, aws.queue)) }, timeoutMs);

/** A process that ends reports nothing. */
const invoke = (event: unknown, timeoutMs?: number): Promise<Reported> =>
  Promise.race([api.invoke(event, timeoutMs), running().ended.then(ended)]);

function ended(code: unknown): never {
  throw new Error(`the process ended (${code}):\n${running().lines.join('\n')}`);
}

function running(): ExecutionEnvironment {
  if (environment === undefined) throw new Error('no execution environment was started');
  return environment;
}

const job = (id: string): JobItem | undefined => aws.dynamoDb.item(JOBS_TABLE, itemId('probe', id));
const response = (...kept: string[]) => ({
  kind: 'response',
  body: { batchItemFailures: kept.map((id) => ({ itemIdentifier: `message-${id}` })) },
});

/** A metric, summed over what was written so far; its dimension sets are checked on the way. */
function metric(name: string): number {
  const written = running().lines.filter((line) => line.includes('"CloudWatchMetrics"'));
  const values = written.map((line) => (JSON.parse(line) as Record<string, number>)[name] ?? 0);
  return values.reduce((a, b) => a + b, 0);
}

it('a good batch: every job is completed, nothing is kept', async () => {
  send('a', { do: 'complete', result: 'r' });
  send('b', { do: 'work', ms: 20 });
  expect(await deliver()).toEqual(response());
  expect(job('a')).toMatchObject({ status: 'COMPLETED', result: 'r', attempts: 1 });
  expect(job('b')).toMatchObject({ status: 'COMPLETED', result: 'worked' });
  expect(aws.targets).toEqual(Array(aws.targets.length).fill('DynamoDB_20120810.BatchExecuteStatement'));
  await running().line('"CloudWatchMetrics"');
  expect(metric('JobsCompleted')).toBe(2);
});

it('a failing batch: what waits is kept, what is parked or dead is not', async () => {
  send('soon', { do: 'fail', message: 'once' });
  send('later', { do: 'retryAfter', seconds: 3600 });
  send('dead', { do: 'permanent', message: 'never' });
  expect(await deliver()).toEqual(response('soon'));
  expect(job('soon')).toMatchObject({
    status: 'RETRYING',
    attempts: 1,
    error: { name: 'Error', message: 'once: the cause' },
  });
  expect(job('later')).toMatchObject({ status: 'RETRYING', envelope: { body: expect.stringContaining('later') } });
  // Minified, and yet by the name of its class.
  expect(job('dead')).toMatchObject({ status: 'DEAD', reason: 'PermanentError', error: { name: 'PermanentError' } });
  expect(aws.deadLetters.messages().map(({ attributes }) => attributes.errorMessage?.StringValue)).toEqual(['never']);
  expect(aws.targets).toContain('AmazonSQS.ChangeMessageVisibility');
  expect(aws.bus.events).toMatchObject([{ 'detail-type': 'Job Dead-Lettered', detail: { id: 'dead', type: 'probe' } }]);
});

it('an empty batch: nothing is kept, no call is made', async () => {
  expect(await invoke({ Records: [] })).toEqual(response());
  expect(aws.targets).toEqual([]);
});

it('a malformed message is dead-lettered, its batch mates run', async () => {
  aws.queue.add(outgoing('no JSON'), 'message-x');
  send('mate', { do: 'complete' });
  expect(await deliver()).toEqual(response());
  expect(job('message-x')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
  expect(job('mate')?.status).toBe('COMPLETED');
  expect(aws.deadLetters.messages().map(({ body }) => body)).toEqual(['no JSON']);
});

it.each([{}, { Records: 'none' }])('what is no batch is refused, and the next batch runs: %j', async (event) => {
  expect(await invoke(event)).toMatchObject({ kind: 'error' });
  send('next', { do: 'complete' });
  expect(await deliver()).toEqual(response());
  expect(job('next')?.status).toBe('COMPLETED');
});

it('a handler that timed out and rejects later does not fail the next batch', async () => {
  send('late', { do: 'hang', ms: 1200 });
  // Warm first: a cold start would take of the time. The attempt ends a second before the function does.
  await invoke({ Records: [] });
  expect(await deliver(1800)).toEqual(response('late'));
  expect(job('late')).toMatchObject({ status: 'RETRYING', error: { name: 'JobTimeoutError' } });
  send('next', { do: 'work', ms: 1200 });
  expect(await deliver()).toEqual(response());
  expect(job('next')?.status).toBe('COMPLETED');
  expect(job('late')).toMatchObject({ status: 'RETRYING', attempts: 1 });
});

const logged = (event: string): Record<string, unknown>[] =>
  running()
    .lines.filter((line) => line.includes(`"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const MATES = Array.from({ length: 9 }, (_, i) => `mate-${i}`);

it('a rejection left behind fails its own attempt, and its nine batch mates complete', async () => {
  send('bad', { do: 'leave', afterMs: 100, ms: 60_000 });
  for (const id of MATES) send(id, { do: 'work', ms: 500 });
  expect(await deliver()).toEqual(response('bad'));
  const error = { name: 'RangeError', message: 'left behind' };
  expect(job('bad')).toMatchObject({ status: 'RETRYING', attempts: 1, error });
  for (const id of MATES) expect(job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expect(logged('job.unhandled-rejection')).toMatchObject([{ jobId: 'bad', errorName: 'RangeError' }]);
  expect(metric('UnhandledRejections')).toBe(1);
});

it('a rejection that comes when its job has completed does not fail the next batch', async () => {
  send('bad', { do: 'leave', afterMs: 300, ms: 0 });
  expect(await deliver()).toEqual(response());
  send('next', { do: 'work', ms: 600 });
  expect(await deliver()).toEqual(response());
  for (const id of ['bad', 'next']) expect(job(id)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  expect(logged('job.unhandled-rejection')).toMatchObject([{ jobId: 'bad' }]);
});

it('an exception in a timer ends the process: its batch mates are put back, its own job keeps a note', async () => {
  send('bad', { do: 'throw', afterMs: 100, ms: 60_000 });
  for (const id of MATES) send(id, { do: 'work', ms: 60_000 });
  void api.invoke({ Records: aws.queue.receive(10).map((message) => toRecord(message, aws.queue)) });
  expect(await running().ended).toBe(1);
  for (const id of MATES) expect(job(id)).toMatchObject({ status: 'RETRYING', attempts: 0 });
  const crash = { name: 'RangeError', message: 'thrown in a timer' };
  expect(job('bad')).toMatchObject({ status: 'INPROGRESS', attempts: 1, crash });
  expect(logged('job.uncaught-exception')).toMatchObject([{ jobId: 'bad', errorName: 'RangeError' }]);
  expect(Math.max(...running().lines.map(({ length }) => length))).toBeLessThan(3000);
});

it('SIGTERM while a job runs: it is put back without an attempt, the process exits 0', async () => {
  send('long', { do: 'work', ms: 60_000 });
  void api.invoke({ Records: aws.queue.receive(10).map((message) => toRecord(message, aws.queue)) });
  await running().line('job.started');
  running().signal('SIGTERM');
  expect(await running().ended).toBe(0);
  expect(job('long')).toMatchObject({ status: 'RETRYING', attempts: 0, error: { name: 'ShutdownError' } });
  expect(metric('JobsFailed')).toBe(0);
});

it('SIGTERM between two batches: the process exits 0 as soon as the runtime lets it', async () => {
  expect(await invoke({ Records: [] })).toEqual(response());
  await api.idle();
  running().signal('SIGTERM');
  expect(await running().line('exiting')).toBe('exiting with 0');
  // The client waits for its next event on a thread of its own, and Node for that thread: on AWS, where no event comes
  // any more, the process is killed at the end of the shutdown phase. Nothing is lost by then.
  await api.stop();
  expect(await running().ended).toBe(0);
});
