import * as z from 'zod';
import { defineJob } from '#sluice/contract';

const addresses = z.union([z.email().transform((one) => [one]), z.array(z.email())]);
const recipients = {
  to: addresses,
  cc: addresses.optional(),
  bcc: addresses.optional(),
};

/** SES takes 50 recipients a message (SES quotas). */
const MAX_RECIPIENTS = 50;

const written = z
  .strictObject({
    ...recipients,
    subject: z.string().min(1).max(998),
    text: z.string().min(1).optional(),
    html: z.string().min(1).optional(),
  })
  .refine(({ text, html }) => text !== undefined || html !== undefined, 'text or html is needed');

const templated = z.strictObject({
  ...recipients,
  template: z.string().min(1).max(64),
  data: z.record(z.string(), z.json()).default({}),
});

export const sendEmail = defineJob({
  type: 'send-email',
  payload: z
    .union([written, templated])
    .refine(
      ({ to, cc = [], bcc = [] }) => to.length > 0 && to.length + cc.length + bcc.length <= MAX_RECIPIENTS,
      `to needs an address, and to, cc and bcc together at most ${MAX_RECIPIENTS}`,
    ),
  timeoutSeconds: 30,
  handsOn: [],
});
