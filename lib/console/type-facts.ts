import type { JobDefinition } from '../contract/definition/job-definition.ts';
import { plannedDelayMs, type RetryPolicy } from '../contract/definition/retry-policy.ts';
import type { TypePage } from './api.ts';

/** What a definition says, in words: `timeout`, `30 s`. */
export function factsOf(definition: JobDefinition): TypePage['facts'] {
  const { rateLimit, provisionedPollers: pollers, handsOn, batchSize, batchWindowSeconds, schedule } = definition;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['attempts', String(definition.retry.maxAttempts)],
    ['delays', delaysOf(definition.retry)],
    ['timeout', `${definition.timeoutSeconds} s`],
    ['concurrency', pollers === undefined ? `${definition.maxConcurrency} invocations` : undefined],
    ['pollers', pollers && `${pollers.min} to ${pollers.max}, ten invocations each`],
    ['batch', `${batchSize}${batchWindowSeconds > 0 ? `, gathered for ${batchWindowSeconds} s` : ''}`],
    ['jobs of a batch', definition.parallel ? 'side by side' : 'one after another'],
    ['memory', `${definition.memoryMb} MB`],
    ['rate limit', rateLimit && `${rateLimit.limit} attempts each ${rateLimit.perSeconds} s`],
    ['queue keeps', `${definition.queueRetention} days`],
    ['table keeps', `${definition.retention} days`],
    ['schedules', schedule.length === 0 ? undefined : String(schedule.length)],
    ['hands on to', handsOn && (handsOn.join(', ') || 'nobody: it may be a child or a last step')],
    ['retired', definition.retired ? 'it takes no new jobs' : undefined],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

/** So many delays are named; the others are as the last, or longer. */
const NAMED = 6;

function delaysOf({ maxAttempts, backoff }: RetryPolicy): string {
  if (maxAttempts === 1) return 'none';
  const retries = Array.from({ length: Math.min(maxAttempts - 1, NAMED) }, (_, i) => i + 1);
  const delays = retries.map((attempt) => inWords(plannedDelayMs(backoff, attempt) / 1000));
  return `${delays.join(', ')}${maxAttempts - 1 > NAMED ? ', …' : ''}`;
}

function inWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3600 ? `${seconds / 60} min` : `${seconds / 3600} h`;
}
