import * as z from 'zod';
import type { Random } from '../../../../lib/testing/simulation/random.ts';

/** Types of a flow's jobs. */
export type FlowType = 'parent' | 'child' | 'first' | 'second' | 'record' | 'closing';

/** How one attempt of a job ends. */
const end = z.enum(['completes', 'fails', 'dies']);

/** What a job does, and what the jobs do that follow it: told by its payload, so that a schedule is the same for its seed. */
export interface Plan {
  readonly type: FlowType;
  readonly seconds: number;
  /** By attempt, over all runs; the last one goes on. */
  readonly ends: readonly z.infer<typeof end>[];
  /** Jobs that it enqueues. */
  readonly records: number;
  readonly batch?: BatchPlan | undefined;
  /** Its consumers refuse its payload, which whoever staged it took. */
  readonly isRefused?: true | undefined;
}

export interface BatchPlan {
  /** Each a chain of one step or two. */
  readonly children: readonly (readonly Plan[])[];
  readonly callback: Plan;
  readonly mode: 'settled' | 'success';
  readonly deadlineSeconds: number;
}

const plan: z.ZodType<Plan> = z.lazy(() =>
  z.object({
    type: z.enum(['parent', 'child', 'first', 'second', 'record', 'closing']),
    ...{ seconds: z.number(), ends: z.array(end), records: z.number() },
    batch: batch.optional(),
    isRefused: z.literal(true).optional(),
  }),
);
const batch: z.ZodType<BatchPlan> = z.object({
  ...{ children: z.array(z.array(plan)), callback: plan },
  ...{ mode: z.enum(['settled', 'success']), deadlineSeconds: z.number() },
});

/** As whoever stages a job reads its payload. `by` is the attempt that staged it, `part` what it is in it. */
export const staged = z.object({ plan, by: z.string(), part: z.string() });
/** As its consumers read it. */
export const accepted = staged.refine((payload) => payload.plan.isRefused !== true, 'refused');
export type FlowPayload = z.infer<typeof staged>;

/** How ill a schedule's jobs fare. */
export interface Fate {
  /** Chances in a hundred that an attempt ends so. */
  readonly deaths: number;
  /** Many die once, and are sent back at once. */
  readonly areRedriven: boolean;
  readonly failures: number;
  readonly most: number;
  readonly kids: 'child' | 'chain' | 'parent';
  readonly mode: BatchPlan['mode'];
  readonly deadlineSeconds: number;
}

export function drawFate(random: Random): Fate {
  const areRedriven = random.percent(15);
  return {
    areRedriven,
    deaths: areRedriven ? 50 : random.int(0, 30),
    failures: areRedriven ? 0 : random.int(0, 40),
    most: random.int(1, 5),
    kids: random.pick(['child', 'chain', 'parent']),
    mode: random.pick(['settled', 'success']),
    deadlineSeconds: random.percent(80) ? 86_400 : 3 * 3600,
  };
}

const SECONDS = [0, 0.1, 1, 5, 8, 20] as const;

export function drawPlan(type: FlowType, random: Random, fate: Fate): Plan {
  const ends = Array.from({ length: random.int(1, 4) }, () => {
    const luck = random.int(1, 100);
    return luck <= fate.deaths ? 'dies' : luck <= fate.deaths + fate.failures ? 'fails' : 'completes';
  });
  const records = type === 'first' && random.percent(25) ? random.int(1, 2) : 0;
  return { type, seconds: random.pick(SECONDS), ends, records };
}

/** A job that stages a batch, its children and their callback with it. */
export function drawParent(
  type: FlowType,
  random: Random,
  { depth, ...fate }: Fate & { readonly depth: number },
): Plan {
  const length = random.percent(6) ? 0 : random.int(1, fate.most);
  const kids = depth < 1 ? fate.kids : 'child';
  const child = (): Plan[] => {
    if (kids === 'chain') return [drawPlan('first', random, fate), drawPlan('second', random, fate)];
    if (kids === 'parent') return [drawParent('parent', random, { ...fate, depth: depth + 1 })];
    const leaf = drawPlan('child', random, fate);
    return [random.percent(3) ? { ...leaf, isRefused: true } : leaf];
  };
  const children = Array.from({ length }, child);
  const goesOn = depth < 2 && random.percent(10);
  const callback = goesOn
    ? drawParent('closing', random, { ...fate, depth: depth + 1 })
    : drawPlan('closing', random, fate);
  const { mode, deadlineSeconds } = fate;
  return { ...drawPlan(type, random, fate), batch: { children, callback, mode, deadlineSeconds } };
}
