import * as z from 'zod';
import { defineJob, type JobDefinition } from '#sluice/contract';

/** What a chaos job does beside its work. */
export const trouble = z.strictObject({
  /** The first so many attempts throw. */
  fails: z.int().min(0).default(0),
  /** The first so many attempts kill their process. */
  kills: z.int().min(0).default(0),
  /** Every attempt throws a PermanentError. */
  isPermanent: z.boolean().default(false),
  /** Each attempt takes so long before its work: time in which its process can be killed. */
  lastsMs: z.int().min(0).default(0),
  /** Trouble comes before the work, or once it is done. */
  when: z.enum(['before', 'after']).default('before'),
});

export type Trouble = z.output<typeof trouble>;

const withTrouble = <Schema extends z.ZodType>(work: Schema) => z.strictObject({ trouble, work });

/** Short enough that a crash, an outage and a parked retry fit into one run; enough attempts to outlive them all. */
const HASTE = {
  timeoutSeconds: 5,
  // Processes that can be killed, and yet no more than two cores carry.
  maxConcurrency: 4,
  retry: { maxAttempts: 12, backoff: { kind: 'list', delaysSeconds: [1, 3, 8, 75, 5], jitter: 0.2 } },
} as const;

/** Their schedules name payloads without trouble. */
const UNSCHEDULED = { schedule: [] } as const;

/** A job type of the checkout, in haste and with trouble, and in no flow. */
export const inHaste = <Type extends string, Schema extends z.ZodType>({
  handsOn: _,
  ...real
}: JobDefinition<Type, Schema>) => defineJob({ ...real, ...HASTE, ...UNSCHEDULED, payload: withTrouble(real.payload) });
