import type { IncomingMessage } from 'node:http';
import { checkedFaultOrder, createFaults, type Fault, type FaultOrder, type StatusFault } from './faults.ts';
import { type JsonReply, type RunningServer, readBody, sendJson, startServer } from './http-server.ts';
import { createStripeApi, type RecordedPayment, type StripeApi, type StripeCall } from './stripe-api.ts';
import { metadataOf } from './stripe-payment-intents.ts';

/** A request that reached the stand-in, with its answer. */
export interface RecordedRequest {
  readonly idempotencyKey: string | undefined;
  readonly status: number | 'reset';
}

/** Stripe on this machine. */
export interface StripeStandIn extends RunningServer {
  /** All payments made, declined ones (`requires_payment_method`) included, oldest first. */
  readonly payments: () => readonly RecordedPayment[];
  /** All requests, those that met a fault or a replay included, oldest first. */
  readonly requests: () => readonly RecordedRequest[];
  /**
   * Orders a fault for the next requests. `match` may name `idempotencyKey` and `metadata[<name>]`.
   *
   * @throws TypeError for a `retryAfter`, which Stripe never sends
   */
  readonly failNext: (order: FaultOrder) => void;
  /** Forgets payments, keys, requests and faults. */
  readonly clear: () => void;
}

/**
 * Starts a stand-in for the part of Stripe's API that takes payments: `new Stripe(key, { protocol: 'http',
 * host: '127.0.0.1', port })`. It behaves like Stripe in what a handler can see: idempotency keys, test cards, error bodies.
 *
 * Another process orders faults with `POST /_control/faults` (a {@link FaultOrder}) and reads `GET /_control/payments`.
 */
export async function startStripe(options: { readonly port?: number } = {}): Promise<StripeStandIn> {
  const faults = createFaults();
  const api = createStripeApi();
  const requests: RecordedRequest[] = [];
  const order = (given: FaultOrder) => {
    if ('retryAfter' in given) throw new TypeError('Stripe sends no Retry-After: leave it out of the order');
    faults.order(given);
  };
  const server = await startServer(async (request, response) => {
    const call = await readCall(request);
    if (call.path === '/_control/payments') return sendJson(response, { status: 200, body: api.payments() });
    if (call.path === '/_control/faults') {
      order(checkedFaultOrder(JSON.parse(call.body)));
      return sendJson(response, { status: 200, body: {} });
    }
    const fault = faults.take(traits(call));
    const reply = fault ? misbehave(fault, call, api) : api.handle(call);
    requests.push({ idempotencyKey: call.key, status: reply?.status ?? 'reset' });
    if (reply) sendJson(response, reply);
    else request.socket.resetAndDestroy();
  }, options.port);
  return {
    ...server,
    payments: api.payments,
    requests: () => requests,
    failNext: order,
    clear: () => {
      faults.clear();
      api.clear();
      requests.length = 0;
    },
  };
}

async function readCall(request: IncomingMessage): Promise<StripeCall> {
  const body = await readBody(request);
  const key = request.headers['idempotency-key'];
  return {
    method: request.method ?? 'GET',
    path: new URL(request.url ?? '/', 'http://127.0.0.1').pathname,
    body,
    form: new Map(new URLSearchParams(body)),
    key: Array.isArray(key) ? key[0] : key,
    isAuthorised: /^(Bearer|Basic) \S+/.test(request.headers.authorization ?? ''),
  };
}

function traits({ key, form }: StripeCall): Record<string, string | undefined> {
  const metadata = Object.entries(metadataOf(form)).map(([name, value]) => [`metadata[${name}]`, value] as const);
  return { idempotencyKey: key, ...Object.fromEntries(metadata) };
}

/** @returns undefined to cut the connection */
function misbehave(fault: Fault, call: StripeCall, api: StripeApi): JsonReply | undefined {
  if ('status' in fault) return failure(fault);
  if (fault.reset === 'after') api.handle(call);
  return undefined;
}

function failure(fault: StatusFault): JsonReply {
  const limited = { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' };
  const broken = { type: 'api_error', message: 'An unknown error occurred.' };
  return {
    status: fault.status,
    body: { error: fault.status === 429 ? limited : broken },
  };
}
