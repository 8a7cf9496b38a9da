import * as z from 'zod';
import { defineJob } from '#sluice/contract';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

export const generateReport = defineJob({
  type: 'generate-report',
  payload: z
    .strictObject({
      source: z.string().regex(/^[a-z0-9-]{1,64}$/),
      /** Records updated from this time on … */
      from: time,
      /** … and before this one. */
      to: time,
    })
    .refine(({ from, to }) => from < to, 'from must be before to'),
  timeoutSeconds: 600,
  memoryMb: 1024,
  maxConcurrency: 5,
});
