import type * as z from 'zod';
import { JobDefinitionError } from '../errors.ts';
import { type Accept, type AnyAccept, checkedAccept } from './accept.ts';
import { type AlarmThresholds, checkedAlarms, checkReachable } from './alarm-thresholds.ts';
import { type Answers, checkedAnswers } from './answers.ts';
import { type BeginKind, checkedBegin } from './begin-option.ts';
import { checkedExtendedFrom, type ExtendedFrom } from './extended-from.ts';
import { checkedHandsOn } from './hands-on.ts';
import { checkedJobType } from './job-type.ts';
import { checkedBoolean, checkedChoice, checkedNumber, checkedObject, type NumberRule } from './option.ts';
import { checkedSchema } from './payload-schema.ts';
import { checkedPollers, concurrencyOf, type ProvisionedPollers } from './pollers.ts';
import { FUNCTION_MAX_SECONDS, jobsTimeSeconds, SETTLE_MARGIN_SECONDS } from './queue-settings.ts';
import { checkedRateLimit, type RateLimit } from './rate-limit.ts';
import { checkedRetryPolicy, type RetryOptions } from './retry-options.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { checkedSchedules, type JobSchedule } from './schedule.ts';
import { checkedTracing, type TracingKind } from './tracing.ts';

/** What a job type is made of: plain data, read by its consumer, its producers and its stack. */
export interface JobDefinition<
  Type extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Next extends string = string,
> {
  readonly type: Type;
  readonly payload: Schema;
  readonly retry: RetryPolicy;
  readonly timeoutSeconds: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly maxConcurrency: number;
  readonly provisionedPollers?: ProvisionedPollers | undefined;
  readonly parallel: boolean;
  readonly memoryMb: number;
  readonly queueRetention: number;
  readonly retention: number;
  readonly alarms: AlarmThresholds;
  readonly logs: 'all' | 'failures';
  readonly completionEvent: boolean;
  readonly eventErrorMessage: boolean;
  readonly schedule: readonly JobSchedule[];
  readonly rateLimit?: RateLimit;
  readonly begin: BeginKind;
  readonly tracing: TracingKind;
  readonly retired: boolean;
  readonly accept?: AnyAccept;
  readonly extendedFrom?: ExtendedFrom;
  readonly answers?: readonly Answers[];
  readonly handsOn?: readonly Next[];
}

/** What {@link defineJob} takes; everything but `type` and `payload` has a default. */
export interface JobOptions<Type extends string, Schema extends z.ZodType, Next extends string = string> {
  /** Names the queue, the stack and the metrics: `[a-z][a-z0-9-]{0,39}`, not ending in `-dlq`, `-high` or `-low`. */
  readonly type: Type;
  /** zod schema of the payload; the handler's input type is inferred from it. */
  readonly payload: Schema;
  /** How often and when a failed job is tried again. @default five attempts; 1 s, 5 s, 30 s, 5 min, 30 min */
  readonly retry?: RetryOptions;
  /** Seconds that one attempt of one job may take, 1 to 840. @default 30 */
  readonly timeoutSeconds?: number;
  /** Messages that one invocation gets at most, 1 to 10,000; beyond 10 a batch window is needed. @default 10 */
  readonly batchSize?: number;
  /** Seconds to gather a batch, 0 to 300 (SQS event source limit). @default 0 */
  readonly batchWindowSeconds?: number;
  /** Invocations side by side, 2 to 1,000 (SQS event source limit). @default 50 */
  readonly maxConcurrency?: number;
  /**
   * Pollers kept ready, in place of `maxConcurrency`: `{ min: 2 to 200, max: 2 to 2,000 }`; ten invocations each.
   * @default none: Lambda polls as it sees fit, which costs nothing
   */
  readonly provisionedPollers?: Partial<ProvisionedPollers> | undefined;
  /** Whether the jobs of a batch run side by side (`true`) or one after another. @default true */
  readonly parallel?: boolean;
  /** Memory of the function in MB, 128 to 10,240; its share of a CPU grows with it. @default 512 */
  readonly memoryMb?: number;
  /** Days that SQS keeps a message, 1 to 14. @default 7 */
  readonly queueRetention?: number;
  /**
   * Days that a finished job's item is kept and its idempotency key stays unique: at least `queueRetention` plus one,
   * or a late duplicate would run again; at most 3,650. @default queueRetention + 1
   */
  readonly retention?: number;
  /**
   * `failures` leaves out the two lines of an attempt that goes well (`job.started`, `job.completed`): most of what logs
   * cost. Metrics are the same. @default 'all'
   */
  readonly logs?: 'all' | 'failures';
  /**
   * Whether a `Job Completed` event goes to the default EventBridge bus for each job, at least once. A job's death is
   * always published. @default false
   */
  readonly completionEvent?: boolean;
  /**
   * Whether the event of a job's death quotes its error's message. `false` where messages may hold personal data: every rule
   * of the account can pass events on. The error's name stays, and so does the message in item, dead letter and logs.
   * @default true
   */
  readonly eventErrorMessage?: boolean;
  /**
   * Attempts that may begin in a time, over all consumers together; a job over the limit waits without an attempt.
   * @default none
   * @example { limit: 50, perSeconds: 1 }
   */
  readonly rateLimit?: RateLimit;
  /**
   * `optimistic` is for handlers that may safely run twice at once: the first delivery of a job is not claimed, which saves one
   * of its two writes. Late duplicates are still dropped, and `commit` is still exactly once. Not with `rateLimit`, and not for
   * the callback of a batch. @default 'claimed'
   */
  readonly begin?: BeginKind;
  /**
   * How attempts are traced. `otel`: an OpenTelemetry span each, sent by a layer, or to `OTEL_EXPORTER_OTLP_ENDPOINT`. `true`: by
   * X-Ray, whose SDK is in maintenance, a subsegment each; a later version takes it out. @default false
   */
  readonly tracing?: TracingKind;
  /**
   * Whether the type takes no new jobs: producers refuse to send, and its schedules are taken away. What was sent, and what
   * others still send, runs to its end. Once it is empty, its stack may be destroyed. @default false
   */
  readonly retired?: boolean;
  /**
   * Makes jobs of messages that are not Sluice's: `fromS3Notification`, `fromSns`, `fromEventBridge`, `fromRaw`, or your own.
   * Several jobs are sent to the queue one by one. Not with `schedule`. @default none: such messages are dead-lettered
   * @example ({ body }) => ({ id: JSON.parse(body).orderId, payload: JSON.parse(body) })
   */
  readonly accept?: Accept<z.input<Schema>>;
  /**
   * The bucket in which AWS's extended clients (Java, Python) put message bodies that are too large for SQS. They must be
   * envelopes; other buckets are refused. Not with `accept`. @default none: such messages are dead-lettered
   */
  readonly extendedFrom?: ExtendedFrom;
  /**
   * Makes the type a part of flows, and names the types that its jobs may be followed by: the next step of a chain, what a handler
   * stages with `context.enqueue` and `context.batch`. The stack grants exactly these queues. An empty list is for a type that
   * hands on to nobody: a last step, a child. @default none: its jobs are in no flow
   */
  readonly handsOn?: readonly Next[];
  /**
   * Who may wait for its jobs as the end of a chain: `stepFunctions`, or `durableFunctions:<function>`. Needs `handsOn`.
   * @default nobody
   */
  readonly answers?: readonly Answers[];
  /** Thresholds of the job type's alarms. */
  readonly alarms?: Partial<AlarmThresholds>;
  /** Jobs that EventBridge sends by itself, again and again. @default none */
  readonly schedule?: readonly JobSchedule<z.input<Schema>>[];
}

/** The handler's input: what a definition's schema makes of a payload. */
export type Payload<D extends JobDefinition> = z.output<D['payload']>;

/** The types that a definition's jobs may be followed by. */
export type HandsOn<D extends JobDefinition> = NonNullable<D['handsOn']>[number];

const KNOWN_OPTIONS = [
  ...['type', 'payload', 'retry', 'timeoutSeconds', 'batchSize', 'batchWindowSeconds', 'maxConcurrency', 'parallel'],
  ...['memoryMb', 'queueRetention', 'retention', 'alarms', 'logs', 'completionEvent', 'schedule', 'provisionedPollers'],
  ...['rateLimit', 'tracing', 'eventErrorMessage', 'retired', 'accept', 'handsOn', 'extendedFrom', 'answers'],
  'begin',
] as const;

const RULES = {
  timeoutSeconds: { min: 1, max: 840, default: 30, why: 'a Lambda function ends at 900 s' },
  batchSize: { min: 1, max: 10_000, default: 10, why: 'SQS event source limit' },
  batchWindowSeconds: { min: 0, max: 300, default: 0, why: 'SQS event source limit' },
  maxConcurrency: { min: 2, max: 1000, default: 50, why: 'SQS event source limit' },
  memoryMb: { min: 128, max: 10_240, default: 512, why: 'Lambda limit' },
  queueRetention: { min: 1, max: 14, default: 7, why: 'days, SQS limit' },
} as const satisfies Record<string, NumberRule>;

/**
 * Makes a job definition.
 *
 * @returns the definition with every default filled in, frozen
 * @throws JobDefinitionError for a value out of range, an unknown option, or options that do not fit together
 * @example
 * export const resizeImage = defineJob({
 *   type: 'resize-image',
 *   payload: z.object({ bucket: z.string(), key: z.string(), width: z.int().min(16).max(4096) }),
 *   timeoutSeconds: 60,
 * });
 */
export function defineJob<const Type extends string, Schema extends z.ZodType, const Next extends string = never>(
  options: JobOptions<Type, Schema, Next>,
): JobDefinition<Type, Schema, Next> {
  try {
    const definition = checkedDefinition(options);
    checkCombinations(definition);
    return Object.freeze(definition);
  } catch (error) {
    if (!(error instanceof JobDefinitionError)) throw error;
    throw new JobDefinitionError(`${named(options)}: ${error.message}`, { cause: error });
  }
}

function checkedDefinition<Type extends string, Schema extends z.ZodType, Next extends string>(
  options: JobOptions<Type, Schema, Next>,
): JobDefinition<Type, Schema, Next> {
  const given = checkedObject('', options, KNOWN_OPTIONS);
  const number = (name: keyof typeof RULES) => checkedNumber(name, given[name], RULES[name]);
  const queueRetention = number('queueRetention');
  const rateLimit = checkedRateLimit(given.rateLimit);
  const retired = checkedBoolean('retired', given.retired, false);
  const provisionedPollers = checkedPollers(given.provisionedPollers);
  return {
    type: checkedJobType(options.type),
    payload: checkedSchema(options.payload),
    retry: checkedRetryPolicy(given.retry),
    timeoutSeconds: number('timeoutSeconds'),
    batchSize: number('batchSize'),
    batchWindowSeconds: number('batchWindowSeconds'),
    maxConcurrency: concurrencyOf(provisionedPollers, {
      given: given.maxConcurrency,
      checked: number('maxConcurrency'),
    }),
    provisionedPollers,
    parallel: checkedBoolean('parallel', given.parallel, true),
    memoryMb: number('memoryMb'),
    queueRetention,
    retention: checkedNumber('retention', given.retention, {
      min: queueRetention + 1,
      max: 3650,
      default: queueRetention + 1,
      why: 'days; below queueRetention plus one a late duplicate would run again',
    }),
    alarms: checkedAlarms(given.alarms),
    logs: checkedChoice('logs', given.logs, ['all', 'failures']),
    completionEvent: checkedBoolean('completionEvent', given.completionEvent, false),
    eventErrorMessage: checkedBoolean('eventErrorMessage', given.eventErrorMessage, true),
    schedule: retired ? [] : checkedSchedules(given.schedule),
    ...(rateLimit !== undefined && { rateLimit }),
    begin: checkedBegin(given, rateLimit),
    tracing: checkedTracing(given.tracing),
    retired,
    ...checkedAccept(given),
    ...checkedExtendedFrom(given),
    ...checkedAnswers(given),
    ...(given.handsOn !== undefined && { handsOn: checkedHandsOn<Next>(given.handsOn) }),
  };
}

function checkCombinations(definition: JobDefinition): void {
  const { batchSize, batchWindowSeconds, timeoutSeconds, parallel } = definition;
  if (batchSize > 10 && batchWindowSeconds === 0) {
    throw new JobDefinitionError(
      `batchSize ${batchSize} needs batchWindowSeconds of 1 to 300 (SQS event source limit)`,
    );
  }
  const needed = jobsTimeSeconds(definition) + SETTLE_MARGIN_SECONDS;
  if (needed > FUNCTION_MAX_SECONDS) {
    const way = parallel ? 'lower timeoutSeconds' : 'lower batchSize or timeoutSeconds, or set parallel to true';
    throw new JobDefinitionError(
      `a batch of ${batchSize} one after another at ${timeoutSeconds} s each needs ${needed} s, a Lambda function ends at ${FUNCTION_MAX_SECONDS} s: ${way}`,
    );
  }
  checkReachable(definition.alarms, definition.queueRetention);
}

const named = (options: unknown) => String((options as { type?: unknown } | null | undefined)?.type ?? 'defineJob');
