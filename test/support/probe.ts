import * as z from 'zod';
import { defineJob } from '../../lib/contract/definition/job-definition.ts';
import type { JobOptions } from '../../lib/contract/definition/job-options.ts';
import { PermanentError, RetryAfterError, SnoozeError } from '../../lib/contract/errors.ts';
import { type Clock, sleep } from '../../lib/engine/clock.ts';
import type { JobContext } from '../../lib/engine/job-context.ts';
import type { MemoryDynamoDb } from '../../lib/testing/index.ts';

/** What a probe job does: its payload says. */
const payload = z.object({
  do: z.enum(['complete', 'fail', 'permanent', 'retryAfter', 'snooze', 'work', 'hang', 'commit', 'checkpoint']),
  /** `fail`: attempts that fail before one completes. @default all */
  times: z.int().optional(),
  seconds: z.number().optional(),
  result: z.json().optional(),
  /** Must never be logged. */
  secret: z.string().optional(),
  filler: z.string().optional(),
});
export type ProbePayload = z.output<typeof payload>;

type ProbeOptions = Partial<Omit<JobOptions<'probe', typeof payload>, 'type' | 'payload'>>;

/** One attempt in 10 s; five attempts after 1 s, 30 s, 5 min, 30 min, without jitter. */
export const defineProbe = (options: ProbeOptions = {}) =>
  defineJob({
    type: 'probe',
    payload,
    timeoutSeconds: 10,
    retry: { maxAttempts: 5, backoff: { kind: 'list', delaysSeconds: [1, 30, 300, 1800], jitter: 0 } },
    ...options,
  });

/** Table that `commit` and `checkpoint` probes write to. */
export const SIDE_TABLE = 'side';

/** Performs a probe job. */
export async function probe(given: unknown, context: JobContext, clock: Clock): Promise<unknown> {
  const { do: behaviour, times = Number.POSITIVE_INFINITY, seconds = 0, result } = given as ProbePayload;
  switch (behaviour) {
    case 'complete':
      return result;
    case 'fail':
      if (context.job.attempts > times) return result;
      throw new Error(`attempt ${context.job.attempts} failed`);
    case 'permanent':
      throw new PermanentError('it can never succeed');
    case 'retryAfter':
      throw new RetryAfterError(seconds);
    case 'snooze':
      throw new SnoozeError(seconds);
    case 'work':
      await sleep(clock, seconds * 1000);
      return result;
    case 'hang':
      return new Promise((_, reject) => {
        context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true });
      });
    case 'commit':
      context.commit([sideEffect(context)]);
      return result;
    case 'checkpoint':
      return checkpointed(context, times);
  }
}

/** Counts up, one checkpoint a step; continues where the last attempt stopped and fails once in the middle. */
async function checkpointed(context: JobContext, steps: number): Promise<unknown> {
  let done = (context.job.checkpoint as { done: number } | undefined)?.done ?? 0;
  while (done < steps) {
    done += 1;
    await context.checkpoint([sideEffect(context)], { done });
    if (context.job.attempts === 1 && done === Math.ceil(steps / 2)) throw new Error('failed in the middle');
  }
  return { done };
}

/** Adds one to the job's counter: shows how often a write took effect. */
export const sideEffect = ({ job }: Pick<JobContext, 'job'>) => ({
  Update: {
    TableName: SIDE_TABLE,
    Key: { id: job.id },
    UpdateExpression: 'ADD effects :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});

/** How often the side effects of a job took effect; undefined: never. */
export const effectsOf = (dynamoDb: MemoryDynamoDb, jobId: string): number | undefined =>
  (dynamoDb.item(SIDE_TABLE, jobId) as { effects?: number } | undefined)?.effects;

/** A write whose own condition always fails. */
export const IMPOSSIBLE = {
  ConditionCheck: { TableName: SIDE_TABLE, Key: { id: 'x' }, ConditionExpression: 'attribute_exists(id)' },
};
