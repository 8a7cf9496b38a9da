import Stripe from 'stripe';
import { type Payload, PermanentError } from '#sluice/contract';
import type { JobContext } from '#sluice/engine';
import { apiKey, forgetApiKey } from './api-key.ts';
import type { processPayment } from './definition.ts';

/** The version whose answers are read here. An account's own may be older. */
const API_VERSION = '2026-10-28.endive';

/**
 * Takes a payment once. Stripe's idempotency key is the job's, with its stage: an attempt after a lost answer gets the first
 * answer, and two stages may share an account. A payment that cannot be finished is cancelled, so that nobody finishes it later.
 * Stripe keeps a declined payment under its key as well: to try again, send a new job instead of a redrive.
 *
 * Stripe keeps keys for a day (docs.stripe.com/api/idempotent_requests). Before a redrive after more than a day, check whether
 * the payment was taken. Check the same if retries went on through an outage of more than a day.
 */
export async function perform(payload: Payload<typeof processPayment>, context: JobContext) {
  const { amount, currency, paymentMethod, customer, description } = payload;
  const time = makeCallTime(context.remainingMs());
  const stripe = client(await apiKey(context.signal), time);
  // Only tests have no stage.
  const { SLUICE_STAGE: stage } = process.env;
  const idempotencyKey = stage === undefined ? context.idempotencyKey : `${stage}/${context.idempotencyKey}`;
  const finish = { stripe, time, idempotencyKey, context };
  const intent = await time
    .within(
      stripe.paymentIntents.create(
        {
          amount,
          currency,
          payment_method: paymentMethod,
          confirm: true,
          // Nobody is there who could authenticate or be redirected: a bank that asks for it declines.
          off_session: true,
          automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
          ...(customer !== undefined && { customer }),
          ...(description !== undefined && { description }),
          // Not the job's id: two jobs of one key must ask for the same, or Stripe refuses the second.
          metadata: { jobKey: context.job.key },
        },
        { idempotencyKey },
      ),
    )
    .catch(async (error: unknown) => {
      if (error instanceof Stripe.errors.StripeCardError) await cancel(error.payment_intent, finish);
      throw judged(error);
    });
  if (intent.status !== 'succeeded' && intent.status !== 'processing') {
    await cancel(intent, finish);
    throw permanent(intent.status, `the payment needs its customer: ${intent.status}`, undefined);
  }
  return { paymentIntent: intent.id, amount: intent.amount, currency: intent.currency, status: intent.status };
}

interface Finish {
  readonly stripe: Stripe;
  readonly time: CallTime;
  readonly idempotencyKey: string;
  readonly context: JobContext;
}

/** The job ends as it would without this: a payment that stays open is not taken either. */
async function cancel(intent: Stripe.PaymentIntent | undefined, finish: Finish): Promise<void> {
  if (intent === undefined || intent.status === 'canceled') return;
  const { stripe, time, idempotencyKey, context } = finish;
  const key = { idempotencyKey: `${idempotencyKey}/cancel` };
  try {
    await time.within(stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' }, key));
  } catch (error) {
    context.log.warn('payment.not-cancelled', { paymentIntent: intent.id, error: String(error) });
  }
}

/** Decides which of Stripe's errors end a job and which are retried (Stripe API reference, "Errors"). */
function judged(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeCardError)
    return permanent(error.code ?? 'card_error', error.message, error);
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
  // Also a 429, with which Stripe names no time to come back, and a 409: the first request with this key has not finished.
  return error;
}

/** Uses Stripe's code as the error's name, so that an operator can group by it. */
function permanent(name: string, message: string, cause: unknown): PermanentError {
  return Object.assign(new PermanentError(message, { cause }), { name });
}

function client(key: string, time: CallTime): Stripe {
  const base = process.env.STRIPE_API_BASE;
  const url = base ? new URL(base) : undefined;
  return new Stripe(key, {
    apiVersion: API_VERSION,
    // The engine retries, with its own delays, and records each attempt. A connection that closes is tried once more all
    // the same, under the same key: often it was only old.
    maxNetworkRetries: 0,
    httpClient: time.bound(Stripe.createNodeHttpClient()),
    telemetry: false,
    ...(url && {
      protocol: url.protocol === 'http:' ? 'http' : 'https',
      host: url.hostname,
      port: url.port || (url.protocol === 'http:' ? 80 : 443),
    }),
  });
}

/** The time that one call to Stripe may take, however many requests the library makes of it. */
interface CallTime {
  /** @throws Error once the time is up */
  within<T>(call: Promise<T>): Promise<T>;
  /** Gives each request what is left. The library would give a repeated one its whole timeout anew. */
  bound(http: Stripe.HttpClient): Stripe.HttpClient;
}

/** A second is left for what comes after the call; half of what there is, if that is less than two. */
function makeCallTime(remainingMs: number): CallTime {
  const timeMs = Math.ceil(Math.max(remainingMs - 1000, remainingMs / 2));
  const endsAtMs = performance.now() + timeMs;
  const signal = AbortSignal.timeout(timeMs);
  return {
    within(call) {
      const late = new Promise<never>((_, reject) => {
        signal.onabort = () => reject(new Error(`Stripe did not answer within ${timeMs} ms`));
      });
      return Promise.race([call, late]);
    },
    bound(http) {
      const request = http.makeRequest.bind(http);
      http.makeRequest = (...args) => {
        const [host, port, path, method, headers, data, protocol] = args;
        const leftMs = Math.max(1, Math.ceil(endsAtMs - performance.now()));
        return request(host, port, path, method, headers, data, protocol, leftMs);
      };
      return http;
    },
  };
}
