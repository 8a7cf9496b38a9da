import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** The measured job in flows: a child, or the parent of so many. Its queue is the bench's. */
export const flowBench = defineJob({
  type: 'bench',
  payload: z.object({ children: z.int().min(0).optional(), filler: z.string().optional() }),
  timeoutSeconds: 60,
  batchSize: 10,
  handsOn: ['bench'],
});
