import { errorName, faultOf, isThrottle, statusOf } from '../../aws/errors.ts';
import { type Clock, sleep } from '../../engine/clock.ts';
import { withResolvers } from '../../engine/resolvers.ts';

/** How a client of the SDK was made, as far as it matters for its requests. */
export interface SdkSettings {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Requests of one call at most. The SDK's own: 4 for DynamoDB, 3 for the others. */
  readonly maxAttempts: number;
  /** Span of the first pause after anything but throttling, ms. The SDK's own: 25 for DynamoDB, 50 for the others. */
  readonly baseDelayMs: number;
  /** A request without an answer fails after this time. The SDK's own waits for as long as the connection lives. @default none */
  readonly requestTimeoutMs?: number;
}

interface Client {
  send(command: unknown): Promise<unknown>;
}

/** Of one client, for the repeats of all its calls. */
const TOKENS = 500;
const COST = 14;
const THROTTLED_COST = 5;
const THROTTLED_DELAY_MS = 1000;
const MAX_DELAY_MS = 20_000;
/** How much longer than its own pause it waits for a service that asks for it. */
const MAX_HINT_MS = 5000;

/**
 * What the SDK's client does between its caller and the service (@smithy/core 3.41, standard mode): it makes a call's request
 * again after pauses of its own, as long as its bucket has tokens, and gives up a request without an answer. Held against the
 * SDK itself in `test/fidelity/sdk`.
 */
export function makeSdkClient<T>(service: T, settings: SdkSettings): T {
  const { clock, random, maxAttempts, baseDelayMs } = settings;
  const { send } = service as Client;
  let tokens = TOKENS;
  const client: Client = {
    async send(command) {
      let lastCost = 1;
      for (let attempts = 1; ; attempts++) {
        try {
          const reply = await answerOf(send(command), settings);
          tokens = Math.min(TOKENS, tokens + lastCost);
          return reply;
        } catch (error) {
          const isThrottled = throttles(error);
          const cost = isThrottled ? THROTTLED_COST : COST;
          if (!faultOf(error).isTransient || attempts >= maxAttempts || tokens < cost) throw error;
          tokens -= cost;
          lastCost = cost;
          const spanMs = (isThrottled ? THROTTLED_DELAY_MS : baseDelayMs) * 2 ** (attempts - 1);
          const delayMs = hinted(error, Math.floor(random() * Math.min(spanMs, MAX_DELAY_MS)));
          await sleep(clock, delayMs);
        }
      }
    },
  };
  return client as T;
}

/** The SDK counts a transaction that is still under way among them. */
const throttles = (error: unknown): boolean =>
  isThrottle(errorName(error)) || statusOf(error) === 429 || errorName(error) === 'TransactionInProgressException';

/** The pause that the service asks for by `x-amz-retry-after`, within the SDK's bounds. */
function hinted(error: unknown, ownMs: number): number {
  const { $response } = error as { $response?: { headers?: Readonly<Record<string, string>> } };
  const hintMs = Number($response?.headers?.['x-amz-retry-after']);
  return hintMs >= 0 ? Math.max(ownMs, Math.min(hintMs, ownMs + MAX_HINT_MS)) : ownMs;
}

/** The service's answer, or the error of a request that had none in time. */
function answerOf(reply: Promise<unknown>, { clock, requestTimeoutMs }: SdkSettings): Promise<unknown> {
  if (requestTimeoutMs === undefined) return reply;
  const { promise: late, reject } = withResolvers<never>();
  const cancel = clock.after(requestTimeoutMs, () => {
    const message = `a request has exceeded the configured ${requestTimeoutMs} ms requestTimeout`;
    reject(Object.assign(new Error(message), { name: 'TimeoutError', code: 'ETIMEDOUT' }));
  });
  return Promise.race([reply, late]).finally(cancel);
}
