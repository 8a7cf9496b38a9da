import { type BeginFacts, newItem, scheduled } from './begun-item.ts';
import type { JobItem } from './job-item.ts';
import { SCHEMA } from './schema.ts';

/** Everything that a job is written by, which waits in the table before any message of it was sent. */
export type EnqueuedFacts = Pick<
  BeginFacts,
  'message' | 'type' | 'nowMs' | 'retention' | 'queueRetention' | 'startWithinSeconds'
>;

/** Row `enqueued`: the job as it is parked, due at once or at its `runAt`. */
export function enqueued(facts: EnqueuedFacts): JobItem & { readonly dueAt: number; readonly listKey: string } {
  const dueAt = Math.max(facts.message.runAtMs ?? 0, facts.nowMs);
  return { ...newItem(facts), ...scheduled(facts, dueAt) };
}

/**
 * What must hold of the item that has the key, in DynamoDB's words: there is none, or begin would write over it (row
 * `retentionOver`).
 */
export const mayEnqueue = (nowMs: number) => ({
  ConditionExpression:
    'attribute_not_exists(id) OR (expiration <= :now AND #status IN (:completed, :dead, :cancelled, :expired) AND attribute_not_exists(undelivered) AND attribute_not_exists(owed) AND (attribute_not_exists(#schema) OR #schema <= :schema))',
  ExpressionAttributeNames: { '#status': 'status', '#schema': 'schema' },
  ExpressionAttributeValues: {
    ':now': Math.floor(nowMs / 1000),
    ':completed': 'COMPLETED',
    ':dead': 'DEAD',
    ':cancelled': 'CANCELLED',
    ':expired': 'EXPIRED',
    ':schema': SCHEMA,
  },
});
