import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** A job whose first attempt asks to be tried again after so many seconds, and whose second completes. */
export const late = defineJob({
  type: 'late',
  payload: z.object({ delaySeconds: z.number().min(0) }),
  timeoutSeconds: 5,
  batchSize: 10,
  maxConcurrency: 4,
  retry: { maxAttempts: 3 },
});
