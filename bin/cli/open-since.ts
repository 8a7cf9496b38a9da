import type { BreakerState } from '../../lib/operator/index.ts';

/** `open since … by its rate of failures, next probe at …`. */
export function openSince({ since, by, nextProbeAt }: BreakerState): string {
  const opener = by === 'operator' ? 'an operator, who closes it' : 'its rate of failures';
  return `open since ${since ?? 'a time unknown'} by ${opener}${nextProbeAt === undefined ? '' : `, next probe at ${nextProbeAt}`}`;
}
