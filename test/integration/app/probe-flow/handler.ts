import { job, type Payload, PermanentError, RetryAfterError } from '#sluice/contract';
import { consumer, type Flow, type JobContext } from '#sluice/engine';
import { count } from '../probe/perform.ts';
import { type FlowWork, probeFlow } from './definition.ts';

type Context = JobContext<Payload<typeof probeFlow>, 'probe-flow'>;

export const handler = consumer(probeFlow, perform);

async function perform(work: FlowWork, context: Context): Promise<unknown> {
  if (context.job.run <= (work.deadRuns ?? 0)) throw new PermanentError(`run ${context.job.run} dies`);
  if (work.retryAfter !== undefined && context.job.attempts === 1) throw new RetryAfterError(work.retryAfter);
  if (work.effect !== undefined) context.commit([count(work.effect)]);
  for (const one of work.staged ?? []) context.enqueue(probeFlow, one);
  if (work.batch !== undefined) stage(work.batch, context);
  return {
    ...(work.result !== undefined && { result: work.result }),
    ...(context.flow !== undefined && { flow: await seen(context.flow) }),
    ...(context.previous !== undefined && { previous: await context.previous.result() }),
  };
}

function stage({ children, callback, ...options }: NonNullable<FlowWork['batch']>, context: Context): void {
  const all = 'count' in children ? Array.from({ length: children.count }, () => children.each) : children;
  const { mode, deadlineSeconds } = options;
  context.batch({
    children: all.map((one) => job(probeFlow, one)),
    callback: job(probeFlow, callback),
    ...(mode !== undefined && { mode }),
    ...(deadlineSeconds !== undefined && { deadlineSeconds }),
  });
}

/** What the callback was told, with the results counted. */
async function seen({ total, completed, dead, open, firedBy, results }: Flow) {
  const statuses: Record<string, number> = {};
  for await (const { status } of results()) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    total,
    completed,
    dead: dead.map(({ place }) => place),
    open: open.map(({ place }) => place),
    firedBy,
    statuses,
  };
}
