import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';

const payload = z.object({ n: z.int() });
const child = defineJob({ type: 'child', payload, handsOn: [] });
const done = defineJob({ type: 'done', payload, handsOn: [] });
const parent = defineJob({ type: 'parent', payload, handsOn: ['child', 'done'] });

it('queues with names of their own get children, and the callback from the dispatcher', async () => {
  const children = [0, 1].map((n) => job(child, { n }));
  const batch = (_: unknown, context: JobContext) => context.batch({ children, callback: job(done, { n: 9 }) });
  const idle = () => undefined;
  const world = makeFlowWorld(
    [
      { definition: parent, perform: batch },
      { definition: child, perform: idle },
      { definition: done, perform: idle },
    ],
    { child: 'their-children', done: 'their-ends' },
  );
  world.send('parent', { id: 'p', payload: { n: 1 } });
  await world.drain();
  expect(world.starts).toEqual(['parent p/1', 'child owner-1:0/1', 'child owner-1:1/1']);
  expect(world.job('done', 'owner-1')?.envelope?.queueUrl).toBe(world.of('done').queue.url);
  await world.tick();
  await world.drain(60);
  expect(world.starts.at(-1)).toBe('done owner-1/1');
});
