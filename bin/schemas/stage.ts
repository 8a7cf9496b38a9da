import * as z from 'zod';
import { count, error as jobError, jobName, key, mode, openBreaker, status, time, type } from './parts.ts';

const queueState = z.strictObject({
  ...{ type, depth: count, inFlight: count, delayed: count, parked: count, waitForChildren: count },
  ...{ dead: count, dlq: count, oldestSeconds: z.number().optional(), state: z.string() },
  breaker: openBreaker.optional(),
  truncated: z.literal(true).optional().describe('`parked` or `dead` are more than were counted.'),
});

export const queues = z
  .strictObject({ stage: z.string(), queues: z.array(queueState), truncated: z.boolean() })
  .describe('With --watch: one such document for each look, a line each in a pipe.');

export const drain = z.strictObject({
  end: z.enum(['empty', 'timeout', 'paused', 'interrupted']),
  last: queueState,
});

export const running = z.strictObject({ type, state: z.string(), changed: z.boolean() });

const breakerView = {
  ...{ type, state: z.enum(['closed', 'open', 'closing']), since: time.optional() },
  ...{ by: z.enum(['rate', 'operator']).optional(), nextProbeAt: time.optional(), ok: count, failed: count },
};

export const breaker = z.union([
  z.strictObject(breakerView),
  z.strictObject({ ...breakerView, changed: z.boolean() }).describe('After open or close.'),
]);

const finding = z.strictObject({
  level: z.enum(['ok', 'note', 'bad', 'unknown']),
  check: z.string(),
  what: z.string(),
  todo: z.string().optional(),
});

export const doctor = z.strictObject({ stage: z.string(), findings: z.array(finding) });

const waiting = z.strictObject({
  ...{ type, flow: z.string(), total: count, open: count, dead: count, mode },
  ...{ state: z.enum(['waits', 'blocked', 'due', 'cancelled']), deadlineAt: time },
});

export const flows = z.strictObject({ flows: z.array(waiting), truncated: z.boolean() });

const place = z.strictObject({
  ...{ place: count, state: z.enum(['open', 'dead', 'ended']), type, key },
  holder: z
    .strictObject({
      ...{ type, key, status, error: jobError.optional() },
      waitsFor: z.strictObject({ open: count, total: count }).optional(),
    })
    .optional(),
});

export const flow = z.strictObject({
  ...{ type, flow: z.string(), status, cancelRequested: z.boolean(), mode },
  ...{ total: count, completed: count, open: count, dead: count },
  ...{ deadlineAt: time.optional(), endedAt: time.optional(), parent: jobName.optional() },
  places: z.array(place),
});

const schedule = {
  ...{ type, name: z.string(), expression: z.string(), timeZone: z.string(), state: z.enum(['on', 'paused']) },
  ...{ until: time.optional(), pausedAt: time.optional(), next: z.array(time) },
  missed: z
    .strictObject({
      count,
      about: z.literal(true).optional().describe('Of a rate: only AWS knows its times.'),
      more: z.literal(true).optional().describe('There are more than were counted.'),
      ...{ from: time, to: time },
    })
    .optional(),
};

export const schedulePut = z.strictObject({ created: z.boolean(), ...schedule });
export const scheduleList = z.strictObject({ schedules: z.array(z.strictObject(schedule)) });
export const scheduleState = z.strictObject(schedule);
export const scheduleDelete = z.strictObject({ type, name: z.string(), deleted: z.boolean() });
export const scheduleRunNow = z.strictObject({ type, jobId: z.string(), messageId: z.string() });
export const scheduleBackfill = z.union([
  z.strictObject({ dryRun: z.literal(true), ticks: count, more: z.literal(true).optional() }),
  z.strictObject({
    ...{ ticks: count, sent: count, failed: count },
    why: z.string().optional().describe('Of the first that failed.'),
    caution: z.string().optional().describe('On an emulator.'),
  }),
]);

export const newType = z.strictObject({ type, definition: z.string(), files: z.array(z.string()) });
export const init = z.strictObject({ folder: z.string(), files: z.array(z.string()) });

/** On standard error, whenever a verb fails or is used wrongly. */
export const error = z.strictObject({
  error: z.strictObject({ message: z.string(), todo: z.string().optional(), exitCode: z.int() }),
});
