import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** The measured BullMQ worker: told how many jobs, it adds them, drains them, and says what CPU the draining took. */
// A worker blocks on its connection, so each side has one of its own.
const connect = () => new Redis(Number(process.argv[2]), '127.0.0.1', { maxRetriesPerRequest: null });
const queue = new Queue('bench', { connection: connect() });
const keep = { removeOnComplete: true };
let left = 0;
let drained: (() => void) | undefined;

const worker = new Worker(
  'bench',
  async () => {
    left -= 1;
    if (left === 0) drained?.();
    return { done: true };
  },
  { connection: connect(), concurrency: 10, autorun: true },
);
await worker.waitUntilReady();
await worker.pause();

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
