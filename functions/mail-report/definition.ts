import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** Runs once the months of a report have ended: `generate-report` stages it. */
export const mailReport = defineJob({
  type: 'mail-report',
  payload: z.strictObject({
    source: z.string().regex(/^[a-z0-9-]{1,64}$/),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    mailTo: z.email(),
  }),
  handsOn: ['send-email'],
});
