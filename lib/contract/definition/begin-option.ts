import { InvalidMessageError, JobDefinitionError } from '../errors.ts';
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

/** Why a job of this definition may not have the deadlines that its message says. */
export function deadlineRefusal(
  { startBefore, endBefore }: { readonly startBefore?: string; readonly endBefore?: string },
  { type, begin }: { readonly type: string; readonly begin: BeginKind },
): InvalidMessageError | undefined {
  if (begin !== 'optimistic' || (startBefore ?? endBefore) === undefined) return undefined;
  const name = startBefore === undefined ? 'endBefore' : 'startBefore';
  return new InvalidMessageError(
    `"${name}": ${type} begins optimistically, and its jobs cannot expire: leave it out, or take begin out of the definition, and deploy`,
  );
}
