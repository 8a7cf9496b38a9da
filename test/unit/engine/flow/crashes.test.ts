import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { type FlowWorld, makeFlowWorld } from '../../../support/flow-world.ts';
import { SIDE_TABLE } from '../../../support/probe.ts';

/** Wherever a process of a flow dies, the flow goes on: each job completes once, and what follows starts once. */

const payload = z.object({ n: z.int() });
type P = z.output<typeof payload>;
const define = <const Next extends string>(type: string, handsOn: readonly Next[]) =>
  defineJob({
    ...{ type, payload, handsOn, timeoutSeconds: 10 },
    retry: { maxAttempts: 5, backoff: { kind: 'list', delaysSeconds: [1], jitter: 0 } },
  });

const TYPES = {
  parent: define('parent', ['child', 'done', 'note', 'last']),
  child: define('child', ['grandchild', 'done']),
  grandchild: define('grandchild', ['done']),
  note: define('note', []),
  done: define('done', ['last']),
  last: define('last', []),
};

function makeWorld() {
  const plain = () => undefined;
  const world = makeFlowWorld([
    {
      definition: TYPES.parent,
      perform(_: P, context: JobContext) {
        context.batch({
          children: [
            job(TYPES.child, { n: 0 }),
            [job(TYPES.child, { n: 1 }), job(TYPES.grandchild, { n: 10 })],
            job(TYPES.child, { n: -1 }),
          ],
          callback: job(TYPES.done, { n: 0 }),
        });
        context.enqueue(TYPES.note, { n: 1 });
        context.commit([{ Put: { TableName: SIDE_TABLE, Item: { id: context.job.key } } }]);
      },
    },
    {
      definition: TYPES.child,
      perform({ n }: P) {
        if (n < 0) throw new PermanentError('no');
      },
    },
    { definition: TYPES.grandchild, perform: plain },
    { definition: TYPES.note, perform: plain },
    { definition: TYPES.done, perform: plain },
    { definition: TYPES.last, perform: plain },
  ]);
  const chained = Object.fromEntries([['then', [{ type: 'last', payload: { n: 9 } }]]]);
  world.send('parent', { id: 'p', payload: { n: 0 }, ...chained });
  return world;
}

/** Until nothing moves any more: what is hidden comes back, what is parked is released. */
async function settle(world: FlowWorld): Promise<void> {
  for (let i = 0; i < 5; i++) {
    await world.drain(3600);
    await world.clock.advance(60_000);
    await world.tick();
  }
}

const ALL = ['child flow:0', 'child flow:1', 'grandchild flow:1.1', 'note flow:s0', 'done flow', 'last p.1'];

describe('a flow whose process dies', () => {
  it.each(Object.keys(TYPES))('in a batch of %s goes on, whatever the call and the moment', async (type) => {
    for (const moment of ['before', 'after'] as const) {
      for (let call = 1; call < 40; call++) {
        const world = makeWorld();
        // What comes before the type that dies.
        for (const before of Object.keys(TYPES)) {
          if (before === type) break;
          await world.once(before);
        }
        const { outcome } = await world.once(type, { call, moment });
        await settle(world);
        const where = `${type}, ${moment} call ${call}`;
        const ended = world.items().filter(({ status }) => status === 'COMPLETED');
        expect(ended.map(({ id }) => id.replace('#', ' ').replace(/owner-\d+/, 'flow')).sort(), where).toEqual(
          ['parent p', ...ALL].sort(),
        );
        expect(
          world.items().filter(({ owed, undelivered }) => owed || undelivered),
          where,
        ).toEqual([]);
        expect(world.of('child').deadLetters.messages(), where).not.toEqual([]);
        const begun = world.items().find(({ type: one }) => one === 'done');
        expect(begun, where).toMatchObject({ total: 3, dead: new Set([2]) });
        expect(begun, where).not.toHaveProperty('open');
        if (outcome !== 'crashed') break;
      }
    }
  });
});
