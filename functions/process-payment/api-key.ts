import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** A rotated key is picked up after this time, or at once when Stripe refuses the old one. */
const KEPT_MS = 5 * 60 * 1000;

const secrets = new SecretsManagerClient({});
let kept: { key: string; untilMs: number } | undefined;

/** Stripe's API key, from Secrets Manager, kept for five minutes. @param abortSignal ends a call that is not answered */
export async function apiKey(abortSignal: AbortSignal): Promise<string> {
  if (kept !== undefined && kept.untilMs > Date.now()) return kept.key;
  const command = new GetSecretValueCommand({ SecretId: process.env.STRIPE_SECRET });
  const { SecretString } = await secrets.send(command, { abortSignal });
  if (!SecretString) throw new Error('the secret with the Stripe API key is empty: put the key there');
  kept = { key: SecretString, untilMs: Date.now() + KEPT_MS };
  return SecretString;
}

export function forgetApiKey(): void {
  kept = undefined;
}
