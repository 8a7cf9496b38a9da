import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import { isFinished } from '../../../../lib/contract/protocol/job-item.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { cancel, cancelFlow, flow, flows, redrive, retryNow, tableOf } from '../../../../lib/operator/index.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';
import { stageOf } from '../support/stage.ts';

const payload = z.object({ n: z.int() });
type P = z.output<typeof payload>;
const define = <const Next extends string>(type: string, handsOn: readonly Next[]) => {
  const backoff = { kind: 'list', delaysSeconds: [300], jitter: 0 } as const;
  return defineJob({ type, payload, handsOn, timeoutSeconds: 10, batchSize: 1, retry: { maxAttempts: 2, backoff } });
};
const parent = define('parent', ['child', 'step', 'nest', 'done']);
const child = define('child', ['step', 'done']);
const step = define('step', ['done']);
const nest = define('nest', ['child', 'done']);
const done = define('done', ['done']);
const TYPES = [parent, child, step, nest, done];

/**
 * A batch whose callback is `owner-1`: place 0 is a job that fails once and is parked, 1 a chain of two, 2 a job that stages a batch
 * of two, 3 a job that dies in its first run, of a batch that waits for success.
 */
function makeFlow() {
  const fired: (readonly [string, number[] | undefined])[] = [];
  const perform = ({ n }: P, context: JobContext) => {
    const { run, attempts } = context.job;
    if (n === 0 && attempts === 1) throw new Error('busy');
    if (n === 3 && run === 1) throw new PermanentError('no');
  };
  const world = makeFlowWorld([
    {
      definition: parent,
      perform(_: P, context: JobContext) {
        const chain = [job(child, { n: 1 }), job(step, { n: 1 })] as const;
        const children = [job(child, { n: 0 }), chain, job(nest, { n: 2 }), job(child, { n: 3 })];
        context.batch({ children, callback: job(done, { n: 9 }), mode: 'success' });
      },
    },
    { definition: child, perform },
    { definition: step, perform },
    {
      definition: nest,
      perform: (_: P, context: JobContext) =>
        context.batch({ children: [job(child, { n: 4 }), job(child, { n: 5 })], callback: job(done, { n: 8 }) }),
    },
    {
      definition: done,
      perform: ({ n }: P, context: JobContext) => {
        fired.push([`done ${n}`, context.flow?.open.map(({ place }) => place)]);
      },
    },
  ]);
  const stage = stageOf(world);
  world.send('parent', { id: 'p', payload: { n: 7 } });
  /** So many deliveries of one message each, the types in turn, and a tick after each turn. */
  const run = async (deliveries: number) => {
    for (let i = 0; i < deliveries; i++) {
      await world.once(TYPES[i % TYPES.length]?.type ?? '');
      if (i % TYPES.length === TYPES.length - 1) await world.tick();
    }
  };
  /** All that is to come within two days. */
  const settle = async () => {
    for (let hour = 0; hour < 48; hour += 3) {
      await world.drain(600);
      await world.tick();
      await world.drain();
      await world.clock.advance(3 * 3600_000);
    }
  };
  return { world, stage, fired, run, settle };
}
type There = ReturnType<typeof makeFlow>;

const CALLBACK = { type: 'done', key: 'owner-1' };
const definitionOf = (type: string) => TYPES.find((one) => one.type === type) ?? parent;
const cancelled = ({ stage }: There) => cancelFlow(stage, CALLBACK, { definitionOf });

function expectOver({ world }: There): void {
  expect(world.items().filter((item) => !isFinished(item) || item.owed)).toEqual([]);
  for (const { type } of TYPES) expect(world.of(type).queue.messages()).toEqual([]);
}

describe('a flow, cancelled', () => {
  // After five deliveries the callback is parked; after some forty, all but the deadline has come.
  test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
    'after %i deliveries starts nothing more',
    async (deliveries) => {
      const there = makeFlow();
      const { world, fired, run, settle } = there;
      await run(deliveries);
      expect((await cancelled(there)).row).toBe('flowCancelled');
      const before = [...world.starts];
      await settle();
      expect(world.starts).toEqual(before);
      expect(fired.filter(([which]) => which === 'done 9')).toEqual([]);
      expectOver(there);
    },
  );

  test('and interrupted at any of its calls, is cancelled by the same command given again', async () => {
    for (let call = 1; ; call++) {
      const there = makeFlow();
      const { world, run, settle } = there;
      await run(12);
      const client = world.dynamoDb.client as { send(command: object): Promise<object> };
      const send = client.send.bind(client);
      let made = 0;
      client.send = (command) => (++made === call ? Promise.reject(new Error('cut off')) : send(command));
      const failed = await cancelled(there).then(
        () => false,
        () => true,
      );
      client.send = send;
      if (!failed) break;
      await cancelled(there);
      const before = [...world.starts];
      await settle();
      expect([call, world.starts]).toEqual([call, before]);
      expectOver(there);
    }
  });
});

describe('a flow', () => {
  test('whose child died shows what it waits for, and goes on by a redrive', async () => {
    const there = makeFlow();
    const { world, stage, fired, settle } = there;
    await world.drain();
    expect(await flow(stage, CALLBACK)).toMatchObject({
      ...{ total: 4, completed: 2, open: 1, dead: 1, parent: { type: 'parent', key: 'p' } },
      places: [
        { place: 0, state: 'open', holder: { status: 'RETRYING' } },
        { place: 3, state: 'dead', holder: { status: 'DEAD', error: { message: 'no' } } },
      ],
    });
    await world.clock.advance(400_000);
    await world.tick();
    await world.drain();
    expect(await flows(stage)).toMatchObject({ flows: [{ flow: 'owner-1', open: 0, dead: 1, state: 'blocked' }] });
    await redrive(stage, 'child', { perSecond: 100_000 });
    await settle();
    expect(fired).toEqual([
      ['done 8', []],
      ['done 9', []],
    ]);
    expect((await flow(stage, CALLBACK)).status).toBe('COMPLETED');
    expect(await cancelled(there)).toMatchObject({ row: 'none', callback: { status: 'COMPLETED' } });
    expectOver(there);
  });

  test('whose callback is retried starts it with what there is, once', async () => {
    const there = makeFlow();
    const { world, stage, fired, settle } = there;
    await world.drain();
    expect(await retryNow(tableOf(stage), CALLBACK)).toMatchObject({ row: 'dueNow' });
    await settle();
    expect(fired).toEqual([
      ['done 8', []],
      ['done 9', [0]],
    ]);
  });

  test('whose child is cancelled while it waits counts its place as dead, by the child’s own message', async () => {
    const there = makeFlow();
    const { world, stage, settle } = there;
    await world.drain();
    const operated = await cancel(tableOf(stage), child, 'owner-1:0');
    expect(operated).toMatchObject({ row: 'cancelledByMessage', item: { status: 'RETRYING', cancelRequested: true } });
    await world.tick();
    await world.drain();
    expect(world.job('child', 'owner-1:0')?.status).toBe('CANCELLED');
    expect(await flow(stage, CALLBACK)).toMatchObject({ open: 0, dead: 2 });
    await settle();
    expectOver(there);
  });

  test('whose child is cancelled before it comes counts its place as dead, too', async () => {
    const there = makeFlow();
    const { world, stage } = there;
    await world.once('parent');
    expect(await cancel(tableOf(stage), nest, 'owner-1:2')).toMatchObject({ row: 'refusedAhead' });
    await world.drain();
    expect(world.starts.filter((one) => one.startsWith('nest'))).toEqual([]);
    expect((await flow(stage, CALLBACK)).places).toMatchObject([
      { place: 0 },
      { place: 2, state: 'dead' },
      { place: 3 },
    ]);
  });
});
