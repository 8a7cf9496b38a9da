import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { type FlowWorld, makeFlowWorld } from '../../../support/flow-world.ts';
import { effectsOf, sideEffect } from '../../../support/probe.ts';

const payload = z.object({});
const begin = 'optimistic';
const parent = defineJob({ type: 'parent', payload, begin, handsOn: ['child', 'done', 'step'] });
const child = defineJob({ type: 'child', payload, begin, handsOn: ['done'] });
const done = defineJob({ type: 'done', payload, handsOn: [] });
const step = defineJob({ type: 'step', payload, begin, handsOn: [] });

/** @param run what the parent does beside staging, by the number of its run */
function makeFlow(run: (number: number, context: JobContext) => void = () => undefined): FlowWorld {
  let runs = 0;
  return makeFlowWorld([
    {
      definition: parent,
      perform(_: unknown, context: JobContext) {
        const children = [job(child, {}), job(child, {})];
        context.batch({ children, callback: job(done, {}) });
        run(runs++, context);
        return 'staged';
      },
    },
    { definition: child, perform: () => 'made' },
    { definition: done, perform: (_: unknown, { flow }: JobContext) => flow?.completed },
    { definition: step, perform: () => undefined },
  ]);
}

const startsOf = ({ starts }: FlowWorld, type: string) => starts.filter((start) => start.startsWith(`${type} `)).length;
const callbacks = (world: FlowWorld) => world.items().filter(({ type }) => type === 'done');

/** The whole flow ran once, and nothing of it is left. */
function checkEnded(world: FlowWorld): void {
  expect(world.job('parent', 'p')).toMatchObject({ status: 'COMPLETED', result: 'staged' });
  expect(world.job('parent', 'p')?.owed).toBeUndefined();
  expect(callbacks(world)).toMatchObject([{ status: 'COMPLETED', attempts: 1, result: 2 }]);
  expect(world.items().filter(({ type, status }) => type === 'child' && status === 'COMPLETED')).toHaveLength(2);
  for (const type of ['parent', 'child', 'done']) expect(world.of(type).queue.messages(), type).toEqual([]);
}

describe('a flow of types that begin optimistically', () => {
  it('sends what an unclaimed attempt staged, once, and its callback runs once', async () => {
    const world = makeFlow();
    world.send('parent', { id: 'p', payload: {} });
    await world.drain();
    checkEnded(world);
    expect([startsOf(world, 'parent'), startsOf(world, 'child'), startsOf(world, 'done')]).toEqual([1, 2, 1]);
  });

  it('sends what one of two runs staged: the one that completes first', async () => {
    const world = makeFlow((_, context) => context.commit([sideEffect(context)]));
    for (const _ of ['first', 'copy']) world.send('parent', { id: 'p', payload: {} });
    await world.drain();
    checkEnded(world);
    // The copy hands on again what is not known to be sent: children come twice, and each has one end.
    expect([startsOf(world, 'parent'), startsOf(world, 'done')]).toEqual([2, 1]);
    expect(effectsOf(world.dynamoDb, 'p')).toBe(1);
  });

  it('sends what the run staged that completed over the retry of the other', async () => {
    const world = makeFlow((number) => {
      if (number === 0) throw new Error('no');
    });
    for (const _ of ['first', 'copy']) world.send('parent', { id: 'p', payload: {} });
    await world.drain(600);
    checkEnded(world);
    expect([startsOf(world, 'parent'), startsOf(world, 'done')]).toEqual([2, 1]);
  });

  it('goes on to the next step of a chain', async () => {
    const world = makeFlow();
    world.send('child', { id: 'c', payload: {}, ...Object.fromEntries([['then', [{ type: 'done', payload: {} }]]]) });
    await world.drain();
    expect(world.job('done', 'c.1')).toMatchObject({ status: 'COMPLETED', flow: { chain: { key: 'c', step: 1 } } });
    expect(world.job('child', 'c')).toMatchObject({ status: 'COMPLETED' });
  });
});

describe('a crash of the parent', () => {
  const POINTS = Array.from({ length: 7 }, (_, i) => i + 1).flatMap((call) => [
    { call, moment: 'before' as const },
    { call, moment: 'after' as const },
  ]);

  it.each(POINTS)('$moment call $call loses nothing, and sends nothing twice', async (crash) => {
    const world = makeFlow();
    world.send('parent', { id: 'p', payload: {} });
    await world.once('parent', crash);
    await world.drain(24 * 3600);
    checkEnded(world);
    expect(startsOf(world, 'done')).toBe(1);
  });
});
