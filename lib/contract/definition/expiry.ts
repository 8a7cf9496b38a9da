import { JobDefinitionError } from '../errors.ts';
import type { BeginKind } from './begin-option.ts';
import { checkedNumber, shown } from './option.ts';

const START_WITHIN = { min: 1, max: 31_622_400, default: Number.NaN, why: 'at most a year' } as const;

/** @throws JobDefinitionError for a time out of range or another word, or where a job begins without a write */
export function checkedExpiry(
  { startWithinSeconds, expired }: Record<string, unknown>,
  begin: BeginKind,
): { readonly startWithinSeconds?: number; readonly expired?: 'deadLetter' } {
  if (startWithinSeconds === undefined && expired === undefined) return {};
  if (expired !== undefined && expired !== 'deadLetter')
    throw new JobDefinitionError(`expired must be "deadLetter", or be left out, got ${shown(expired)}`);
  const named = startWithinSeconds === undefined ? 'expired' : 'startWithinSeconds';
  if (begin === 'optimistic') {
    throw new JobDefinitionError(
      `begin: "optimistic" and ${named} do not go together: only the write that begins a job shows that it has begun. Take one of them out`,
    );
  }
  return {
    ...(startWithinSeconds !== undefined && {
      startWithinSeconds: checkedNumber('startWithinSeconds', startWithinSeconds, START_WITHIN),
    }),
    ...(expired !== undefined && { expired }),
  };
}
