import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import Stripe from 'stripe';
import { expect, it, vi } from 'vitest';
import { type SimulationEnd, SimulationError, simulate } from '#sluice/testing';
import { processPayment } from '../../../../functions/process-payment/definition.ts';
import { perform } from '../../../../functions/process-payment/perform.ts';
import type { JsonReply } from '../../../../localstack/stand-ins/http-server.ts';
import { createStripeApi, type StripeCall } from '../../../../localstack/stand-ins/stripe-api.ts';
import { countAttempts, cut, ended, here, reach } from '../support/far-side.ts';

/** Stripe, as far as its client's requests: what an account takes, and under which key. */
const account = createStripeApi();
const client: { makeRequest: Stripe.HttpClient['makeRequest'] } = Object.getPrototypeOf(Stripe.createNodeHttpClient());
vi.spyOn(client, 'makeRequest').mockImplementation(async (...request) => {
  // What comes over a network is nobody else's: the client writes into it.
  const answered = () => structuredClone(answer(toCall(request)));
  const reply = await reach(answered, { percent: 8, error: cut, stallMs: 45_000 });
  return {
    getStatusCode: () => reply.status,
    getHeaders: () => ({ ...reply.headers }),
    getRawResponse: () => reply,
    toJSON: async () => reply.body,
  } as Stripe.HttpClientResponse;
});
vi.spyOn(SecretsManagerClient.prototype, 'send').mockImplementation(async () => ({ SecretString: 'sk_test' }));

type Request = Parameters<Stripe.HttpClient['makeRequest']>;

function toCall([, , path, method, headers, body]: Request): StripeCall {
  const key = (headers as Record<string, string>)['Idempotency-Key'];
  return { method, path, body, form: new Map(new URLSearchParams(body)), key, isAuthorised: true };
}

/** Now and then it is too busy to begin. */
function answer(call: StripeCall): JsonReply {
  const { random } = here();
  const refused = (status: number, type: string) => ({ status, body: { error: { type, message: 'try again' } } });
  if (random.percent(4)) return refused(429, 'rate_limit_error');
  if (random.percent(4)) return refused(503, 'api_error');
  return account.handle(call);
}

const payment = { amount: 4900, currency: 'usd', paymentMethod: 'pm_card_visa' } as const;
const payloads = [payment, { ...payment, amount: 1200 }, { ...payment, paymentMethod: 'pm_card_visa_chargeDeclined' }];
const attempts = countAttempts();
const before = () => {
  account.clear();
  attempts.clear();
};

/** However often a job was attempted, and even if it ended dead: its money is taken once at most, and once if it completed. */
function checkPayments(end: SimulationEnd): void {
  const taken = account.payments().filter(({ status }) => status === 'succeeded');
  const of = (jobId: string) => taken.filter(({ metadata }) => metadata.jobKey === jobId);
  for (const jobId of new Set(taken.map(({ metadata }) => String(metadata.jobKey))))
    expect(of(jobId).length, `payments of ${jobId}`).toBe(1);
  for (const { jobId, result } of ended(end, 'COMPLETED'))
    expect(result, `result of ${jobId}`).toMatchObject({ paymentIntent: of(jobId)[0]?.id, status: 'succeeded' });
  expect(of('job-3')).toEqual([]);
}
const options = { payloads, before, check: checkPayments };

it('each payment is taken once, however often its job is attempted', { timeout: 120_000 }, async () => {
  const simulated = await simulate(processPayment, attempts.of(perform), { ...options, schedules: 150 });
  expect(simulated.ended.COMPLETED).toBeGreaterThan(270);
  expect(simulated.ended.DEAD).toBeGreaterThan(130);
});

it('a handler with another key for each attempt is reported', { timeout: 120_000 }, async () => {
  const careless = attempts.of<typeof processPayment>((payload, context) =>
    perform(payload, { ...context, idempotencyKey: `${context.idempotencyKey}#${context.job.attempts}` }),
  );
  const simulated = simulate(processPayment, careless, { ...options, schedules: 150 });
  await expect(simulated).rejects.toThrow(SimulationError);
  await expect(simulated).rejects.toThrow(/payments of job-\d: expected \d to be 1/);
});
