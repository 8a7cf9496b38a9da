import { Logger } from '@aws-lambda-powertools/logger';
import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { bench } from '../job/definition.ts';

/**
 * The measured BullMQ worker: told how many jobs, it adds them, drains them, and says what CPU the draining took. Bare, or
 * with what Sluice does besides: the payload is validated, and each start and end logged.
 */
const [port, how] = process.argv.slice(2);
// A worker blocks on its connection, so each side has one of its own.
const connect = () => new Redis(Number(port), '127.0.0.1', { maxRetriesPerRequest: null });
const queue = new Queue(`bench-${how}`, { connection: connect() });
const keep = { removeOnComplete: true };
const logger = new Logger({ serviceName: 'bullmq' });
let left = 0;
let drained: (() => void) | undefined;

const worker = new Worker(`bench-${how}`, how === 'bare' ? done : dutiful, {
  connection: connect(),
  concurrency: 10,
  autorun: true,
});
await worker.waitUntilReady();
await worker.pause();

async function done(): Promise<object> {
  left -= 1;
  if (left === 0) drained?.();
  return { done: true };
}

async function dutiful({ id, data, attemptsMade }: Job): Promise<object> {
  bench.payload.parse(data);
  const fields = { jobId: id, jobType: bench.type, attempt: attemptsMade + 1, maxAttempts: 5 };
  const startedAtMs = Date.now();
  logger.info('job.started', fields);
  const result = await done();
  logger.info('job.completed', { ...fields, durationMs: Date.now() - startedAtMs });
  return result;
}

async function run(jobs: number): Promise<void> {
  for (let i = 0; i < jobs; i += 500) {
    await queue.addBulk(Array.from({ length: Math.min(500, jobs - i) }, () => ({ name: 'job', data: {}, opts: keep })));
  }
  left = jobs;
  const done = new Promise<void>((resolve) => {
    drained = resolve;
  });
  const before = process.cpuUsage();
  await worker.resume();
  await done;
  const { user, system } = process.cpuUsage(before);
  await worker.pause();
  process.send?.({ cpuUs: user + system });
}

process.on('message', ({ jobs }: { jobs: number }) => void run(jobs));
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
