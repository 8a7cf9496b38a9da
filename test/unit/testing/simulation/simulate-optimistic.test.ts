import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { type SimulatedHandler, type SimulateOptions, simulate } from '#sluice/testing';

const counter = defineJob({ type: 'counter', payload: z.object({ name: z.string() }), begin: 'optimistic' });
const payloads = [{ name: 'a' }, { name: 'b' }];
const tables = { counts: ['id'] };
const counting: SimulatedHandler<typeof counter> = ({ name }, { commit }) =>
  commit([
    {
      Update: {
        TableName: 'counts',
        Key: { id: name },
        UpdateExpression: 'ADD times :one',
        ExpressionAttributeValues: { ':one': 1 },
      },
    },
  ]);
const check: SimulateOptions<typeof counter>['check'] = ({ jobs, items }) => {
  for (const { id, times } of items('counts')) expect([id, times]).toEqual([id, 1]);
  expect(items('counts')).toHaveLength(jobs.filter((job) => job?.status === 'COMPLETED').length);
};

it('what commit writes is written once, also by jobs that begin optimistically', async () => {
  const { ended } = await simulate(counter, counting, { payloads, tables, check, schedules: 60 });
  expect(ended.COMPLETED).toBeGreaterThan(100);
});

it('a handler that must not run twice at once is found out', async () => {
  const running = new Set<string>();
  const exclusive: SimulatedHandler<typeof counter> = async ({ name }, _, { clock }) => {
    if (running.has(name)) throw new Error(`${name} runs already`);
    running.add(name);
    await new Promise<void>((resolve) => clock.after(2000, resolve));
    running.delete(name);
  };
  const seen: string[] = [];
  const watched: typeof exclusive = async (payload, context, surroundings) => {
    try {
      return await exclusive(payload, context, surroundings);
    } catch (error) {
      seen.push(String(error));
      throw error;
    }
  };
  await simulate(counter, watched, { payloads, schedules: 60, crashes: 0, before: () => running.clear() });
  expect(seen.length).toBeGreaterThan(0);
  const of = seen.length;
  const claimed = { ...counter, begin: 'claimed' } as const;
  await simulate(claimed, watched, { payloads, schedules: 60, crashes: 0, before: () => running.clear() });
  expect(seen).toHaveLength(of);
});
