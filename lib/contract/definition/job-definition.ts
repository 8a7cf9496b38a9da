import type * as z from 'zod';
import { JobDefinitionError } from '../errors.ts';
import { type AnyAccept, checkedAccept } from './accept.ts';
import { type AlarmThresholds, checkedAlarms, checkReachable } from './alarm-thresholds.ts';
import { type Answers, checkedAnswers } from './answers.ts';
import { type BeginKind, checkedBegin } from './begin-option.ts';
import { type CircuitBreaker, checkedBreaker } from './breaker.ts';
import { checkedExpiry } from './expiry.ts';
import { checkedExtendedFrom, type ExtendedFrom } from './extended-from.ts';
import { checkedHandsOn } from './hands-on.ts';
import type { JobOptions } from './job-options.ts';
import { checkedJobType } from './job-type.ts';
import { checkedBoolean, checkedChoice, checkedNumber, checkedObject, type NumberRule } from './option.ts';
import { checkedSchema } from './payload-schema.ts';
import { checkedPollers, concurrencyOf, type ProvisionedPollers } from './pollers.ts';
import { FUNCTION_MAX_SECONDS, jobsTimeSeconds, SETTLE_MARGIN_SECONDS } from './queue-settings.ts';
import { checkedRateLimit, type RateLimit } from './rate-limit.ts';
import { checkedRetryPolicy } from './retry-options.ts';
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
  readonly breaker?: CircuitBreaker;
  readonly begin: BeginKind;
  readonly startWithinSeconds?: number;
  readonly expired?: 'deadLetter';
  readonly tracing: TracingKind;
  readonly retired: boolean;
  readonly accept?: AnyAccept;
  readonly extendedFrom?: ExtendedFrom;
  readonly answers?: readonly Answers[];
  readonly handsOn?: readonly Next[];
}

/** The handler's input: what a definition's schema makes of a payload. */
export type Payload<D extends JobDefinition> = z.output<D['payload']>;

/** The types that a definition's jobs may be followed by. */
export type HandsOn<D extends JobDefinition> = NonNullable<D['handsOn']>[number];

const KNOWN_OPTIONS = [
  ...['type', 'payload', 'retry', 'timeoutSeconds', 'batchSize', 'batchWindowSeconds', 'maxConcurrency', 'parallel'],
  ...['memoryMb', 'queueRetention', 'retention', 'alarms', 'logs', 'completionEvent', 'schedule', 'provisionedPollers'],
  ...['rateLimit', 'tracing', 'eventErrorMessage', 'retired', 'accept', 'handsOn', 'extendedFrom', 'answers'],
  ...['begin', 'breaker', 'startWithinSeconds', 'expired'],
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
  const breaker = checkedBreaker(given.breaker);
  const retired = checkedBoolean('retired', given.retired, false);
  const provisionedPollers = checkedPollers(given.provisionedPollers);
  const begin = checkedBegin(given, { rateLimit, breaker });
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
    ...(breaker !== undefined && { breaker }),
    begin,
    ...checkedExpiry(given, begin),
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
