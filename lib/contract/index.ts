/** What job types, producers and readers of events need: definitions, the errors by which a handler decides, events. */
export { fromEventBridge, fromRaw, fromS3Notification, fromSns, type S3Object } from './accept-from.ts';
export type { Accept, AcceptedJob, ForeignMessage } from './definition/accept.ts';
export type { AlarmThresholds } from './definition/alarm-thresholds.ts';
export type { CircuitBreaker } from './definition/breaker.ts';
export { defineJob, type JobDefinition, type Payload } from './definition/job-definition.ts';
export type { JobOptions } from './definition/job-options.ts';
export type { ProvisionedPollers } from './definition/pollers.ts';
export type { RateLimit } from './definition/rate-limit.ts';
export type { Backoff, ExponentialBackoff, ListBackoff, RetryPolicy } from './definition/retry-policy.ts';
export type { JobSchedule } from './definition/schedule.ts';
export type { Envelope } from './envelope.ts';
export {
  InvalidMessageError,
  InvalidPayloadError,
  JobCancelledError,
  JobDefinitionError,
  type JobError,
  JobResultError,
  JobTimeoutError,
  LeaseLostError,
  MAX_REQUESTED_DELAY_SECONDS,
  PermanentError,
  RetryAfterError,
  ShutdownError,
  SnoozeError,
  WriteConditionError,
  WriteRefusedError,
} from './errors.ts';
export type { DeadLetterReason, Job, JobStatus } from './job.ts';
export {
  BREAKER_DETAIL_TYPES,
  type BreakerDetail,
  type BreakerEvent,
  type CompletedDetail,
  DETAIL_TYPES,
  type DeadLetteredDetail,
  EVENT_SOURCE,
  type ExpiredDetail,
  type JobEvent,
  type JobEventDetail,
} from './job-event.ts';
export type { PayloadInput } from './payload.ts';
export { job, type PlannedJob, type PlannedOptions } from './planned-job.ts';
export type { FlowFields, FlowStep } from './protocol/flow-fields.ts';
export type { JobItem } from './protocol/job-item.ts';
