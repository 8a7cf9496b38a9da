import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { ChaosJob } from './plan.ts';
import type { Stage } from './stage.ts';

/** SQS takes ten messages a call. */
const BATCH = 10;
/** Messages that are due within this time go together. */
const STEP_MS = 500;

/** Sends all jobs, evenly over a time, and the second copies of some when their time comes. @returns messages sent */
export async function sendAll(
  jobs: readonly ChaosJob[],
  { emulator, deployment }: Pick<Stage, 'emulator' | 'deployment'>,
  overMs: number,
): Promise<number> {
  const sqs = new SQSClient(emulator.clientConfig);
  const startedAtMs = Date.now();
  const due = jobs
    .flatMap((job, i) => {
      const atMs = (i / jobs.length) * overMs;
      return [{ job, atMs }, ...(job.againAfterMs === undefined ? [] : [{ job, atMs: atMs + job.againAfterMs }])];
    })
    .sort((a, b) => a.atMs - b.atMs);
  const total = due.length;
  while (due.length > 0) {
    const untilMs = Date.now() - startedAtMs;
    const later = due.findIndex(({ atMs }) => atMs > untilMs);
    const now = due.splice(0, later < 0 ? due.length : later);
    for (const [url, bodies] of byQueue(now, deployment.queues)) {
      for (let at = 0; at < bodies.length; at += BATCH) await send(sqs, url, bodies.slice(at, at + BATCH));
    }
    await sleep(STEP_MS);
  }
  sqs.destroy();
  return total;
}

function byQueue(due: readonly { job: ChaosJob }[], queues: Stage['deployment']['queues']): Map<string, string[]> {
  const bodies = new Map<string, string[]>();
  for (const { job } of due) {
    const url = queues[job.type]?.queueUrl;
    if (url === undefined) throw new TypeError(`${job.type} is not deployed`);
    bodies.set(url, [...(bodies.get(url) ?? []), job.body]);
  }
  return bodies;
}

async function send(sqs: SQSClient, QueueUrl: string, bodies: readonly string[]): Promise<void> {
  const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
  const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  if (Failed.length > 0) throw new Error(`${Failed.length} messages could not be sent: ${Failed[0]?.Message}`);
}
