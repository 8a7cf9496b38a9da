import * as z from 'zod';
import { count, epochMs, error, jobName, key, mode, open, openBreaker, row, status, time, type } from './parts.ts';

const flow = z.strictObject({
  of: z.strictObject({ type, key, place: count }).optional(),
  after: jobName.optional(),
  chain: z.strictObject({ key, step: count }).optional(),
});

const envelope = z
  .strictObject({
    body: z.string(),
    group: z.string().optional(),
    trace: z.string().optional(),
    attributes: open.optional(),
    queueUrl: z.string().optional(),
  })
  .describe('Of a parked job, with --payload.');

/** The jobs table's item, without payloads. */
const item = z.strictObject({
  ...{ id: z.string(), jobId: z.string(), type, status, schema: count.optional() },
  ...{ attempts: count, maxAttempts: count, snoozes: count, snoozesInRow: count, putBacksInRow: count.optional() },
  ...{ createdAt: time, processedAt: time.optional(), completedAt: time.optional(), failedAt: time.optional() },
  ...{ reason: z.string().optional(), error: error.optional() },
  crash: z.strictObject({ name: z.string(), message: z.string(), owner: z.string() }).optional(),
  ...{ result: z.unknown().optional(), progress: z.unknown().optional(), checkpoint: z.unknown().optional() },
  ...{ checkpointNo: count, runNo: count, bodyHash: z.string(), payloadHash: z.string().optional() },
  ...{ diedOf: z.array(z.string()).optional(), owner: z.string().optional() },
  ...{ leaseUntil: epochMs.optional(), dueAt: epochMs.optional(), listKey: z.string().optional() },
  ...{ listAt: epochMs.optional(), undelivered: z.union([z.literal(true), z.literal('event')]).optional() },
  turn: z.strictObject({ at: epochMs, intervalMs: z.number(), askAt: epochMs }).optional(),
  ...{ cancelRequested: z.literal(true).optional(), envelope: envelope.optional(), flow: flow.optional() },
  ...{ owed: z.literal(true).optional(), passedOn: z.string().optional(), total: count.optional() },
  ...{ mode: mode.optional(), deadlineAt: epochMs.optional() },
  expiration: z.number().describe('Epoch seconds: the table’s TTL.'),
});

const logLine = z.strictObject({ at: z.string(), fields: open, place: z.string().optional() });

export const job = z.strictObject({
  key,
  item,
  batch: z.strictObject({ total: count, open: count, dead: count }).optional().describe('Of a batch’s callback.'),
  breaker: openBreaker.optional().describe('Of a job that waits, while its type’s breaker is open.'),
  message: z.string().describe('Where its message is, in a sentence.'),
  unread: z.string().optional().describe('Why the payload of a parked job could not be fetched.'),
  logs: z.array(logLine).optional().describe('With --logs, the oldest first.'),
});

const operated = { type, key, row, status: status.optional().describe('As it is now; without it: no such job.') };

/** Of --all. */
const changedAll = z
  .strictObject({
    ...{ chosen: count, changed: count, unchanged: count, callbacks: count, left: count },
    rows: z.record(z.string(), count).describe('How many jobs, by the row that was written.'),
    refused: z.array(z.strictObject({ type, key, why: z.string() })),
    ...{ interrupted: z.boolean(), truncated: z.boolean() },
  })
  .describe('With --all.');

const dryRunOfAll = z
  .strictObject({ dryRun: z.literal(true), parked: count, more: z.boolean() })
  .describe('With --all, and without --yes.');

export const retry = z.union([z.strictObject(operated), changedAll, dryRunOfAll]);

const foundJob = z.strictObject({ type, key, jobId: z.string(), status });

export const find = z.strictObject({
  jobs: z.array(foundJob),
  looked: z.array(
    z.strictObject({
      where: z.string().describe('What was looked through.'),
      error: z.string().optional().describe('Why it could not be, or not to its end.'),
    }),
  ),
});

export const waiting = z.strictObject({
  jobs: z.array(
    z.strictObject({
      ...{ type, key, run: count, jobId: z.string(), status, attempts: count, maxAttempts: count },
      ...{ error: error.optional(), dueAt: epochMs, waitsForChildren: z.boolean() },
    }),
  ),
  total: count.describe('Parked jobs in all: 10,000 are counted at most.'),
  totalMore: z.boolean(),
});

const cancelledFlow = z.strictObject({
  ...{ type, key, row, status },
  jobs: z.record(z.string(), count).describe('With --flow: how many of its jobs, by the row that was written.'),
  interrupted: z.boolean(),
});

export const cancel = z.union([z.strictObject(operated), cancelledFlow, changedAll, dryRunOfAll]);

const sent = z.strictObject({ type, jobId: z.string(), messageId: z.string() });

const sentLines = z
  .strictObject({
    ...{ sent: count, refused: count, unknown: count, notTried: count, interrupted: z.boolean() },
    file: z.string().optional().describe('What was not sent.'),
    first: z
      .array(z.strictObject({ line: count, jobId: z.string().optional(), why: z.string(), maybeSent: z.boolean() }))
      .describe('The first ten that were not sent.'),
  })
  .describe('With --lines.');

export const send = z.union([sent, sentLines]);
