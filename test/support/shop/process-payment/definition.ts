import * as z from 'zod';
import { defineJob } from '#sluice/contract';

export const processPayment = defineJob({
  type: 'process-payment',
  payload: z.strictObject({
    /** In the currency's smallest unit, as Stripe counts: 4900 is 49.00 USD, or 4,900 JPY. */
    amount: z.int().min(1).max(99_999_999),
    currency: z.string().regex(/^[a-z]{3}$/, 'three lower-case letters, as "usd"'),
    /** Stripe's id of a payment method, `pm_…`. */
    paymentMethod: z.string().regex(/^pm_\w+$/),
    customer: z
      .string()
      .regex(/^cus_\w+$/)
      .optional(),
    description: z.string().max(1000).optional(),
  }),
  timeoutSeconds: 30,
  // A gateway may be down for hours: with ten attempts, retries go on at the 30-minute delay.
  retry: { maxAttempts: 10 },
});
