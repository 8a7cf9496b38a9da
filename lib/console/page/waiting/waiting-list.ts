import type { WaitingJob } from '../../api.ts';

/** Names a job among those that wait. */
export const waitingId = ({ type, key }: Pick<WaitingJob, 'type' | 'key'>): string => `${type}#${key}`;

/**
 * The newest first page with later pages that were read before it.
 *
 * What was due before the first page begins has gone since; what the first page has by now stands once.
 */
export function withLater(first: readonly WaitingJob[], later: readonly WaitingJob[]): readonly WaitingJob[] {
  const [soonest] = first;
  if (soonest === undefined) return [];
  const known = new Set(first.map(waitingId));
  return [...first, ...later.filter((job) => !known.has(waitingId(job)) && job.dueAt >= soonest.dueAt)];
}
