import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const order = defineJob({
  type: 'order',
  payload: z.object({ workMs: z.int(), failFirst: z.boolean().optional(), waitSeconds: z.int().optional() }),
  timeoutSeconds: 5,
  maxConcurrency: 4,
  retry: { maxAttempts: 3, backoff: { kind: 'list', delaysSeconds: [25], jitter: 0 } },
});
