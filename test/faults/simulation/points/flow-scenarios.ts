import type { DynamoDb } from '../../../../lib/operator/aws.ts';
import { cancel } from '../../../../lib/operator/jobs/cancel-and-retry.ts';
import type { Outgoing, World } from '../../../../lib/testing/simulation/model.ts';
import { redrive } from '../../../../lib/testing/simulation/redrive.ts';
import { definitionOf } from '../flows/handler.ts';
import type { BatchPlan, FlowPayload, FlowType, Plan } from '../flows/plan.ts';
import type { Scenario } from './scenarios.ts';

const plan = (type: FlowType, change: Partial<Plan> = {}): Plan => ({
  ...{ type, seconds: 1, ends: ['completes'], records: 0, ...change },
});
const batch = (children: BatchPlan['children'], change: Partial<BatchPlan> = {}): BatchPlan => ({
  ...{ children, callback: plan('closing'), mode: 'settled', deadlineSeconds: 7200, ...change },
});
const payloadOf = (one: Plan): FlowPayload => ({ plan: one, by: 'producer', part: 'root' });
function root(one: Plan, ...steps: readonly Plan[]): Outgoing {
  const then = steps.map((step) => ({ type: step.type, payload: payloadOf(step) }));
  return { type: one.type, id: 'root', payload: payloadOf(one), ...(then.length > 0 && { then }) };
}

const child = (change: Partial<Plan> = {}) => [plan('child', change)];
const dead = child({ ends: ['dies', 'completes'] });

const redriveAll = async ({ types }: World) => {
  for (const one of types) for (const { messageId } of one.deadLetters.messages()) redrive(one, messageId);
};

/** Its callback is cancelled while the child waits: what the child stages then is not sent. */
async function cancelCallback({ dynamoDb, jobsTable, clock }: World): Promise<void> {
  const table = { dynamoDb: dynamoDb.client as { send: unknown } as DynamoDb, table: jobsTable, now: clock.now };
  const keys = dynamoDb
    .table(jobsTable)
    .items()
    .flatMap(({ id, total }) => (total === undefined ? [] : (id?.S ?? '')));
  for (const id of keys) await cancel(table, definitionOf('closing'), id.slice('closing#'.length));
}

/** Short lives of flows: chains, batches, and what they make of each other. */
export const FLOW_SCENARIOS: readonly Scenario[] = [
  { name: 'a chain of two', flow: [root(plan('first'), plan('second'))], pairs: true },
  { name: 'a job enqueues another one', flow: [root(plan('first', { records: 1 }))], pairs: true },
  { name: 'a batch of one', flow: [root(plan('parent', { batch: batch([child()]) }))] },
  { name: 'a batch of none', flow: [root(plan('parent', { batch: batch([]) }))], pairs: true },
  {
    name: 'a batch of two and a chain',
    flow: [root(plan('parent', { batch: batch([child(), [plan('first'), plan('second')]]) }))],
  },
  { name: 'a batch within a chain', flow: [root(plan('parent', { batch: batch([child()]) }), plan('second'))] },
  {
    name: 'a batch within a batch',
    flow: [root(plan('parent', { batch: batch([[plan('parent', { batch: batch([child()]) })]]) }))],
  },
  {
    name: 'a callback that stages a batch',
    flow: [
      root(plan('parent', { batch: batch([child()], { callback: plan('closing', { batch: batch([child()]) }) }) })),
    ],
  },
  { name: 'a batch whose child dies', flow: [root(plan('parent', { batch: batch([dead]) }))] },
  {
    name: 'a batch for success whose child dies, and is redriven',
    flow: [root(plan('parent', { batch: batch([dead], { mode: 'success' }) }))],
    restMs: 1_800_000,
    next: redriveAll,
  },
  {
    name: 'a batch for success whose child dies, until its deadline',
    flow: [root(plan('parent', { batch: batch([dead, child()], { mode: 'success' }) }))],
  },
  {
    name: 'a batch whose child is refused',
    flow: [root(plan('parent', { batch: batch([child({ isRefused: true })]) }))],
  },
  {
    name: 'a batch that is cancelled while its child, a parent itself, waits for its next attempt',
    flow: [
      root(
        plan('parent', {
          batch: batch([[plan('parent', { ends: ['fails', 'fails', 'completes'], batch: batch([child()]) })]]),
        }),
      ),
    ],
    restMs: 120_000,
    next: cancelCallback,
  },
];
