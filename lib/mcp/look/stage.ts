import { messageSchema } from '../../operator/authoring/schema.ts';
import { breaker, doctor, queues } from '../../operator/index.ts';
import { definitionIn } from '../definitions.ts';
import { type } from '../inputs.ts';
import { tool } from '../tool.ts';

export const STAGE_LOOKS = [
  tool({
    name: 'queues',
    title: 'State of the job types',
    description:
      'The state of each job type of the stage: messages that wait (depth), run or wait for a retry (inFlight), are delayed; ' +
      'jobs parked until they are due; jobs that died; messages in the dead-letter queue (dlq); age of the oldest; running or ' +
      'paused. Counts are approximate. Call this first.',
    input: { type: type.optional() },
    run: ({ type: one }, { stage }) => queues(stage, one),
  }),
  tool({
    name: 'doctor',
    title: 'Check the stage',
    description:
      'Checks the stage end to end: stacks, event sources, the dispatcher, alarms, dead letters, retention, overdue jobs. Each ' +
      'finding has a level (bad is a fault), what was seen, and what to do. It sends nothing and takes some seconds.',
    input: {},
    run: async (_, { stage, definitions }) => ({ findings: await doctor(stage, { definitions: await definitions() }) }),
  }),
  tool({
    name: 'breaker',
    title: 'Circuit breaker of a job type',
    description:
      'The circuit breaker of a job type that has one: open, closing or closed; since when; opened by the rate of failures or by ' +
      'an operator; when the next probe may start; attempts counted lately. While it is open, jobs wait without an attempt.',
    input: { type },
    run: async ({ type: one }, call) => breaker(call.stage, await definitionIn(call, one)),
  }),
  tool({
    name: 'schema',
    title: 'JSON Schema of a job type',
    description: 'The JSON Schema of the message that a job of this type is sent as: what its payload must look like.',
    input: { type },
    run: async ({ type: one }, call) => ({ schema: messageSchema(await definitionIn(call, one)) }),
  }),
];
