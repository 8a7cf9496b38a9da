import { expect, test } from 'vitest';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeWorld } from '../../../support/world.ts';

/** The contexts of these jobs, each having logged its own id. */
async function contextsOf(...ids: string[]) {
  const contexts: JobContext[] = [];
  const world = makeWorld({
    perform: async (_, context) => {
      contexts.push(context);
      context.log.info('mine', { id: context.job.id });
    },
  });
  for (const id of ids) world.send({ id });
  await world.deliver();
  return { contexts, lines: world.output.logs().filter(({ message }) => message === 'mine') };
}

test('each job logs by a logger of its own', async () => {
  const { contexts, lines } = await contextsOf('a', 'b');
  expect(lines.map(({ id, jobId }) => [id, jobId])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ]);
  const [first, second] = contexts;
  expect(first?.log).toBe(first?.log);
  expect(first?.log).not.toBe(second?.log);
});

// A getter of its own would have V8 keep each job until the whole heap is collected.
test('all contexts share one getter of the logger, which a copy of a context has as a value', async () => {
  const { contexts } = await contextsOf('a', 'b');
  const getters = contexts.map((context) => Object.getOwnPropertyDescriptor(context, 'log')?.get);
  expect(new Set(getters).size).toBe(1);
  const [context] = contexts;
  expect({ ...(context as JobContext) }.log).toBe(context?.log);
});
