import Stripe from 'stripe';
import { MAX_REQUESTED_DELAY_SECONDS, type Payload, PermanentError, RetryAfterError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { apiKey, forgetApiKey } from './api-key.ts';
import type { processPayment } from './definition.ts';

/**
 * Takes a payment once. The job's idempotency key is also Stripe's, so an attempt after a lost answer gets the first answer.
 * Stripe keeps a declined payment under its key as well: to try again, send a new job instead of a redrive.
 *
 * Stripe keeps keys for a day (docs.stripe.com/api/idempotent_requests). Before a redrive after more than a day, check whether
 * the payment was taken. Check the same if retries went on through an outage of more than a day.
 */
export async function perform(payload: Payload<typeof processPayment>, context: JobContext) {
  const { amount, currency, paymentMethod, customer, description } = payload;
  const stripe = client(await apiKey(), context.remainingMs());
  const intent = await stripe.paymentIntents
    .create(
      {
        amount,
        currency,
        payment_method: paymentMethod,
        confirm: true,
        // A job has no browser that could be redirected.
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        ...(customer !== undefined && { customer }),
        ...(description !== undefined && { description }),
        metadata: { jobId: context.job.id },
      },
      { idempotencyKey: context.idempotencyKey },
    )
    .catch((error: unknown) => {
      throw judged(error);
    });
  if (intent.status !== 'succeeded' && intent.status !== 'processing') {
    throw permanent(intent.status, `the payment needs its customer: ${intent.status}`, undefined);
  }
  return { paymentIntent: intent.id, amount: intent.amount, currency: intent.currency, status: intent.status };
}

/** Decides which of Stripe's errors end a job and which are retried (Stripe API reference, "Errors"). */
function judged(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeCardError)
    return permanent(error.code ?? 'card_error', error.message, error);
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']);
    if (!(seconds > 0)) return error;
    return new RetryAfterError(Math.min(seconds, MAX_REQUESTED_DELAY_SECONDS), error.message, { cause: error });
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    // The key was rotated or is wrong. A person can fix that while the job is retried.
    forgetApiKey();
    return error;
  }
  if (
    error instanceof Stripe.errors.StripeIdempotencyError ||
    error instanceof Stripe.errors.StripeInvalidRequestError
  ) {
    return permanent(error.code ?? error.type, error.message, error);
  }
  if (error instanceof Stripe.errors.StripeAPIError && error.headers?.['idempotent-replayed'] === 'true') {
    // Stripe also keeps a 500 of a payment that had begun: every attempt would get it again until the key expires.
    return permanent('outcome_unknown', 'Stripe failed in the middle: look there whether it was taken', error);
  }
  // Also a 409 (StripeAPIError): the first request with this key has not finished.
  return error;
}

/** Uses Stripe's code as the error's name, so that an operator can group by it. */
function permanent(name: string, message: string, cause: unknown): PermanentError {
  return Object.assign(new PermanentError(message, { cause }), { name });
}

function client(key: string, remainingMs: number): Stripe {
  const base = process.env.STRIPE_API_BASE;
  const url = base ? new URL(base) : undefined;
  return new Stripe(key, {
    // The engine retries, with its own delays, and records each attempt.
    maxNetworkRetries: 0,
    timeout: Math.max(1000, remainingMs - 1000),
    telemetry: false,
    ...(url && {
      protocol: url.protocol === 'http:' ? 'http' : 'https',
      host: url.hostname,
      port: url.port || (url.protocol === 'http:' ? 80 : 443),
    }),
  });
}
