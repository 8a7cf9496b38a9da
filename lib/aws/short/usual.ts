import { Sha256 } from '../sha256.ts';
import type { Client, ClientConfig, Context, HttpRequest, Stack } from './sdk.ts';

/** The steps of the SDK's DynamoDB client, in the version that is installed. */
const STEPS = [
  'serializerMiddleware - serialize',
  'contentLengthMiddleware - build',
  'getUserAgentMiddleware - build',
  'hostHeaderMiddleware - build',
  'recursionDetectionMiddleware - build',
  'retryMiddleware - finalizeRequest',
  'httpSigningMiddleware (a.k.a. apiKeyMiddleware,tokenMiddleware,awsAuthMiddleware) - finalizeRequest',
  'deserializerMiddleware - deserialize',
].join();

/** Settings under which a client is the one that is known: of the values of any other, nothing is. */
const SETTINGS: Readonly<Record<string, (value: unknown) => boolean>> = {
  maxAttempts: (value) => value === 1,
  retryMode: (value) => value === 'standard',
  requestHandler: (value) => typeof value === 'object' && !('handle' in Object(value)),
  protocol: (value) => typeof value === 'function',
  sha256: (value) => value === Sha256,
  cacheMiddleware: () => true,
  credentials: () => true,
  endpoint: (value) => typeof value === 'string',
  region: (value) => typeof value === 'string',
};

/**
 * Whether a client is as Sluice makes it. One with an endpoint provider, a logger, a handler, functions of regions, or an
 * extension is not. Neither is one whose middleware is not the SDK's alone, as where something traces the calls by it; nor
 * one whose `send` was wrapped (`__wrapped` and `__original` are what instrumentations mark it with).
 */
export function isUsualClient({ send, middlewareStack }: Client, settings: object): boolean {
  const areKnown = Object.entries(settings).every(([name, value]) => SETTINGS[name]?.(value) ?? value === undefined);
  return areKnown && stepsOf(middlewareStack) === STEPS && !('__wrapped' in send || '__original' in send);
}

/** Sluice's own steps only take notes. */
const stepsOf = (stack: Stack): string =>
  stack
    .identify()
    .filter((step) => !step.startsWith('sluice'))
    .join();

/** Calls back before the middleware of a client is changed. */
export function onChange(stack: Stack, changed: () => void): void {
  const change = stack as unknown as Record<string, (...args: unknown[]) => unknown>;
  for (const name of ['add', 'addRelativeTo', 'use', 'remove', 'removeByTag']) {
    const own = change[name]?.bind(stack);
    change[name] = (...args) => {
      changed();
      return own?.(...args);
    };
  }
}

/**
 * Whether the next requests differ from one of the SDK's in what is told apart, and no more. Where the account's own
 * endpoint may be asked, the credentials of a moment decide.
 */
export async function isUsualCall(config: ClientConfig, context: Context, request: HttpRequest): Promise<boolean> {
  const scheme = context.__smithy_context?.selectedHttpAuthScheme;
  return (
    scheme?.httpAuthOption.schemeId === 'aws.auth#sigv4' &&
    request.headers['amz-sdk-request'] === 'attempt=1; max=1' &&
    request.headers['content-type'] === 'application/x-amz-json-1.0' &&
    isWithoutAccount(scheme.identity, await config.accountIdEndpointMode?.())
  );
}

/** Whether the endpoint does not depend on whose credentials sign. @param mode undefined of a client that knows of none */
export const isWithoutAccount = ({ accountId }: { readonly accountId?: string }, mode: string | undefined): boolean =>
  mode === undefined || mode === 'disabled' || (mode !== 'required' && accountId === undefined);
