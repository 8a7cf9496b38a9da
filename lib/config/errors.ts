/** A `sluice.config.ts` is wrong, and the message says where and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
