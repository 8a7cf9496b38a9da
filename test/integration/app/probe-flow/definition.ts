import * as z from 'zod';
import { defineJob } from '#sluice/contract';

/** What one job of a flow does. */
const own = z.object({
  /** Counted in one transaction with its completion. */
  effect: z.string().optional(),
  /** Runs that die at once. */
  deadRuns: z.int().optional(),
  /** Seconds after which its first attempt asks to be tried again. */
  retryAfter: z.number().optional(),
  result: z.json().optional(),
});

export type FlowWork = z.output<typeof own> & {
  readonly batch?:
    | {
        /** So many children that do the same, or each by itself. */
        readonly children: { readonly count: number; readonly each: FlowWork } | readonly FlowWork[];
        readonly callback: FlowWork;
        readonly mode?: 'settled' | 'success' | undefined;
        readonly deadlineSeconds?: number | undefined;
      }
    | undefined;
  readonly staged?: readonly FlowWork[] | undefined;
};

const work: z.ZodType<FlowWork> = own.extend({
  get batch() {
    return z
      .object({
        children: z.union([z.object({ count: z.int(), each: work }), z.array(work)]),
        callback: work,
        mode: z.enum(['settled', 'success']).optional(),
        deadlineSeconds: z.number().optional(),
      })
      .optional();
  },
  get staged() {
    return z.array(work).optional();
  },
});

/** A job that is a parent, a child, a step or a callback, as its payload says. */
export const probeFlow = defineJob({
  type: 'probe-flow',
  payload: work,
  timeoutSeconds: 20,
  maxConcurrency: 10,
  retry: { maxAttempts: 4, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
  handsOn: ['probe-flow'],
});
