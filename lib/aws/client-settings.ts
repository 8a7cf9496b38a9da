import { Sha256 } from './sha256.ts';

/** A request without an answer is given up after this time: DynamoDB and SQS answer in milliseconds. */
export const REQUEST_TIMEOUT_MS = 5000;

/** Of the engine's own clients. */
export const REQUESTS_PER_CALL = 1;

/**
 * Settings of the engine's own clients. A call is one request: the SDK's own tries are off, for the engine counts tries and
 * time by itself. Nested, they multiplied, and the SDK's pauses of a second and more on throttling ran past the function's
 * end. `requestTimeout` alone would only warn.
 */
export const ownCalls = () => ({
  maxAttempts: REQUESTS_PER_CALL,
  retryMode: 'standard',
  sha256: Sha256,
  requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, throwOnRequestTimeout: true },
});

/** A client whose requests can be given up: the signal is asked for at each of them; undefined lets it run. */
export type CurrentSignal = () => AbortSignal | undefined;

/** What hands a client's requests on, and how long each may take. */
interface RequestHandler {
  handle(request: never, options?: object): Promise<unknown>;
}

/**
 * Gives each request of a client the signal that is current. By its handler and not by the options of `send`: with options, the
 * SDK puts its middleware together again for every call.
 */
export function abortedBy<Client extends { readonly config: { readonly requestHandler: object } }>(
  client: Client,
  signal: CurrentSignal,
): Client {
  const handler = client.config.requestHandler as RequestHandler;
  const handle = handler.handle.bind(handler);
  handler.handle = (request, options) => {
    const abortSignal = signal();
    return handle(request, abortSignal === undefined ? options : { ...options, abortSignal });
  };
  return client;
}
