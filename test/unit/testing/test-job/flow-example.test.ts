// The example of functions/README.md, "Flows"; test/unit/structure/samples.test.ts compares the two.
import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob, job } from '#sluice/contract';
import type { Perform } from '#sluice/engine';
import { testJob } from '#sluice/testing';

const usersOf = async (month: string) => (month === '2026-03' ? ['ada', 'bob'] : []);

const sendStatement = defineJob({
  type: 'send-statement',
  payload: z.object({ user: z.string(), month: z.string() }),
  handsOn: ['statements-sent'],
});
const statementsSent = defineJob({
  type: 'statements-sent',
  payload: z.object({ month: z.string() }),
  handsOn: [],
});
const monthlyStatements = defineJob({
  type: 'monthly-statements',
  payload: z.object({ month: z.string() }),
  handsOn: ['send-statement', 'statements-sent'],
});

// functions/monthly-statements/perform.ts
const perform: Perform<typeof monthlyStatements> = async ({ month }, context) => {
  const users = await usersOf(month);
  context.batch({
    children: users.map((user) => job(sendStatement, { user, month })),
    callback: job(statementsSent, { month }),
  });
};

// functions/statements-sent/perform.ts
const performSent: Perform<typeof statementsSent> = async ({ month }, { flow }) => {
  if (flow === undefined) return { month };
  const failed = flow.dead.map(({ key }) => key);
  return { month, sent: flow.completed, failed, open: flow.open.length };
};

it('a month stages a statement for each user, and what runs after them', async () => {
  const run = await testJob(monthlyStatements, perform, { payload: { month: '2026-03' } });
  expect(run.batch).toMatchObject({
    callback: { type: 'statements-sent', payload: { month: '2026-03' } },
    children: [{ payload: { user: 'ada' } }, { payload: { user: 'bob' } }],
  });
});

it('the callback tells which statements failed', async () => {
  const flow = { id: 'f', children: [{ result: 'sent' }, { status: 'dead' }] } as const;
  const run = await testJob(statementsSent, performSent, { payload: { month: '2026-03' }, flow });
  expect(run.result).toEqual({ month: '2026-03', sent: 1, failed: ['f:1'], open: 0 });
});
