export type { AlarmThresholds } from './alarm-thresholds.ts';
export * from './envelope.ts';
export * from './errors.ts';
export type * from './job.ts';
export * from './job-definition.ts';
export * from './job-item.ts';
export * from './names.ts';
export * from './queue-settings.ts';
export * from './retry-policy.ts';
