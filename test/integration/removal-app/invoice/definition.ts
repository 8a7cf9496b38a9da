import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** What `order` is called from now on. */
export const invoice = defineJob({ type: 'invoice', payload: z.object({ n: z.int() }) });
