import { randomBytes } from 'node:crypto';
import type { JsonReply } from './http-server.ts';
import { chargeOf, type Decline } from './stripe-cards.ts';

/** A payment as Stripe's API shows it: the fields that are used here. */
export interface PaymentIntent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly amount: number;
  readonly amount_received: number;
  readonly currency: string;
  readonly status: 'succeeded' | 'requires_payment_method' | 'requires_confirmation' | 'requires_action' | 'canceled';
  readonly created: number;
  readonly livemode: false;
  readonly client_secret: string;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly payment_method: string | null;
  readonly latest_charge: string | null;
  readonly last_payment_error: unknown;
  readonly canceled_at: number | null;
  readonly cancellation_reason: string | null;
}

/** Parameters of a request, by their names in the form: `metadata[order]`. */
export type Form = ReadonlyMap<string, string>;

/** `POST /v1/payment_intents`: the reply, and the payment if one was made. A declined payment is made, too. */
export function createPaymentIntent(form: Form): { readonly reply: JsonReply; readonly intent?: PaymentIntent } {
  const refused = refuseParameters(form);
  if (refused) return { reply: refused };
  const method = form.get('payment_method');
  if (form.get('confirm') !== 'true') return made(newIntent(form, method ? 'requires_confirmation' : undefined));
  if (method === undefined) {
    return { reply: invalid('parameter_missing', 'payment_method', 'You must provide a payment method to confirm.') };
  }
  const charge = chargeOf(method);
  switch (charge.kind) {
    case 'unknown':
      return { reply: invalid('resource_missing', 'payment_method', `No such PaymentMethod: '${method}'`) };
    case 'succeeds':
      return made(newIntent(form, 'succeeded'));
    case 'declined':
      return declined(form, charge.decline);
    case 'needsAction':
      return form.get('off_session') === 'true'
        ? declined(form, NEEDS_CUSTOMER)
        : made(newIntent(form, 'requires_action'));
  }
}

/** `POST /v1/payment_intents/:id/cancel`: the reply, and the payment as it is then. One that is over cannot be cancelled. */
export function cancelPaymentIntent(
  intent: PaymentIntent,
  form: Form,
): { readonly reply: JsonReply; readonly intent?: PaymentIntent } {
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    const message = `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`;
    return { reply: invalid('payment_intent_unexpected_state', 'intent', message) };
  }
  const cancellation_reason = form.get('cancellation_reason') ?? null;
  return made({ ...intent, status: 'canceled', canceled_at: Math.floor(Date.now() / 1000), cancellation_reason });
}

const NEEDS_CUSTOMER: Decline = {
  code: 'authentication_required',
  declineCode: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

function made(intent: PaymentIntent) {
  return { reply: { status: 200, body: intent }, intent };
}

function declined(form: Form, { code, declineCode, message }: Decline) {
  const error = {
    type: 'card_error',
    code,
    decline_code: declineCode,
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    message,
    charge: newId('ch'),
    payment_method: { id: form.get('payment_method'), object: 'payment_method', type: 'card' },
  };
  const intent = { ...newIntent(form, 'requires_payment_method'), last_payment_error: error };
  return { reply: { status: 402, body: { error: { ...error, payment_intent: intent } } }, intent };
}

function newIntent(form: Form, status: PaymentIntent['status'] = 'requires_payment_method'): PaymentIntent {
  const id = newId('pi');
  const amount = Number(form.get('amount'));
  const isPaid = status === 'succeeded';
  return {
    id,
    object: 'payment_intent',
    amount,
    amount_received: isPaid ? amount : 0,
    currency: form.get('currency') ?? '',
    status,
    created: Math.floor(Date.now() / 1000),
    livemode: false,
    client_secret: `${id}_secret_${randomBytes(8).toString('hex')}`,
    description: form.get('description') ?? null,
    metadata: metadataOf(form),
    payment_method: status === 'requires_payment_method' ? null : (form.get('payment_method') ?? null),
    latest_charge: isPaid ? newId('ch') : null,
    last_payment_error: null,
    canceled_at: null,
    cancellation_reason: null,
  };
}

/** `metadata[order]=7` is `{ order: '7' }`. */
export function metadataOf(form: Form): Record<string, string> {
  const entries = [...form].flatMap(([name, value]) => {
    const key = /^metadata\[(?<key>[^\]]+)\]$/.exec(name)?.groups?.key;
    return key === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

function refuseParameters(form: Form): JsonReply | undefined {
  for (const name of ['amount', 'currency']) {
    if (!form.get(name)) return invalid('parameter_missing', name, `Missing required param: ${name}.`);
  }
  const amount = form.get('amount') ?? '';
  if (!/^\d+$/.test(amount)) return invalid('parameter_invalid_integer', 'amount', `Invalid integer: ${amount}`);
  if (Number(amount) < 1)
    return invalid('parameter_invalid_integer', 'amount', 'This value must be greater than or equal to 1.');
  if (Number(amount) > 99_999_999)
    return invalid('amount_too_large', 'amount', 'Amount must be no more than 99999999.');
  if (!/^[a-z]{3}$/i.test(form.get('currency') ?? '')) {
    return invalid(undefined, 'currency', `Invalid currency: ${form.get('currency')}.`);
  }
  return undefined;
}

/** Stripe's error for a request that it cannot accept. */
export function invalid(code: string | undefined, param: string | undefined, message: string, status = 400): JsonReply {
  return { status, body: { error: { type: 'invalid_request_error', code, param, message } } };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}
