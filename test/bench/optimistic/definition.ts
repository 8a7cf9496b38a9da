import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** The measured job that begins without a write. Its queue is the bench's. */
export const optimisticBench = defineJob({
  type: 'bench',
  payload: z.object({
    ms: z.int().min(0).default(0),
    do: z.enum(['complete', 'fail', 'park', 'die']).default('complete'),
    filler: z.string().optional(),
  }),
  begin: 'optimistic',
  timeoutSeconds: 60,
  batchSize: 10,
  retry: { maxAttempts: 5 },
});
