import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** The measured job: some work's time, and an end that its payload picks. No third-party client. */
export const bench = defineJob({
  type: 'bench',
  payload: z.object({
    ms: z.int().min(0).default(0),
    do: z.enum(['complete', 'fail', 'park', 'die']).default('complete'),
    filler: z.string().optional(),
  }),
  timeoutSeconds: 60,
  batchSize: 10,
  retry: { maxAttempts: 5 },
});
