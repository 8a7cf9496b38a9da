import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PermanentError } from '#sluice/contract';
import { type JsonReply, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';
import { stubAws } from '../support/aws-env.ts';
import { fakeContext, rejection } from '../support/context.ts';
import { startSecrets } from './secrets.ts';

const secrets = await startSecrets();
stubAws({ SECRETS_MANAGER: secrets.url });
const { perform } = await import('../../../../functions/process-payment/perform.ts');

/** Stripe keeps its first answer under the key, a 500 too, and says so of every later one. */
let reply: JsonReply;
let requests = 0;
const stripe = await startServer((_, response) => {
  requests += 1;
  sendJson(response, { ...reply, headers: requests > 1 ? { 'idempotent-replayed': 'true' } : {} });
});

beforeEach(() => {
  requests = 0;
  secrets.put('sk_test');
  vi.stubEnv('STRIPE_API_BASE', stripe.url);
  vi.stubEnv('STRIPE_SECRET', 'stripe');
});
afterAll(async () => {
  await Promise.all([stripe.stop(), secrets.stop()]);
});

const pay = () => perform({ amount: 4900, currency: 'usd', paymentMethod: 'pm_card_visa' }, fakeContext());

describe('an answer that Stripe keeps under the key', () => {
  it('is retried if it is a 500, and ends the job when it is replayed', async () => {
    reply = { status: 500, body: { error: { type: 'api_error', message: 'An unknown error occurred.' } } };
    expect(await rejection(pay())).not.toBeInstanceOf(PermanentError);
    const error = await rejection(pay());
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ name: 'outcome_unknown', cause: expect.any(Error) });
  });

  it('is the payment if it was taken', async () => {
    reply = { status: 200, body: { id: 'pi_1', amount: 4900, currency: 'usd', status: 'succeeded' } };
    expect(await pay()).toEqual(await pay());
    expect(requests).toBe(2);
  });
});
