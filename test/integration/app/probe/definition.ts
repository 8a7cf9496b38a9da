import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** What one attempt does: the n-th attempt takes the n-th step, later ones the last. */
const step = z.discriminatedUnion('do', [
  z.object({ do: z.literal('complete'), result: z.json().optional() }),
  z.object({ do: z.literal('fail'), name: z.string().optional(), message: z.string().optional() }),
  z.object({ do: z.literal('throwValue'), value: z.json() }),
  z.object({ do: z.literal('permanent'), message: z.string() }),
  z.object({ do: z.literal('retryAfter'), seconds: z.number() }),
  /** Snoozes so many times, then completes; its checkpoint counts them. */
  z.object({ do: z.literal('snooze'), times: z.int(), seconds: z.number() }),
  /** Takes so long, heeding its signal. */
  z.object({ do: z.literal('work'), ms: z.number() }),
  /** Ignores its signal, then rejects. */
  z.object({ do: z.literal('hang'), ms: z.number() }),
  /** Works so long, and leaves a promise that rejects, or a timer that throws, after some time. */
  z.object({ do: z.enum(['leave', 'throw']), afterMs: z.number(), ms: z.number() }),
  /** Kills its own process. */
  z.object({ do: z.literal('exit') }),
  z.object({ do: z.literal('commit'), effects: z.array(z.string()), thenFail: z.boolean().optional() }),
  z.object({ do: z.literal('commitTaken'), effect: z.string() }),
  /** One checkpoint a page, from the one after `job.checkpoint`; fails after page `failAfter`. */
  z.object({ do: z.literal('pages'), pages: z.int(), failAfter: z.int().optional() }),
  z.object({ do: z.literal('progress'), values: z.array(z.json()), everyMs: z.number() }),
  z.object({ do: z.literal('bigResult'), bytes: z.int() }),
]);

const payload = z.object({ steps: z.array(step).min(1), pad: z.string().optional() });

export type Step = z.output<typeof step>;

/** The job that the integration tests drive: its payload picks its behaviour. */
export const probe = defineJob({
  type: 'probe',
  payload,
  timeoutSeconds: 3,
  maxConcurrency: 10,
  retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds: [1, 2, 65], jitter: 0 } },
});

/** The same, but its jobs run one after another, and each completion is published. */
export const probeSerial = defineJob({
  type: 'probe-serial',
  payload,
  timeoutSeconds: 3,
  parallel: false,
  batchSize: 5,
  completionEvent: true,
  retry: { maxAttempts: 3, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
});

/** The same, for jobs that kill their process: what they take with them is their own. */
export const probeCrash = defineJob({
  type: 'probe-crash',
  payload,
  timeoutSeconds: 3,
  maxConcurrency: 10,
  retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
});

/** The same, with a third party that may be down. */
export const probeBreaker = defineJob({
  type: 'probe-breaker',
  payload,
  timeoutSeconds: 3,
  maxConcurrency: 10,
  retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
  breaker: { failurePercent: 50, ofAtLeast: 2, perSeconds: 60, errors: ['ThirdPartyDown'], probeSeconds: 2 },
});
