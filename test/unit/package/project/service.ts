// A service of another repository that sends jobs.
import type { PayloadInput } from 'sluice/contract';
import { createProducer, enqueue, type JobResult, type ProducerSqs } from 'sluice/producer';
import { makeMemorySqs, makeVirtualClock } from 'sluice/testing';
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
console.log(
  JSON.stringify({
    calls: calls.map(({ name }) => name),
    results: results.map(({ status }) => status),
    refused: refused.name,
  }),
);
