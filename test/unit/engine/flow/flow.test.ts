import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';

const payload = z.object({ n: z.int(), dies: z.boolean().optional() });
type P = z.output<typeof payload>;
const define = <const Next extends string>(type: string, handsOn: readonly Next[]) =>
  defineJob({ type, payload, handsOn, timeoutSeconds: 10, retry: { maxAttempts: 2 } });

const child = define('child', ['done']);
const done = define('done', ['last']);
const parent = define('parent', ['child', 'done', 'last']);
const last = define('last', []);

const work = ({ n, dies }: P) => {
  if (dies) throw new PermanentError('no');
  return n * 10;
};

/** A promise would be one with a function of this name. */
const followedBy = (steps: readonly object[]) => Object.fromEntries([['then', steps]]);

interface Seen {
  flow?: unknown;
  results?: unknown[];
  previous?: unknown;
}

/** A parent with so many children; those named die. */
function batchWorld(total: number, dying: readonly number[] = [], options: object = {}) {
  const seen: Seen = {};
  const world = makeFlowWorld([
    {
      definition: parent,
      perform(_: P, context: JobContext) {
        const children = Array.from({ length: total }, (__, n) => job(child, { n, dies: dying.includes(n) }));
        context.batch({ children, callback: job(done, { n: -1 }), ...options });
        return 'staged';
      },
    },
    { definition: child, perform: work },
    {
      definition: done,
      async perform(_: P, { flow, previous }: JobContext) {
        seen.flow = flow;
        seen.results = [];
        for await (const one of flow?.results() ?? []) seen.results.push(one);
        seen.previous = await previous?.result();
      },
    },
    { definition: last, perform: work },
  ]);
  return { world, seen };
}

describe('a chain', () => {
  it('starts each step once the one before has completed, and hands the result on', async () => {
    const previous: unknown[] = [];
    const world = makeFlowWorld([
      { definition: parent, perform: work },
      { definition: done, perform: work },
      {
        definition: last,
        perform: async (_: P, context: JobContext) => {
          previous.push(context.previous?.type, await context.previous?.result());
        },
      },
    ]);
    const steps = [
      { type: 'done', payload: { n: 2 } },
      { type: 'last', payload: { n: 3 } },
    ];
    world.send('parent', { id: 'a', payload: { n: 1 }, ...followedBy(steps) });
    await world.drain();
    expect(world.starts).toEqual(['parent a/1', 'done a.1/1', 'last a.2/1']);
    expect(previous).toEqual(['done', 20]);
    expect(world.job('last', 'a.2')).toMatchObject({
      status: 'COMPLETED',
      flow: { after: { type: 'done', key: 'a.1' }, chain: { key: 'a', step: 2 } },
    });
  });
});

describe('a batch', () => {
  it('sends its children and then its callback, once', async () => {
    const { world, seen } = batchWorld(25);
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.drain();
    expect(world.starts.filter((one) => one.startsWith('child'))).toHaveLength(25);
    expect(world.starts.filter((one) => one.startsWith('done'))).toEqual(['done owner-1/1']);
    expect(seen.flow).toMatchObject({ id: 'owner-1', total: 25, completed: 25, dead: [], open: [], firedBy: 'all' });
    expect(seen.results?.[3]).toEqual({ place: 3, type: 'child', key: 'owner-1:3', status: 'completed', result: 30 });
    expect(seen.previous).toBe('staged');
    expect(world.job('parent', 'p')).toMatchObject({ status: 'COMPLETED', passedOn: 'done#owner-1' });
    expect(world.job('parent', 'p')).not.toHaveProperty('outbox');
    expect(world.job('parent', 'p')).not.toHaveProperty('owed');
  });

  it('counts children that died', async () => {
    const { world, seen } = batchWorld(3, [1]);
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.drain();
    expect(seen.flow).toMatchObject({ total: 3, completed: 2, dead: [{ place: 1, type: 'child', key: 'owner-1:1' }] });
    expect(world.of('child').deadLetters.messages()).toHaveLength(1);
  });

  it('of no children starts its callback at once', async () => {
    const { world, seen } = batchWorld(0);
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.drain();
    expect(seen.flow).toMatchObject({ total: 0, completed: 0, firedBy: 'all' });
  });

  it('inside of a chain hands the next step to its callback', async () => {
    const { world } = batchWorld(2);
    world.send('parent', { id: 'p', payload: { n: 0 }, ...followedBy([{ type: 'last', payload: { n: 5 } }]) });
    await world.drain();
    expect(world.starts.at(-1)).toBe('last p.1/1');
    expect(world.job('last', 'p.1')?.flow).toEqual({
      after: { type: 'done', key: 'owner-1' },
      chain: { key: 'p', step: 1 },
    });
  });

  it('fires at its deadline with what there is', async () => {
    const { world, seen } = batchWorld(2, [1], { mode: 'success', deadlineSeconds: 3600 });
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.drain();
    expect(seen.flow).toBeUndefined();
    await world.clock.advance(3600_000);
    await world.tick();
    await world.drain();
    expect(seen.flow).toMatchObject({ completed: 1, dead: [{ place: 1 }], open: [], firedBy: 'deadline' });
  });

  it('takes three calls to DynamoDB for ten children that end together', async () => {
    const { world } = batchWorld(20);
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.once('parent');
    const before = world.dynamoDb.calls.length;
    await world.once('child');
    expect(world.dynamoDb.calls.slice(before).map(({ name }) => name)).toEqual([
      'BatchExecuteStatement',
      'BatchExecuteStatement',
      'UpdateItem',
    ]);
  });
});
