import * as z from 'zod';

/** A time in ISO 8601, UTC. */
export const time = z.string().meta({ format: 'date-time' });
/** A time as epoch ms. */
export const epochMs = z.number().describe('Epoch ms.');
export const count = z.int().min(0);
export const type = z.string().describe('Job type.');
export const key = z.string().describe('Idempotency key: the job’s id, unless its sender gave another.');
export const jobName = z.strictObject({ type, key });
export const status = z.enum(['SCHEDULED', 'INPROGRESS', 'RETRYING', 'COMPLETED', 'DEAD', 'CANCELLED', 'EXPIRED']);
export const mode = z.enum(['settled', 'success']);
export const error = z.strictObject({ name: z.string(), message: z.string() });
/** Fields of the user's own. */
export const open = z.record(z.string(), z.unknown());
export const row = z.string().describe('What was written, a row of the state machine; none: nothing was.');

/** A type's circuit breaker, while it is open. */
export const openBreaker = z.strictObject({
  ...{ state: z.literal('open'), since: time.optional(), by: z.enum(['rate', 'operator']).optional() },
  nextProbeAt: time.optional(),
});

/** Only in what a dry run answers: a verb that was neither given --yes nor answered yes. */
export const dryRun = {
  dryRun: z.literal(true),
  inQueue: count.describe('Messages in the dead-letter queue, approximate.'),
  matching: count,
  filtered: z.boolean(),
  truncated: z.literal(true).optional().describe('More than `matching` may match.'),
};
