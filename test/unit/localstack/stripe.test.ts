import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type StripeStandIn, startStripe } from '../../../localstack/stand-ins/index.ts';

let standIn: StripeStandIn;
let stripe: Stripe;

beforeAll(async () => {
  standIn = await startStripe();
  // Its own retries would hide what the stand-in answers.
  stripe = new Stripe('sk_test_local', {
    protocol: 'http',
    host: '127.0.0.1',
    port: standIn.port,
    maxNetworkRetries: 0,
    telemetry: false,
  });
});
afterEach(() => standIn.clear());
afterAll(() => standIn.stop());

const order = {
  amount: 4900,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
  metadata: { order: 'ord-1' },
} as const;

/** What the client throws, as the fields that a handler looks at. */
async function refusal(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Stripe.errors.StripeError);
  const { type, code, statusCode, message, headers } = error as InstanceType<typeof Stripe.errors.StripeError>;
  return { type, code, statusCode, message, retryAfter: headers?.['retry-after'], error };
}

describe('the Stripe stand-in', () => {
  it('takes a payment and records it under its key', async () => {
    const intent = await stripe.paymentIntents.create(order, { idempotencyKey: 'process-payment#ord-1' });
    expect(intent).toMatchObject({ status: 'succeeded', amount: 4900, amount_received: 4900, currency: 'usd' });
    expect(intent.metadata).toEqual({ order: 'ord-1' });
    expect(standIn.payments()).toMatchObject([{ idempotencyKey: 'process-payment#ord-1', id: intent.id }]);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ id: intent.id, status: 'succeeded' });
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
  ])('declines %s with %s, %s', async (payment_method, code, declineCode) => {
    const { error, ...refused } = await refusal(stripe.paymentIntents.create({ ...order, payment_method }));
    expect(refused).toMatchObject({ type: 'StripeCardError', code, statusCode: 402 });
    expect(error).toMatchObject({ decline_code: declineCode, payment_intent: { status: 'requires_payment_method' } });
  });

  it('asks for the customer where the card needs them, and declines without them', async () => {
    const payment_method = 'pm_card_authenticationRequired';
    expect(await stripe.paymentIntents.create({ ...order, payment_method })).toMatchObject({
      status: 'requires_action',
    });
    const absent = stripe.paymentIntents.create({ ...order, payment_method, off_session: true });
    expect(await refusal(absent)).toMatchObject({ type: 'StripeCardError', code: 'authentication_required' });
  });

  it.each([
    [{ amount: 0 }, 'amount'],
    [{ amount: 12.5 }, 'amount'],
    [{ currency: 'dollars' }, 'currency'],
    [{ payment_method: 'pm_unknown' }, 'payment_method'],
  ])('refuses %o', async (change, param) => {
    const refused = await refusal(stripe.paymentIntents.create({ ...order, ...change }));
    expect(refused).toMatchObject({ type: 'StripeInvalidRequestError', statusCode: 400 });
    expect(refused.error).toMatchObject({ param });
    expect(standIn.payments()).toEqual([]);
  });

  it('refuses other parts of the API, and requests without a key', async () => {
    expect(await refusal(stripe.customers.create())).toMatchObject({ statusCode: 404 });
    expect((await fetch(`${standIn.url}/v1/payment_intents`, { method: 'POST' })).status).toBe(401);
  });
});

describe('the Stripe stand-in, by the idempotency key,', () => {
  it('replays the first reply and charges once', async () => {
    const first = await stripe.paymentIntents.create(order, { idempotencyKey: 'k1' });
    const again = await stripe.paymentIntents.create(order, { idempotencyKey: 'k1' });
    expect(again.id).toBe(first.id);
    expect(first.lastResponse.headers).not.toHaveProperty('idempotent-replayed');
    expect(again.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect(standIn.payments()).toHaveLength(1);
  });

  it('replays a declined card', async () => {
    const declined = { ...order, payment_method: 'pm_card_chargeDeclined' };
    const first = await refusal(stripe.paymentIntents.create(declined, { idempotencyKey: 'k2' }));
    const again = await refusal(stripe.paymentIntents.create(declined, { idempotencyKey: 'k2' }));
    expect(again).toMatchObject({ code: first.code, statusCode: 402 });
    expect(standIn.payments()).toHaveLength(1);
  });

  it('refuses other parameters', async () => {
    await stripe.paymentIntents.create(order, { idempotencyKey: 'k3' });
    const other = stripe.paymentIntents.create({ ...order, amount: 1 }, { idempotencyKey: 'k3' });
    expect(await refusal(other)).toMatchObject({ type: 'StripeIdempotencyError', statusCode: 400 });
  });
});

// The client sends a request again, once, whose connection was cut: it takes two faults to make it give up.
describe('the Stripe stand-in with ordered faults', () => {
  it('limits the rate of one key, twice, and then takes the payment', async () => {
    standIn.failNext({ status: 429, times: 2, match: { idempotencyKey: 'k4' } });
    await stripe.paymentIntents.create(order, { idempotencyKey: 'other' });
    for (const _ of [1, 2]) {
      const refused = await refusal(stripe.paymentIntents.create(order, { idempotencyKey: 'k4' }));
      expect(refused).toMatchObject({ type: 'StripeRateLimitError', statusCode: 429, retryAfter: undefined });
    }
    const taken = await stripe.paymentIntents.create(order, { idempotencyKey: 'k4' });
    expect(taken.status).toBe('succeeded');
    expect(standIn.requests().map(({ status }) => status)).toEqual([200, 429, 429, 200]);
  });

  it('refuses an order of what Stripe never sends', async () => {
    expect(() => standIn.failNext({ status: 429, retryAfter: '4' })).toThrow('Stripe sends no Retry-After');
  });

  it('matches requests by metadata, also for orders of another process', async () => {
    const body = JSON.stringify({ status: 503, match: { 'metadata[order]': 'ord-7' } });
    expect((await fetch(`${standIn.url}/_control/faults`, { method: 'POST', body })).status).toBe(200);
    await stripe.paymentIntents.create(order);
    const unlucky = stripe.paymentIntents.create({ ...order, metadata: { order: 'ord-7' } });
    expect(await refusal(unlucky)).toMatchObject({ type: 'StripeAPIError', statusCode: 503 });
    expect(await (await fetch(`${standIn.url}/_control/payments`)).json()).toHaveLength(1);
  });

  it('cuts the connection before the payment', async () => {
    standIn.failNext({ reset: 'before', times: 2 });
    expect(await refusal(stripe.paymentIntents.create(order))).toMatchObject({ type: 'StripeConnectionError' });
    expect(standIn.payments()).toEqual([]);
  });

  it('loses the reply of a payment, which its key then replays', async () => {
    standIn.failNext({ reset: 'after', times: 2 });
    const lost = stripe.paymentIntents.create(order, { idempotencyKey: 'k5' });
    expect(await refusal(lost)).toMatchObject({ type: 'StripeConnectionError' });
    const found = await stripe.paymentIntents.create(order, { idempotencyKey: 'k5' });
    expect(found.lastResponse.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect(standIn.payments()).toHaveLength(1);
  });

  it('refuses an invalid order', async () => {
    const response = await fetch(`${standIn.url}/_control/faults`, {
      method: 'POST',
      body: '{"flood":true}',
    });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('not a fault order') } });
  });
});
