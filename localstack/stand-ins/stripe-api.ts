import { createHash, randomBytes } from 'node:crypto';
import type { JsonReply } from './http-server.ts';
import {
  cancelPaymentIntent,
  createPaymentIntent,
  type Form,
  invalid,
  type PaymentIntent,
} from './stripe-payment-intents.ts';

/** A payment of the stand-in, with the idempotency key of its request. */
export interface RecordedPayment extends PaymentIntent {
  readonly idempotencyKey: string | undefined;
}

/** A request to the API. */
export interface StripeCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly form: Form;
  readonly key: string | undefined;
  readonly isAuthorised: boolean;
}

/** Stripe's side of the API, without a network. */
export interface StripeApi {
  readonly handle: (call: StripeCall) => JsonReply;
  readonly payments: () => readonly RecordedPayment[];
  readonly clear: () => void;
}

/** A reply kept under its idempotency key. */
interface Kept {
  readonly parameters: string;
  readonly reply: JsonReply;
  readonly requestId: string;
}

/** An account without payments. */
export function createStripeApi(): StripeApi {
  const kept = new Map<string, Kept>();
  const payments: RecordedPayment[] = [];
  return {
    handle: (call) => replyOnce(call, kept, () => route(call, payments)),
    payments: () => payments,
    clear: () => {
      kept.clear();
      payments.length = 0;
    },
  };
}

/** Stripe's idempotency (docs.stripe.com/api/idempotent_requests): the first outcome of a key is kept. */
function replyOnce(call: StripeCall, kept: Map<string, Kept>, carryOut: () => JsonReply): JsonReply {
  const requestId = `req_${randomBytes(7).toString('hex')}`;
  const key = call.method === 'POST' && call.isAuthorised ? call.key : undefined;
  const parameters = createHash('sha256').update(`${call.path}?${call.body}`).digest('hex');
  const earlier = key === undefined ? undefined : kept.get(key);
  if (earlier && earlier.parameters !== parameters) return keyReused(key ?? '', requestId);
  if (earlier) {
    const replayed = { 'idempotent-replayed': 'true', 'original-request': earlier.requestId, 'request-id': requestId };
    return { ...earlier.reply, headers: replayed };
  }
  const reply = { ...carryOut(), headers: { 'request-id': requestId } };
  // The reply of a request that was carried out is kept, also a declined card. The reply of an invalid request is not.
  if (key !== undefined && (reply.status === 200 || reply.status === 402))
    kept.set(key, { parameters, reply, requestId });
  return reply;
}

function route(call: StripeCall, payments: RecordedPayment[]): JsonReply {
  if (!call.isAuthorised) return invalid(undefined, undefined, 'You did not provide an API key.', 401);
  if (call.method === 'POST' && call.path === '/v1/payment_intents') {
    const { reply, intent } = createPaymentIntent(call.form);
    if (intent) payments.push({ ...intent, idempotencyKey: call.key });
    return reply;
  }
  const { id, cancels } = /^\/v1\/payment_intents\/(?<id>pi_\w+)(?<cancels>\/cancel)?$/.exec(call.path)?.groups ?? {};
  if (id === undefined || call.method !== (cancels === undefined ? 'GET' : 'POST')) {
    return invalid(undefined, undefined, `Unrecognized request URL (${call.method}: ${call.path}).`, 404);
  }
  const at = payments.findIndex((payment) => payment.id === id);
  const found = payments[at];
  if (found) {
    const { idempotencyKey, ...intent } = found;
    if (cancels === undefined) return { status: 200, body: intent };
    const cancelled = cancelPaymentIntent(intent, call.form);
    if (cancelled.intent) payments[at] = { ...cancelled.intent, idempotencyKey };
    return cancelled.reply;
  }
  return invalid('resource_missing', 'intent', `No such payment_intent: '${id}'`, 404);
}

function keyReused(key: string, requestId: string): JsonReply {
  const message =
    'Keys for idempotent requests can only be used with the same parameters they were first used with. ' +
    `Try using a key other than '${key}' if you meant to execute a different request.`;
  return { status: 400, body: { error: { type: 'idempotency_error', message } }, headers: { 'request-id': requestId } };
}
