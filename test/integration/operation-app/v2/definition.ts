import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** All that may change while jobs wait: a stricter payload, another timeout, another retry policy. */
export const order = defineJob({
  type: 'order',
  payload: z.object({
    workMs: z.int(),
    failFirst: z.boolean().optional(),
    waitSeconds: z.int().optional(),
    currency: z.string(),
  }),
  timeoutSeconds: 8,
  maxConcurrency: 4,
  retry: { maxAttempts: 5, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
});
