/** A function was deployed without a setting that it needs; the message names it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** @throws ConfigurationError if the variable is missing or empty */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new ConfigurationError(`environment variable ${name} is missing: Sluice's job stack sets it`);
  }
  return value;
}

/** Whether a variable of Powertools is set to what it takes for true. */
export const isSwitchedOn = (value = ''): boolean =>
  ['1', 'y', 'yes', 't', 'true', 'on'].includes(value.trim().toLowerCase());

/**
 * Refuses the variable with which Powertools skips idempotency: there would be no lease and no attempts, and every
 * duplicate would run.
 *
 * @throws ConfigurationError if it is set to anything but false
 */
export function refuseDisabledIdempotency(): void {
  const value = process.env.POWERTOOLS_IDEMPOTENCY_DISABLED?.toLowerCase();
  if (value === undefined || ['', '0', 'false', 'no', 'n', 'off', 'f'].includes(value)) return;
  throw new ConfigurationError('POWERTOOLS_IDEMPOTENCY_DISABLED must not be set: every duplicate would run');
}
