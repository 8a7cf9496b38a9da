import * as z from 'zod';
import { PermanentError, RetryAfterError, SnoozeError } from '../../lib/contract/errors.ts';
import { defineJob } from '../../lib/contract/job-definition.ts';
import { type Clock, sleep } from '../../lib/engine/clock.ts';
import type { JobContext } from '../../lib/engine/job-context.ts';

export const EFFECTS = 'effects';
export const BEHAVIOURS = ['commit', 'pages', 'flaky', 'permanent', 'slow', 'zombie', 'snooze', 'poison'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** Jobs that nothing of their own can kill. */
export const INNOCENT: readonly Behaviour[] = ['commit', 'pages'];

const payload = z.object({ do: z.enum(BEHAVIOURS), seconds: z.number(), mark: z.string() });

export const simulated = defineJob({
  type: 'sim',
  payload,
  timeoutSeconds: 10,
  retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds: [1, 70, 600], jitter: 0.2 } },
});

export interface Surroundings {
  readonly clock: Clock;
  /** Ends the process, as running out of memory does. */
  readonly kill: () => void;
}

/** The user's work: what a payload asks for. */
export async function work(given: unknown, context: JobContext, { clock, kill }: Surroundings): Promise<unknown> {
  const { do: behaviour, seconds, mark } = payload.parse(given);
  switch (behaviour) {
    case 'commit':
      await sleep(clock, seconds * 10);
      context.commit([count(`${mark}/commit`)]);
      return mark;
    case 'pages':
      return pages(mark, context, clock);
    case 'flaky':
      if (context.job.attempts < 3) throw seconds > 30 ? new RetryAfterError(seconds) : new Error('flaky');
      context.commit([count(`${mark}/commit`)]);
      return mark;
    case 'permanent':
      throw new PermanentError('never');
    case 'slow':
      await sleep(clock, seconds * 1000);
      return mark;
    case 'zombie':
      // Ignores its signal, and tries to write long after its attempt has ended.
      await sleep(clock, 11_000 + seconds * 1000);
      await context.checkpoint([count(`${mark}/zombie`)], 'zombie');
      return mark;
    case 'snooze':
      if (clock.now() < Date.parse(context.job.createdAt) + seconds * 1000) throw new SnoozeError(seconds / 3);
      context.commit([count(`${mark}/commit`)]);
      return mark;
    case 'poison':
      kill();
      return new Promise(() => undefined);
  }
}

async function pages(mark: string, { job, checkpoint }: JobContext, clock: Clock): Promise<unknown> {
  for (let page = Number(job.checkpoint ?? 0) + 1; page <= 3; page++) {
    await sleep(clock, 50);
    await checkpoint([count(`${mark}/page-${page}`)], page);
  }
  return mark;
}

const count = (id: string) => ({
  Update: {
    TableName: EFFECTS,
    Key: { id },
    UpdateExpression: 'ADD times :one',
    ExpressionAttributeValues: { ':one': 1 },
  },
});
