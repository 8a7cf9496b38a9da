import { JobDefinitionError } from '../errors.ts';
import type { CircuitBreaker } from './breaker.ts';
import { checkedChoice } from './option.ts';
import type { RateLimit } from './rate-limit.ts';

/** How a job begins: `claimed` by a write before its handler runs, or `optimistic`, without one. */
export type BeginKind = 'claimed' | 'optimistic';

/** @throws JobDefinitionError for another word, or where an attempt may not start without a write */
export function checkedBegin(
  { begin }: Record<string, unknown>,
  { rateLimit, breaker }: { readonly rateLimit: RateLimit | undefined; readonly breaker: CircuitBreaker | undefined },
): BeginKind {
  const kind = checkedChoice('begin', begin, ['claimed', 'optimistic']);
  if (kind === 'optimistic' && rateLimit !== undefined) {
    throw new JobDefinitionError(
      'begin: "optimistic" and rateLimit do not go together: a job takes its token in the write that begins it. Take one of them out',
    );
  }
  if (kind === 'optimistic' && breaker !== undefined) {
    throw new JobDefinitionError(
      'begin: "optimistic" and breaker do not go together: a probe is known by the write that begins it. Take one of them out',
    );
  }
  return kind;
}
