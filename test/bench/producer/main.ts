import { randomUUID } from 'node:crypto';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createProducer } from '../../../lib/producer/index.ts';
import { bench } from '../job/definition.ts';

/** Sends jobs by the producer, or by the loop that one would write without it: the same calls, as many side by side. */
const client = new SQSClient({});
const url = process.env.SLUICE_QUEUE_URL ?? '';
const producer = createProducer({ stage: 'dev', queueUrls: { bench: url } });
const CALLS_AT_ONCE = 10;

async function loop(jobs: number): Promise<void> {
  let next = 0;
  const sender = async () => {
    while (next < jobs) {
      const from = next;
      next += 10;
      const Entries = Array.from({ length: Math.min(10, jobs - from) }, (_, i) => ({
        Id: String(i),
        MessageBody: JSON.stringify({
          id: randomUUID(),
          createdAt: new Date().toISOString(),
          payload: payloadOf(from + i),
        }),
      }));
      const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      if (Failed.length > 0) throw new Error(`${Failed.length} were not sent`);
    }
  };
  await Promise.all(Array.from({ length: CALLS_AT_ONCE }, sender));
}

async function ours(jobs: number): Promise<void> {
  const payloads = Array.from({ length: jobs }, (_, i) => payloadOf(i));
  const results = await producer.enqueueMany(bench, payloads, { callsAtOnce: CALLS_AT_ONCE });
  const lost = results.filter(({ status }) => status !== 'sent').length;
  if (lost > 0) throw new Error(`${lost} were not sent`);
}

const payloadOf = (i: number) => ({ ms: i % 100, filler: 'x'.repeat(200) });

process.on('message', ({ how, jobs }: { how: 'ours' | 'loop'; jobs: number }) => {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  void (how === 'ours' ? ours(jobs) : loop(jobs)).then(() => {
    const { user, system } = process.cpuUsage(cpu);
    process.send?.({ cpuUs: user + system, wallMs: performance.now() - wall });
  });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
