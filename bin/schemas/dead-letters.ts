import * as z from 'zod';
import { count, dryRun, error, key, time, type } from './parts.ts';

const reason = z.string().optional();

const group = z.strictObject({ type, reason, error: z.string(), jobs: count, first: time, last: time });

const deadJob = z.strictObject({
  ...{ type, key, jobId: z.string(), reason, error: error.optional() },
  ...{ attempts: count, run: count, failedAt: time.optional(), undelivered: z.boolean() },
  group: z.string().describe('The `error` of its group.'),
});

export const dead = z.union([
  z.strictObject({ groups: z.array(group), truncated: z.boolean() }),
  z.strictObject({ jobs: z.array(deadJob), total: count, truncated: z.boolean() }).describe('With --jobs.'),
]);

const deadLetter = z.strictObject({
  ...{ messageId: z.string(), jobId: z.string(), key },
  ours: z.boolean().describe('False if SQS moved it.'),
  ...{ run: count.optional(), reason, error: error.optional(), diedAt: time, bytes: count },
  body: z.string().optional().describe('With --bodies.'),
  unread: z.string().optional().describe('Why its payload could not be fetched.'),
});

const atQuota = z.literal(true).optional().describe('Not all could be looked at.');

export const dlqShow = z.strictObject({ deadLetters: z.array(deadLetter), atQuota });

const refused = z.array(
  z.strictObject({ jobId: z.string(), messageId: z.string(), code: z.string(), message: z.string() }),
);

export const dlqRedrive = z.union([
  z.strictObject({ ...dryRun, wouldSend: count }),
  z.strictObject({ sent: count, refused, left: refused, passedOver: count, interrupted: z.boolean(), atQuota }),
]);

export const dlqPurge = z.union([
  z.strictObject(dryRun),
  z.strictObject({
    ...{ deleted: count, left: count, passedOver: count, interrupted: z.boolean(), atQuota },
    file: z.string().optional().describe('Where they were saved; without it: none was.'),
  }),
]);
