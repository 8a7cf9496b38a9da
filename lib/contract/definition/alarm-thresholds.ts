import { JobDefinitionError } from '../errors.ts';
import { checkedNumber, checkedObject, type NumberRule } from './option.ts';

/** Thresholds of a job type's alarms: each is on at its value and above. */
export interface AlarmThresholds {
  /** Messages waiting in the queue, for five minutes, 1 to 10,000,000. @default 1000 */
  readonly queueDepth: number;
  /** Age of the oldest message in seconds, for five minutes, 60 to 1,209,600. @default 900 */
  readonly queueAgeSeconds: number;
  /** Messages in the dead-letter queue, 1 to 10,000,000. @default 1 */
  readonly deadLetters: number;
  /** Failed attempts as a percentage of all that ended within five minutes, 1 to 100. @default 50 */
  readonly failurePercent: number;
  /** Attempts within five minutes below which their failure rate means nothing, 1 to 10,000,000. @default 20 */
  readonly failureMinAttempts: number;
  /** Jobs that stalled (their process died under them) within five minutes, 1 to 10,000,000. @default 3 */
  readonly stalledJobs: number;
  /** Failed invocations of the consumer a minute, in three of five minutes, 1 to 10,000,000. @default 1 */
  readonly functionErrors: number;
  /** Throttled invocations of the consumer a minute, for five minutes, 1 to 10,000,000. @default 1 */
  readonly throttles: number;
  /** Percentage of `timeoutSeconds` that the slowest 5 % of completed jobs take, 1 to 99. @default 80 */
  readonly durationPercent: number;
  /** Messages of jobs that came before, dropped within five minutes, 1 to 10,000,000. @default none: no such alarm */
  readonly duplicateJobs?: number;
}

/** CloudWatch takes any number; beyond this an alarm is one that nobody wants. */
const MANY = 10_000_000;
const SECONDS_PER_DAY = 24 * 3600;

const RULES = {
  queueDepth: { min: 1, max: MANY, default: 1000 },
  queueAgeSeconds: {
    min: 60,
    max: 14 * SECONDS_PER_DAY,
    default: 900,
    why: 'seconds, at most the longest queue retention',
  },
  deadLetters: { min: 1, max: MANY, default: 1 },
  failurePercent: { min: 1, max: 100, default: 50, why: 'percent of all attempts' },
  failureMinAttempts: { min: 1, max: MANY, default: 20 },
  stalledJobs: { min: 1, max: MANY, default: 3 },
  functionErrors: { min: 1, max: MANY, default: 1 },
  throttles: { min: 1, max: MANY, default: 1 },
  durationPercent: {
    min: 1,
    max: 99,
    default: 80,
    why: 'percent of timeoutSeconds; at 100 a job is cut off and never completes, so that the alarm could never fire',
  },
  duplicateJobs: { min: 1, max: MANY, default: Number.NaN },
} as const satisfies Record<keyof AlarmThresholds, NumberRule>;

const NAMES = Object.keys(RULES) as (keyof AlarmThresholds)[];

/** @throws JobDefinitionError for an unknown threshold or one out of range */
export function checkedAlarms(value: unknown): AlarmThresholds {
  const given = checkedObject('alarms', value === undefined ? {} : value, NAMES);
  const wanted = NAMES.filter((name) => name !== 'duplicateJobs' || given[name] !== undefined);
  const checked = wanted.map((name) => [name, checkedNumber(`alarms.${name}`, given[name], RULES[name])]);
  return Object.freeze(Object.fromEntries(checked) as AlarmThresholds & Record<keyof AlarmThresholds, number>);
}

/**
 * @param queueRetention days
 * @throws JobDefinitionError if a threshold can never be reached with the definition's other options
 */
export function checkReachable({ queueAgeSeconds }: AlarmThresholds, queueRetention: number): void {
  if (queueAgeSeconds <= queueRetention * SECONDS_PER_DAY) return;
  throw new JobDefinitionError(
    `alarms.queueAgeSeconds ${queueAgeSeconds} can never fire: messages are dropped after ${queueRetention} days (${queueRetention * SECONDS_PER_DAY} s): lower it or raise queueRetention`,
  );
}
