// A service of another repository that sends jobs, and looks at them.
import { createClient, type JobState } from 'sluice/client';
import type { PayloadInput } from 'sluice/contract';
import { createProducer, enqueue, type JobResult, type ProducerSqs } from 'sluice/producer';
import { makeMemoryDynamoDb, makeMemorySqs, makeVirtualClock } from 'sluice/testing';
import { greet } from './greet.ts';

const { client, createQueue, calls } = makeMemorySqs(makeVirtualClock());
createQueue('sluice-prod-greet', { visibilityTimeoutSeconds: 30, retentionSeconds: 3600 });
const sqs: ProducerSqs = client;
const producer = createProducer({ stage: 'prod', client: sqs });
const payload: PayloadInput<typeof greet> = {};
await producer.enqueue(greet, payload, { key: 'a' });
const results: JobResult[] = await producer.enqueueMany(greet, [{ name: 'Ada' }]);

// @ts-expect-error the payload's type is the definition's
const refused: Error = await enqueue(greet, { name: 1 }).catch((error: Error) => error);
const table = 'sluice-prod-jobs';
const dynamoDb = makeMemoryDynamoDb({ clock: makeVirtualClock(), tables: { [table]: ['id'] } });
const end = { status: 'COMPLETED', jobId: 'a', runNo: 1, attempts: 1, maxAttempts: 5, expiration: 4_000_000_000 };
dynamoDb.put(table, { ...end, id: 'greet#a', createdAt: '', completedAt: '', result: 'Hello' });
const { status, waitFor } = createClient({ stage: 'prod', client: dynamoDb.client });
const state: JobState = await status(greet, 'a');
// @ts-expect-error a job that may not have completed has no result
state.result;
const awaited: unknown = await waitFor(greet, 'a', { signal: AbortSignal.timeout(60_000), timeoutMs: 60_000 });

console.log(
  JSON.stringify({
    awaited,
    state: state.status === 'COMPLETED' && state.result,
    calls: calls.map(({ name }) => name),
    results: results.map(({ status }) => status),
    refused: refused.name,
  }),
);
