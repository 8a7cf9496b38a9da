import { once } from 'node:events';
import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PermanentError } from '#sluice/contract';
import { crashes, type JobFault, testJob } from '#sluice/testing';
import { processPayment } from '../../../../functions/process-payment/definition.ts';
import { type JsonReply, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';
import { startStripe } from '../../../../localstack/stand-ins/index.ts';
import { stubAws } from '../support/aws-env.ts';
import { fakeContext, rejection } from '../support/context.ts';
import { startSecrets } from './secrets.ts';

const stripe = await startStripe();
const secrets = await startSecrets();
stubAws({ SECRETS_MANAGER: secrets.url });
const { perform } = await import('../../../../functions/process-payment/perform.ts');
const { forgetApiKey } = await import('../../../../functions/process-payment/api-key.ts');

/** Answers every request with one reply, and keeps the keys that came with them: for what the stand-in never says. */
let reply: JsonReply = { status: 200, body: {} };
const authorizations: (string | undefined)[] = [];
const scripted = await startServer((request, response) => {
  authorizations.push(request.headers.authorization);
  sendJson(response, reply);
});

const JOB_KEY = 'process-payment#ord-1';
const KEY = `prod/${JOB_KEY}`;
const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:stripe';
const payment = { amount: 4900, currency: 'usd', paymentMethod: 'pm_card_visa' } as const;

beforeEach(() => {
  stripe.clear();
  forgetApiKey();
  secrets.put('sk_test_first');
  secrets.asked.length = 0;
  authorizations.length = 0;
  vi.stubEnv('STRIPE_API_BASE', stripe.url);
  vi.stubEnv('STRIPE_SECRET', SECRET);
  vi.stubEnv('SLUICE_STAGE', 'prod');
});
afterAll(async () => {
  vi.useRealTimers();
  await Promise.all([stripe.stop(), secrets.stop(), scripted.stop()]);
});

const pay = (change: object = {}, context = fakeContext({ idempotencyKey: JOB_KEY })) =>
  perform(processPayment.payload.parse({ ...payment, ...change }), context);

/** The job, from its message to its end. */
const run = (change: object = {}, faults: readonly JobFault[] = []) =>
  testJob(processPayment, perform, { id: 'ord-1', payload: { ...payment, ...change }, faults });

/** Pays where Stripe answers with this. */
function payAt(status: number, error: object, headers: Record<string, string> = {}) {
  vi.stubEnv('STRIPE_API_BASE', scripted.url);
  reply = { status, body: { error }, headers };
  return rejection(pay());
}

describe('payloads', () => {
  it.each([1, 99_999_999])('an amount of %i is accepted', (amount) => {
    expect(processPayment.payload.safeParse({ ...payment, amount }).success).toBe(true);
    expect(processPayment.payload.safeParse({ ...payment, currency: 'isk', amount: 500 }).success).toBe(true);
  });

  it.each([
    { amount: 0 },
    { amount: 49.5 },
    { amount: 100_000_000 },
    { amount: '4900' },
    { currency: 'USD' },
    { currency: 'dollars' },
    { currency: 'xyz' },
    { currency: 'kwd', amount: 4905 },
    { currency: 'isk', amount: 4950 },
    { paymentMethod: 'visa' },
    { paymentMethod: 'pm_card visa' },
    { customer: 'ada' },
    { description: 'x'.repeat(1001) },
    { cvc: '123' },
  ])('%o is refused', (change) => {
    expect(processPayment.payload.safeParse({ ...payment, ...change }).success).toBe(false);
  });
});

describe('a payment', () => {
  it('is taken once, under the idempotency key of the job', async () => {
    const result = await pay({ description: 'two chairs', customer: 'cus_1' });
    expect(stripe.requests()).toEqual([{ idempotencyKey: KEY, status: 200 }]);
    const [taken] = stripe.payments();
    expect(taken).toMatchObject({ amount: 4900, currency: 'usd', status: 'succeeded', description: 'two chairs' });
    expect(taken?.metadata).toEqual({ jobKey: 'ord-1' });
    expect(result).toEqual({ paymentIntent: taken?.id, amount: 4900, currency: 'usd', status: 'succeeded' });
  });

  it('is taken once if two jobs of one key run at the same time: both get its answer', async () => {
    const again = fakeContext({ idempotencyKey: JOB_KEY, job: { id: 'another' } });
    const [first, second] = [await pay(), await pay({}, again)];
    expect(second).toEqual(first);
    expect(stripe.payments()).toHaveLength(1);
  });

  it('is taken once if its reply is lost and the job is retried', async () => {
    // The client repeats a request whose connection was cut, once.
    stripe.failNext({ reset: 'after', times: 2 });
    const done = await run();
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 2, delaysMs: [1000] });
    expect(stripe.payments().map(({ id }) => id)).toEqual([(done.result as { paymentIntent: string }).paymentIntent]);
    expect(stripe.requests().map(({ idempotencyKey }) => idempotencyKey)).toEqual([KEY, KEY, KEY]);
  });

  it('is taken once if the process dies after it was taken', async () => {
    const done = await run({}, [crashes('end', 2)]);
    // The first of the three starts left no row, and counts as no attempt.
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 2, result: { status: 'succeeded' } });
    expect(stripe.requests()).toHaveLength(3);
    expect(stripe.payments()).toHaveLength(1);
  });

  it('that needs its customer fails for good and is cancelled', async () => {
    const error = await rejection(pay({ paymentMethod: 'pm_card_authenticationRequired' }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ name: 'authentication_required' });
    expect(stripe.payments()).toMatchObject([{ status: 'canceled', cancellation_reason: 'abandoned' }]);
  });

  it('of another state fails for good, with the state as the error’s name, also if it cannot be cancelled', async () => {
    vi.stubEnv('STRIPE_API_BASE', scripted.url);
    reply = { status: 200, body: { id: 'pi_1', amount: 4900, currency: 'usd', status: 'requires_action' } };
    const error = await rejection(pay());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ name: 'requires_action' });
    expect(authorizations).toHaveLength(2);
  });

  it('is of the stage: another stage may send the same job to the same account', async () => {
    await pay();
    vi.stubEnv('SLUICE_STAGE', 'dev');
    await pay({ amount: 1 });
    expect(stripe.payments().map(({ amount }) => amount)).toEqual([4900, 1]);
  });

  it('is asked for without its customer, under the version whose answers are read', async () => {
    const asked: [string | undefined, string][] = [];
    const server = await startServer(async (request, response) => {
      const body = (await request.toArray()).join('');
      asked.push([request.headers['stripe-version']?.toString(), body]);
      sendJson(response, { status: 200, body: { id: 'pi_1', amount: 4900, currency: 'usd', status: 'succeeded' } });
    });
    onTestFinished(server.stop);
    vi.stubEnv('STRIPE_API_BASE', server.url);
    await pay();
    expect(asked).toEqual([['2026-10-28.endive', expect.stringContaining('off_session=true')]]);
  });

  it('that Stripe is still processing completes', async () => {
    vi.stubEnv('STRIPE_API_BASE', scripted.url);
    reply = { status: 200, body: { id: 'pi_1', amount: 4900, currency: 'usd', status: 'processing' } };
    expect(await pay()).toMatchObject({ paymentIntent: 'pi_1', status: 'processing' });
  });
});

describe('an error that ends a payment', () => {
  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_unknown', 'resource_missing'],
  ])('%s does, under the name %s', async (paymentMethod, name) => {
    const done = await run({ paymentMethod });
    expect(done).toMatchObject({ status: 'DEAD', reason: 'PermanentError', attempts: 1, error: { name } });
    expect(done.deadLetter).toMatchObject({ jobId: 'ord-1', errorName: name });
    const made = stripe.payments().map(({ status }) => status);
    expect(made).toEqual(name === 'resource_missing' ? [] : ['canceled']);
  });

  it('is kept as the cause', async () => {
    const error = await rejection(pay({ paymentMethod: 'pm_card_visa_chargeDeclined' }));
    expect(error).toMatchObject({ cause: { type: 'StripeCardError' } });
  });

  it('comes from the same key with another payment', async () => {
    await pay();
    const error = await rejection(pay({ amount: 1 }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      name: 'StripeIdempotencyError',
      message: expect.stringContaining('same parameters'),
    });
    expect(stripe.payments()).toHaveLength(1);
  });
});

describe('an error that is retried', () => {
  it('is a rate limit: by the policy, for Stripe names no time to come back', async () => {
    stripe.failNext({ status: 429 });
    const done = await run();
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 2, delaysMs: [1000], error: { name: 'Error' } });
  });

  it.each([500, 502, 503])('is status %i: one request an attempt', async (status) => {
    stripe.failNext({ status, times: 2 });
    const done = await run();
    expect(done).toMatchObject({ status: 'COMPLETED', attempts: 3, delaysMs: [1000, 5000] });
    expect(stripe.requests().map((request) => request.status)).toEqual([status, status, 200]);
  });

  it('is a connection that was reset', async () => {
    stripe.failNext({ reset: 'before', times: 2 });
    const error = await rejection(pay());
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ type: 'StripeConnectionError' });
    expect(stripe.payments()).toEqual([]);
  });

  it.each([
    { type: 'invalid_request_error', code: 'idempotency_key_in_use', message: 'Another request is in progress.' },
    { type: 'idempotency_error', message: 'Another request is in progress.' },
    { type: 'api_error', message: 'Conflict.' },
  ])('409 $type: the first request is still on its way', async (body) => {
    const error = await payAt(409, body);
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ statusCode: 409 });
  });

  it.each([
    [401, 'StripeAuthenticationError'],
    [403, 'StripePermissionError'],
  ])('is status %i: a person can fix the key', async (status, type) => {
    const error = await payAt(status, { type: 'invalid_request_error', message: 'Invalid API Key.' });
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ type });
  });
});

describe('a call that Stripe does not answer', () => {
  /** Closes the first connection after a while, if it is to; answers nothing else. */
  async function silent(closesFirst: boolean) {
    const requests: { readonly key: string | undefined; readonly closed: Promise<unknown> }[] = [];
    const server = await startServer((request) => {
      const key = String(request.headers['idempotency-key']);
      requests.push({ key, closed: once(request.socket, 'close') });
      if (closesFirst && requests.length === 1) setTimeout(() => request.socket.destroy(), 1000);
    });
    onTestFinished(() => server.stop());
    vi.stubEnv('STRIPE_API_BASE', server.url);
    return requests;
  }

  it.each([false, true])('ends within what is left of its job (the first connection closes: %o)', async (closes) => {
    const requests = await silent(closes);
    const startedAtMs = performance.now();
    const error = await rejection(pay({}, fakeContext({ idempotencyKey: JOB_KEY, remainingMs: () => 3000 })));
    expect(performance.now() - startedAtMs).toBeLessThan(3000);
    expect(error).not.toBeInstanceOf(PermanentError);
    // A connection that closes is tried again once, with what is left; the request ends with the job's time.
    expect(requests.map(({ key }) => key)).toEqual(closes ? [KEY, KEY] : [KEY]);
    await Promise.all(requests.map(({ closed }) => closed));
  });

  it('ends within what is left of its job though its answer trickles in', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const trickle = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(trickle));
    });
    onTestFinished(() => server.stop());
    vi.stubEnv('STRIPE_API_BASE', server.url);
    // Long enough for the first bytes to come on a busy machine: before them, the request's own time ends it.
    const error = await rejection(pay({}, fakeContext({ remainingMs: () => 4000 })));
    expect(error.message).toBe('Stripe did not answer within 3000 ms');
  });

  it('of Secrets Manager ends with the attempt’s signal', async () => {
    const signal = AbortSignal.abort();
    const error = await rejection(pay({}, fakeContext({ signal })));
    expect(error.name).toBe('AbortError');
  });
});

describe('the API key', () => {
  it('is fetched once for many payments', async () => {
    await pay();
    await pay();
    expect(secrets.asked).toEqual([SECRET]);
  });

  it('is sent to Stripe, and fetched again once Stripe refuses it', async () => {
    await payAt(401, { type: 'invalid_request_error', message: 'Expired API Key.' });
    secrets.put('sk_test_second');
    await payAt(500, { type: 'api_error', message: 'Try again.' });
    expect(secrets.asked).toEqual([SECRET, SECRET]);
    expect(authorizations).toEqual(['Bearer sk_test_first', 'Bearer sk_test_second']);
  });

  it('is kept for five minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await pay();
    vi.setSystemTime(Date.now() + 5 * 60_000 - 1);
    await pay();
    expect(secrets.asked).toHaveLength(1);
    vi.setSystemTime(Date.now() + 1);
    await pay();
    expect(secrets.asked).toHaveLength(2);
    vi.useRealTimers();
  });

  it('that is missing is reported, and fetched again by the next attempt', async () => {
    secrets.put('');
    const error = await rejection(pay());
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error.message).toContain('put the key there');
    secrets.put('sk_test_first');
    expect(await pay()).toMatchObject({ status: 'succeeded' });
  });
});
