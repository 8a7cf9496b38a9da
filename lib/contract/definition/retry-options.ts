import { JobDefinitionError, MAX_REQUESTED_DELAY_SECONDS } from '../errors.ts';
import { checkedNumber, checkedObject, shown } from './option.ts';
import {
  type Backoff,
  DEFAULT_RETRY_POLICY,
  type ExponentialBackoff,
  type ListBackoff,
  type RetryPolicy,
} from './retry-policy.ts';

type WithOptionalJitter<B extends Backoff> = Omit<B, 'jitter'> & { readonly jitter?: number };

/** The `retry` option of a job definition. */
export interface RetryOptions {
  /** Attempts in all, the first run included, 1 to 100. @default 5 */
  readonly maxAttempts?: number;
  /** @default the list 1 s, 5 s, 30 s, 5 min, 30 min with jitter 0.2 */
  readonly backoff?: WithOptionalJitter<ListBackoff> | WithOptionalJitter<ExponentialBackoff>;
}

export const MAX_ATTEMPTS = { min: 1, max: 100, default: DEFAULT_RETRY_POLICY.maxAttempts };
const JITTER = { min: 0, max: 1, default: 0.2, fraction: true } as const;
const DELAY = { min: 0, max: MAX_REQUESTED_DELAY_SECONDS, fraction: true, why: 'seconds, at most 7 days' } as const;

/** @throws JobDefinitionError for an unknown option or a value out of range */
export function checkedRetryPolicy(value: unknown): RetryPolicy {
  if (value === undefined) return DEFAULT_RETRY_POLICY;
  const retry = checkedObject('retry', value, ['maxAttempts', 'backoff']);
  return Object.freeze({
    maxAttempts: checkedNumber('retry.maxAttempts', retry.maxAttempts, MAX_ATTEMPTS),
    backoff: retry.backoff === undefined ? DEFAULT_RETRY_POLICY.backoff : checkedBackoff(retry.backoff),
  });
}

function checkedBackoff(value: unknown): Backoff {
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === 'list') return checkedList(value);
  if (kind === 'exponential') return checkedExponential(value);
  throw new JobDefinitionError(`retry.backoff.kind must be "list" or "exponential", got ${shown(kind)}`);
}

function checkedList(value: unknown): ListBackoff {
  const { delaysSeconds, jitter } = checkedObject('retry.backoff', value, ['kind', 'delaysSeconds', 'jitter']);
  if (!Array.isArray(delaysSeconds) || delaysSeconds.length === 0) {
    throw new JobDefinitionError(
      `retry.backoff.delaysSeconds must be a list of at least one delay, got ${shown(delaysSeconds)}`,
    );
  }
  // Not map: it passes over the holes of a sparse list.
  const checked = Array.from(delaysSeconds, (delay, i) => checkedDelay(`retry.backoff.delaysSeconds[${i}]`, delay));
  return Object.freeze({
    kind: 'list',
    delaysSeconds: Object.freeze(checked),
    jitter: checkedNumber('retry.backoff.jitter', jitter, JITTER),
  });
}

function checkedExponential(value: unknown): ExponentialBackoff {
  const known = ['kind', 'firstDelaySeconds', 'factor', 'maxDelaySeconds', 'jitter'];
  const { firstDelaySeconds, factor, maxDelaySeconds, jitter } = checkedObject('retry.backoff', value, known);
  const first = checkedDelay('retry.backoff.firstDelaySeconds', firstDelaySeconds);
  const longest = checkedDelay('retry.backoff.maxDelaySeconds', maxDelaySeconds);
  if (longest < first) {
    throw new JobDefinitionError(
      `retry.backoff.maxDelaySeconds must not be below firstDelaySeconds (${first}), got ${longest}`,
    );
  }
  return Object.freeze({
    kind: 'exponential',
    firstDelaySeconds: first,
    factor: required('retry.backoff.factor', factor, {
      min: 1,
      max: 100,
      fraction: true,
      why: 'below 1 delays would shrink',
    }),
    maxDelaySeconds: longest,
    jitter: checkedNumber('retry.backoff.jitter', jitter, JITTER),
  });
}

const checkedDelay = (path: string, value: unknown) => required(path, value, DELAY);

function required(
  path: string,
  value: unknown,
  rule: { min: number; max: number; fraction: true; why: string },
): number {
  return checkedNumber(path, value === undefined ? Number.NaN : value, { ...rule, default: Number.NaN });
}
