import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { HANDLER, makeApp, synthesize } from './support/fixture.ts';
import { arn, rightsOf } from './support/template.ts';

const rightsWith = (answers: object) => {
  const definition = defineJob({ type: 'plain', payload: z.object({}), handsOn: [], ...answers });
  const app = makeApp({ jobs: [{ definition, entry: HANDLER }], context: { stage: 'prod' } });
  const rights = rightsOf(synthesize(app).plain?.resources ?? [], 'sluice-prod-plain');
  return rights.filter((right) => /^(states|lambda):/.test(right));
};

it('a type that answers Step Functions may end and prolong tasks, which have no resource in IAM', () => {
  expect(rightsWith({ answers: ['stepFunctions'] })).toEqual([
    ...['states:SendTaskFailure *', 'states:SendTaskHeartbeat *', 'states:SendTaskSuccess *'],
  ]);
});

it('a type that answers a durable function may end and prolong callbacks of that one', () => {
  const executions = arn('lambda', 'function:order-flow:*');
  expect(rightsWith({ answers: ['durableFunctions:order-flow'] })).toEqual(
    ['Failure', 'Heartbeat', 'Success'].map((end) => `lambda:SendDurableExecutionCallback${end} ${executions}`),
  );
});

it('a type without answers has no such right', () => expect(rightsWith({})).toEqual([]));
