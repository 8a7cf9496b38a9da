/** An app and a stage are words without hyphens, so that `<app>-<stage>-<type>` reads only one way. */
const WORD = /^[a-z][a-z0-9]{0,15}$/;

/** The app whose stages have no other name. */
export const DEFAULT_APP = 'sluice';

/**
 * A stage's full name: `prod` of the app `sluice`, `shop/prod` of an app with a name of its own. It is what SLUICE_STAGE, the
 * metrics and the events say, and what all names of the stage are made of.
 *
 * @param stage as `prod`, or a full name
 * @param app   as `shop`. @default the full name's, else `sluice`
 * @throws RangeError if one of them is no name, or the full name is of another app
 */
export function checkedStage(stage: unknown, app?: unknown): string {
  const [name, named = app ?? DEFAULT_APP, ...more] = typeof stage === 'string' ? stage.split('/').reverse() : [];
  if (name === undefined || more.length > 0 || !WORD.test(name)) throw new RangeError(wrong('stage', stage));
  if (typeof named !== 'string' || !WORD.test(named)) throw new RangeError(wrong('app', named));
  if (app !== undefined && app !== named) {
    throw new RangeError(
      `app is ${JSON.stringify(app)}, and stage ${JSON.stringify(stage)} names another: leave one out`,
    );
  }
  return named === DEFAULT_APP ? name : `${named}/${name}`;
}

const wrong = (what: string, got: unknown): string =>
  `${what} must be 1 to 16 of a-z and 0-9, starting with a letter, without hyphens, got ${JSON.stringify(got)}`;

/** What a stage's full name is made of. */
export function partsOf(stage: string): { readonly app: string; readonly stage: string } {
  const [name = '', app = DEFAULT_APP] = stage.split('/').reverse();
  return { app, stage: name };
}

/** What every name of a stage begins with, before a hyphen: `sluice-prod`, `shop-prod`. */
export function prefixOf(stage: string): string {
  const { app, stage: name } = partsOf(stage);
  return `${app}-${name}`;
}

/** Fixed names of what a stage deploys, by its full name (lib/engine/README.md, "Names and the jobs table"). */
export const names = {
  coreStack: (stage: string) => `${prefixOf(stage)}-core`,
  jobStack: (stage: string, type: string) => `${prefixOf(stage)}-${type}`,
  queue: (stage: string, type: string) => `${prefixOf(stage)}-${type}`,
  deadLetterQueue: (stage: string, type: string) => `${prefixOf(stage)}-${type}-dlq`,
  consumer: (stage: string, type: string) => `${prefixOf(stage)}-${type}`,
  dispatcher: (stage: string) => `${prefixOf(stage)}-dispatcher`,
  /** Of the constructs' dispatcher, so that the stack of a job type can give it rights. */
  dispatcherRole: (stage: string, region: string) => `${prefixOf(stage)}-dispatcher-${region}`,
  jobsTable: (stage: string) => `${prefixOf(stage)}-jobs`,
  /** Managed policy of those who operate a stage. IAM's names, and those of dashboards, are the account's: they carry the region. */
  operatorPolicy: (stage: string, kind: 'read' | 'payloads' | 'redrive', region: string) =>
    `${prefixOf(stage)}-${kind}-${region}`,
  alarmTopic: (stage: string) => `${prefixOf(stage)}-alarms`,
  dashboard: (stage: string, region: string) => `${prefixOf(stage)}-${region}`,
  jobDashboard: (stage: string, type: string, region: string) => `${prefixOf(stage)}-${type}-${region}`,
  /** Buckets are named across all accounts and regions. */
  payloads: (stage: string, { account, region }: { readonly account: string; readonly region: string }) =>
    `${prefixOf(stage)}-payloads-${account}-${region}`,
  keyAlias: (stage: string) => `alias/${prefixOf(stage)}`,
} as const;

/** What a rule or schedule of EventBridge says of itself: its own name is CloudFormation's. */
export const scheduleDescription = (stage: string, type: string, schedule: string): string =>
  `Sluice ${stage}: sends the ${type} job ${schedule}`;

/**
 * The queue of ticks that could not be sent ends so, behind its type's name. No type's name has an underscore, so that it is no
 * type's queue; it begins and ends as a dead-letter queue, for the rights of those who operate the stage.
 */
export const SCHEDULES_DLQ = '_schedules-dlq';

/** Output of the core stack that says as JSON what was deployed: `disposable`, `encrypted` and so on. */
export const STAGE_OUTPUT = 'StageSettings';

/** Environment variables that a stack sets for its functions. */
export const ENV = {
  jobsTable: 'SLUICE_JOBS_TABLE',
  queueUrl: 'SLUICE_QUEUE_URL',
  deadLetterQueueUrl: 'SLUICE_DLQ_URL',
  /** Set where a queue is not found by its name: what is parked keeps its URL. */
  parkedUrl: 'SLUICE_PARKED',
  /** JSON: by job type, the name or URL of queues that jobs are handed on to and that do not have the fixed name. */
  queuesElsewhere: 'SLUICE_QUEUES',
  /** A job type's queue is found by its name: by the dispatcher, and by whoever sends jobs. */
  stage: 'SLUICE_STAGE',
  /** The bucket of large payloads, where the stage has one. */
  payloads: 'SLUICE_PAYLOADS',
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
  expired: 'JobsExpired',
  stalled: 'JobsStalled',
  completedAfterDeath: 'JobsCompletedAfterDeath',
  /** 1 of each batch that found its type's circuit breaker open: its maximum is what to look at. */
  breakerOpen: 'BreakerOpen',
  breakerOpened: 'BreakerOpened',
  breakerClosed: 'BreakerClosed',
  duplicate: 'JobsDuplicate',
  dropped: 'MessagesDropped',
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
