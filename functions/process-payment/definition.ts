import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { CURRENCIES, stepOf } from './currencies.ts';

export const processPayment = defineJob({
  type: 'process-payment',
  payload: z
    .strictObject({
      /** As Stripe counts: 4900 is 49.00 USD, 4,900 JPY, or 4.900 KWD. */
      amount: z.int().min(1).max(99_999_999),
      currency: z.enum(CURRENCIES),
      /** Stripe's id of a payment method, `pm_…`. */
      paymentMethod: z.string().regex(/^pm_\w+$/),
      customer: z
        .string()
        .regex(/^cus_\w+$/)
        .optional(),
      description: z.string().max(1000).optional(),
    })
    .check(({ value: { amount, currency }, issues }) => {
      const step = stepOf(currency);
      if (amount % step === 0) return;
      const message = `Stripe takes multiples of ${step} for ${currency}`;
      issues.push({ code: 'custom', path: ['amount'], message, input: amount });
    }),
  timeoutSeconds: 30,
  // Two runs at once send one request under one key: Stripe takes the money once, and answers both alike.
  begin: 'optimistic',
  // A gateway may be down for hours: with ten attempts, retries go on at the 30-minute delay.
  retry: { maxAttempts: 10 },
});
