import * as z from 'zod';
import { defineJob } from '../../../lib/contract/definition/job-definition.ts';
import { createProducer, type ProducerOptions } from '../../../lib/producer/index.ts';
import { type MemoryQueue, makeMemorySqs } from '../../../lib/testing/index.ts';

export const STAGE = 'test';
const DAY_SECONDS = 24 * 3600;

export const resize = defineJob({
  type: 'resize',
  payload: z.strictObject({ n: z.int(), note: z.string().default('none'), filler: z.string().optional() }),
});

/** A producer before SQS in memory, whose one queue is `resize`'s; its clock is the test's. */
export function makeShop(options: ProducerOptions = { stage: STAGE }) {
  const clock = { now: () => Date.now() } as Parameters<typeof makeMemorySqs>[0];
  const sqs = makeMemorySqs(clock);
  const settings = { visibilityTimeoutSeconds: 30, retentionSeconds: 7 * DAY_SECONDS };
  const queue = sqs.createQueue(`sluice-${STAGE}-resize`, settings);
  return { sqs, queue, ...createProducer({ client: sqs.client, ...options }) };
}

export const bodies = (queue: MemoryQueue) =>
  queue.messages().map(({ body }) => JSON.parse(body) as Record<string, unknown>);
