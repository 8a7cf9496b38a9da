import { defineJob, type JobDefinition } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job, type PlannedJob } from '../../../../lib/contract/planned-job.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import type { Surroundings } from '../../../../lib/testing/simulation/model.ts';
import { accepted, type BatchPlan, type FlowPayload, type FlowType, type Plan, staged } from './plan.ts';

const HANDS_ON: Readonly<Record<FlowType, readonly FlowType[]>> = {
  parent: ['child', 'first', 'parent', 'closing', 'second', 'record'],
  child: [],
  first: ['second', 'record'],
  second: [],
  record: [],
  closing: ['child', 'first', 'parent', 'closing', 'second', 'record'],
};

export const FLOW_TYPES = Object.keys(HANDS_ON) as FlowType[];

/** A job is parked by its first failure, or by its second one. */
export const [PARKED_FIRST, PARKED_LATER] = [
  [70, 1, 600],
  [1, 70, 600],
] as const;

export interface Options extends Partial<Pick<JobDefinition, 'rateLimit'>> {
  /** Between attempts. @default the first retry is in its queue, the second one is parked */
  readonly delaysSeconds?: readonly number[];
  /** Each may send the callback that waits for it: else the dispatcher does. @default false */
  readonly closes?: boolean;
}

export function definitionOf(
  type: FlowType,
  { delaysSeconds = PARKED_LATER, closes = false, ...options }: Options = {},
) {
  const backoff = { kind: 'list', delaysSeconds: [...delaysSeconds], jitter: 0.2 } as const;
  const handsOn = [...new Set([...HANDS_ON[type], ...(closes && type !== 'record' ? (['closing'] as const) : [])])];
  return defineJob({
    type,
    payload: accepted,
    handsOn,
    retry: { maxAttempts: 4, backoff },
    timeoutSeconds: 30,
    ...options,
  });
}

/** As whoever stages a job of the type has it: a deploy of the type itself may take less. */
const STAGED = Object.fromEntries(
  FLOW_TYPES.map((type) => [
    type,
    defineJob({ type, payload: staged, handsOn: HANDS_ON[type], retry: { maxAttempts: 4 } }),
  ]),
) as unknown as Readonly<Record<FlowType, JobDefinition>>;

/** One call of a handler: what it staged, by part, and how it ended. */
export interface FlowCall {
  readonly job: string;
  readonly parts: string[];
}

/** The user's work: what its plan says. @param calls every call of a handler, by the name that it gave its jobs */
export const makePerform =
  (calls: Map<string, FlowCall>, violate: (what: string) => void) =>
  async (given: unknown, context: JobContext, { clock, random }: Surroundings): Promise<unknown> => {
    const { plan } = given as FlowPayload;
    const { type, key, run, attempts } = context.job;
    const call: FlowCall = { job: `${type}#${key}`, parts: [] };
    const by = `${calls.size}-${random.int(0, 1_000_000_000)}`;
    calls.set(by, call);
    checkContext(context, plan, violate);
    await sleep(clock, plan.seconds * 500);
    stage(plan, context, { by, call });
    await sleep(clock, plan.seconds * 500);
    const end = plan.ends[Math.min(run + attempts - 2, plan.ends.length - 1)];
    if (end === 'dies') throw new PermanentError('planned');
    if (end === 'fails' && attempts < 4) throw new Error('planned');
    return { by };
  };

interface Staging {
  readonly by: string;
  readonly call: FlowCall;
}

function stage({ records, batch }: Plan, context: JobContext, { by, call }: Staging): void {
  const planned = (plan: Plan, part: string): PlannedJob => {
    call.parts.push(part);
    return job(STAGED[plan.type], { plan, by, part } as never);
  };
  for (let n = 1; n <= records; n++) {
    const { definition, payload } = planned(
      { type: 'record', seconds: 1, ends: ['completes'], records: 0 },
      `record ${n}`,
    );
    context.enqueue(definition, payload);
  }
  if (batch === undefined) return;
  const { mode, deadlineSeconds } = batch;
  const callback = planned(batch.callback, 'callback');
  const children = childrenOf(batch, context).map((steps, i): PlannedJob | readonly [PlannedJob, ...PlannedJob[]] => {
    const [first, ...others] = steps;
    if (first === undefined) throw new RangeError('a child has a step');
    const head = planned(first, `child ${i}`);
    // Later steps are sent only if the one before completed: they are no parts of what was staged.
    const rest = others.map((plan) => job(STAGED[plan.type], { plan, by, part: `later step of child ${i}` } as never));
    return rest.length === 0 ? head : [head, ...rest];
  });
  context.batch({ children, callback, mode, deadlineSeconds });
}

/** Another attempt finds other work to do. */
const childrenOf = ({ children }: BatchPlan, { job: { attempts } }: JobContext) =>
  attempts % 2 === 0 ? children.slice(1) : children;

/** What a callback and a later step are told. */
function checkContext(
  { job: { id, type }, flow, previous }: JobContext,
  _: Plan,
  violate: (what: string) => void,
): void {
  if (type === 'second' && previous === undefined) violate(`${id} starts without its previous job`);
  if (type !== 'closing') return;
  if (flow === undefined) {
    violate(`${id} starts without its flow`);
    return;
  }
  const { total, completed, dead, open, firedBy } = flow;
  if (completed + dead.length + open.length !== total) violate(`${id} counts ${JSON.stringify(flow)}`);
  if (firedBy === 'all' && open.length > 0) violate(`${id} is fired by all, and ${open.length} are open`);
}
