import type { MemoryQueue, StoredMessage } from '../aws/sqs/model.ts';
import type { Decisions } from './decisions.ts';

/**
 * In some schedules a deletion by the handle of an earlier receive succeeds and mostly deletes nothing, and messages come
 * in any order: SQS may do either at any time. In the others the deletion deletes, and the oldest comes first.
 *
 * Each draws from a stream of its own: what is left out of a schedule to make it small must not change the other.
 */
export function disturb(queue: MemoryQueue, decisions: Decisions): void {
  const stale = `${queue.name}: deletions by an older receipt handle delete nothing`;
  if (decisions.happens(stale, 50)) {
    const { next } = decisions.random(`${stale}, which`);
    queue.change({ disorder: { random: next, duplicates: 0, staleDeletes: 0.7 }, order: oldestFirst });
  }
  const mixed = `${queue.name}: messages come in any order`;
  if (decisions.happens(mixed, 25)) queue.change({ order: anyOrder(decisions.random(`${mixed}, which`).next) });
}

const oldestFirst = (visible: readonly StoredMessage[]) => [...visible].sort((a, b) => a.visibleAtMs - b.visibleAtMs);

const anyOrder = (random: () => number) => (visible: readonly StoredMessage[]) =>
  visible
    .map((message) => ({ message, lot: random() }))
    .sort((a, b) => a.lot - b.lot)
    .map(({ message }) => message);
