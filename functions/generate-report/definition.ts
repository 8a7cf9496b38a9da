import * as z from 'zod';
import { defineJob } from '#sluice/contract';

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

export const generateReport = defineJob({
  type: 'generate-report',
  payload: z
    .strictObject({
      source: z.string().regex(/^[a-z0-9-]{1,64}$/),
      /** Start of the period: records updated at or after it. */
      from: time,
      /** End of the period, exclusive. */
      to: time,
      /** With an address there is a file for each month, and once all are there a mail with their totals. */
      mailTo: z.email().optional(),
    })
    .refine(({ from, to }) => from < to, 'from must be before to'),
  timeoutSeconds: 600,
  // Two runs at once write the same object. What they stage goes with the one that completes first.
  begin: 'optimistic',
  memoryMb: 1024,
  maxConcurrency: 5,
  handsOn: ['generate-report', 'mail-report'],
});
