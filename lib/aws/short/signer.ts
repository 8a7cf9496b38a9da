import type { ClientConfig } from './sdk.ts';

/**
 * Has a client keep what signs its requests: the SDK copies its whole configuration for a new one at each request. It holds
 * nothing of a request, asks for the credentials at each, and depends on nothing but the configuration and the endpoint's scheme.
 * It is made anew where one of those is another.
 */
export function keepSigner(config: ClientConfig): void {
  const make = config.signer;
  if (make === undefined) return;
  let kept:
    | { readonly credentials: unknown; readonly scheme: object | undefined; readonly made: Promise<object> }
    | undefined;
  config.signer = (scheme) => {
    const { credentials } = config;
    if (kept === undefined || kept.credentials !== credentials || kept.scheme !== scheme) {
      kept = { credentials, scheme, made: make(scheme) };
      // One that could not be made is made anew.
      kept.made.catch(() => {
        kept = undefined;
      });
    }
    return kept.made;
  };
}
