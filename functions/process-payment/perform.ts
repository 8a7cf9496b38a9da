import Stripe from 'stripe';
import { MAX_REQUESTED_DELAY_SECONDS, type Payload, PermanentError, RetryAfterError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { apiKey, forgetApiKey } from './api-key.ts';
import type { processPayment } from './definition.ts';

/**
 * Takes a payment, once: the job's idempotency key is Stripe's, so an attempt that is repeated after a lost answer gets
 * the first one's. Stripe keeps a decline under its key as well: a declined payment is a new job, not a redrive. It keeps
 * keys for a day (docs.stripe.com/api/idempotent_requests): before a later redrive, look whether the payment was taken. So
 * should whoever lets retries go on after an outage of more than a day.
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
        // Nobody sits at a browser to be redirected.
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

/** Which of Stripe's errors end a job, and which are worth another attempt (Stripe API reference, "Errors"). */
function judged(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeCardError)
    return permanent(error.code ?? 'card_error', error.message, error);
  if (error instanceof Stripe.errors.StripeRateLimitError) {
    const seconds = Number(error.headers?.['retry-after']);
    if (!(seconds > 0)) return error;
    return new RetryAfterError(Math.min(seconds, MAX_REQUESTED_DELAY_SECONDS), error.message, { cause: error });
  }
  if (error instanceof Stripe.errors.StripeAuthenticationError) {
    // The key was rotated, or is wrong: a person can mend that while the job is retried.
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
    // A 500 of a payment that had begun is kept, too: as long as the key is, every attempt would get it again.
    return permanent('outcome_unknown', 'Stripe failed in the middle: look there whether it was taken', error);
  }
  // Also a 409 (StripeAPIError): the first request with this key is still on its way.
  return error;
}

/** Stripe's code is the error's name: it is what an operator groups by. */
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
