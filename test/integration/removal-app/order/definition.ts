import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const order = defineJob({
  type: 'order',
  payload: z.object({ n: z.int() }),
  schedule: [{ name: 'nightly', expression: 'cron(0 2 * * ? *)', payload: { n: 0 } }],
});
