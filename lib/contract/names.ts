/** A stage is a word without hyphens, so that `sluice-<stage>-<type>` reads only one way. */
const STAGE_PATTERN = /^[a-z][a-z0-9]{0,15}$/;

/**
 * @returns the stage, unchanged
 * @throws RangeError if it is no stage
 */
export function checkedStage(stage: unknown): string {
  if (typeof stage === 'string' && STAGE_PATTERN.test(stage)) return stage;
  throw new RangeError(
    `stage must be 1 to 16 of a-z and 0-9, starting with a letter, without hyphens, got ${JSON.stringify(stage)}`,
  );
}

/** Fixed names of what a stage deploys (lib/engine/README.md, "Names and the jobs table"). */
export const names = {
  coreStack: (stage: string) => `sluice-${stage}-core`,
  jobStack: (stage: string, type: string) => `sluice-${stage}-${type}`,
  queue: (stage: string, type: string) => `sluice-${stage}-${type}`,
  deadLetterQueue: (stage: string, type: string) => `sluice-${stage}-${type}-dlq`,
  consumer: (stage: string, type: string) => `sluice-${stage}-${type}`,
  dispatcher: (stage: string) => `sluice-${stage}-dispatcher`,
  jobsTable: (stage: string) => `sluice-${stage}-jobs`,
  /** Managed policy of those who operate a stage. IAM's names, and those of dashboards, are the account's: they carry the region. */
  operatorPolicy: (stage: string, kind: 'read' | 'redrive', region: string) => `sluice-${stage}-${kind}-${region}`,
  alarmTopic: (stage: string) => `sluice-${stage}-alarms`,
  dashboard: (stage: string, region: string) => `sluice-${stage}-${region}`,
  jobDashboard: (stage: string, type: string, region: string) => `sluice-${stage}-${type}-${region}`,
  keyAlias: (stage: string) => `alias/sluice-${stage}`,
} as const;

/** Environment variables that a stack sets for its functions. */
export const ENV = {
  jobsTable: 'SLUICE_JOBS_TABLE',
  queueUrl: 'SLUICE_QUEUE_URL',
  deadLetterQueueUrl: 'SLUICE_DLQ_URL',
  /** A job type's queue is found by its name: by the dispatcher, and by whoever sends jobs. */
  stage: 'SLUICE_STAGE',
} as const;

/** CloudWatch metrics (lib/operator/README.md, "Metrics"). */
export const METRICS = {
  namespace: 'Sluice',
  /** Each metric has two dimension sets: a stage's job type, and a stage. */
  stageDimension: 'Stage',
  typeDimension: 'JobType',
  completed: 'JobsCompleted',
  failed: 'JobsFailed',
  retried: 'JobsRetried',
  deadLettered: 'JobsDeadLettered',
  stalled: 'JobsStalled',
  duplicate: 'JobsDuplicate',
  unhandledRejection: 'UnhandledRejections',
  duration: 'JobDuration',
  queueLatency: 'QueueLatency',
  retryLateness: 'RetryLateness',
} as const;

/**
 * Attributes of a message that Sluice sets on what it sends. `sluice` has them all; no sender may set it. The others are
 * written for consumers of the version before.
 */
export const MESSAGE_ATTRIBUTES = { own: 'sluice', jobId: 'jobId', run: 'run', due: 'due' } as const;

/** A job's id. */
export const JOB_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
/** An idempotency key. */
export const JOB_KEY = /^[A-Za-z0-9_.:-]{1,250}$/;
export const isJobId = (id: unknown): id is string => typeof id === 'string' && JOB_ID.test(id);
export const isJobKey = (key: unknown): key is string => typeof key === 'string' && JOB_KEY.test(key);

/** A field of an object, if it has a value. */
export function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value });
}
