/** For `sluice.config.ts`, which names a project's job types. It loads neither the CDK nor the AWS SDK. */
export { type ConfigOptions, type ConfiguredJob, defineConfig, type SluiceConfig } from './define-config.ts';
export { ConfigError } from './errors.ts';
