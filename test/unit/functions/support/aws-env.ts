import { vi } from 'vitest';

/**
 * Points AWS clients at servers of this machine. Their keys are no keys, and they send a request once, so that a test
 * sees each answer. Call it before the module that makes the client is imported.
 *
 * @param endpoints by the suffix of `AWS_ENDPOINT_URL_`, e.g. `{ SES: url }`
 */
export function stubAws(endpoints: Readonly<Record<string, string>>): void {
  const environment = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  for (const [service, url] of Object.entries(endpoints)) vi.stubEnv(`AWS_ENDPOINT_URL_${service}`, url);
}
