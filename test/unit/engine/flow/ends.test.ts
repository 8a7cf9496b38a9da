import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { PermanentError } from '../../../../lib/contract/errors.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import { cancelJob } from '../../../../lib/contract/protocol/operate.ts';
import type { Batch } from '../../../../lib/engine/flow-types.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { throttled } from '../../../../lib/testing/aws/faults.ts';
import { type FlowWorld, makeFlowWorld } from '../../../support/flow-world.ts';
import { JOBS_TABLE } from '../../../support/world.ts';

const payload = z.object({ n: z.int() });
type P = z.output<typeof payload>;
const define = <const Next extends string>(type: string, handsOn: readonly Next[], options: object = {}) =>
  defineJob({ ...{ type, payload, handsOn, timeoutSeconds: 10, retry: { maxAttempts: 1 } }, ...options });

const parent = define('parent', ['child', 'silent', 'done', 'parent']);
const child = define('child', ['done']);
/** May not send to the callback's queue. */
const silent = define('silent', []);
/** Its place may be in a batch with a callback of its own type. */
const done = define('done', ['done']);

interface Options {
  readonly children?: (n: number) => Batch['children'];
  readonly mode?: 'settled' | 'success';
  readonly dies?: () => boolean;
}

function makeWorld({ children = () => [job(child, { n: 0 })], mode = 'settled', dies = () => false }: Options = {}) {
  const flows: JobContext['flow'][] = [];
  const world = makeFlowWorld([
    {
      definition: parent,
      perform: ({ n }: P, context: JobContext) =>
        context.batch({ children: children(n), callback: job(done, { n }), mode }),
    },
    {
      definition: child,
      perform() {
        if (dies()) throw new PermanentError('no');
      },
    },
    { definition: silent, perform: () => undefined },
    { definition: done, perform: (_: P, { flow }: JobContext) => void flows.push(flow) },
  ]);
  world.send('parent', { id: 'p', payload: { n: 0 } });
  return { world, flows };
}

function cancel(world: FlowWorld, type: string, key: string): void {
  const item = world.job(type, key);
  const nowMs = world.clock.now();
  const step = cancelJob({ item, type, key, nowMs, maxAttempts: 1, retention: 8, queueRetention: 7, inFlows: true });
  if (step.row === 'none') throw new TypeError('nothing to cancel');
  const { write } = step;
  if (write.kind === 'insert') world.dynamoDb.put(JOBS_TABLE, write.item);
  else world.alter(type, key, { ...write.set, ...Object.fromEntries(write.remove.map((name) => [name, undefined])) });
}

const callsSince = (world: FlowWorld, before: number) => world.dynamoDb.calls.slice(before).map(({ name }) => name);
const startsOf = (world: FlowWorld, type: string) => world.starts.filter((one) => one.startsWith(`${type} `));

describe('a place', () => {
  it('is given back by a redrive that completes', async () => {
    let isDying = true;
    const { world, flows } = makeWorld({ mode: 'success', dies: () => isDying });
    await world.drain();
    expect(world.job('done', 'owner-1')).toMatchObject({ status: 'SCHEDULED', dead: new Set([0]) });
    expect(flows).toEqual([]);
    isDying = false;
    const { deadLetters, queue } = world.of('child');
    const [letter] = deadLetters.messages();
    queue.add({ MessageBody: letter?.body ?? '', MessageAttributes: letter?.attributes ?? {} }, 'redriven');
    await world.drain();
    expect(flows).toMatchObject([{ completed: 1, dead: [], firedBy: 'all' }]);
  });

  it('is ended by the message of a child that was cancelled before it came', async () => {
    const { world, flows } = makeWorld();
    await world.once('parent');
    cancel(world, 'child', 'owner-1:0');
    await world.drain();
    expect(startsOf(world, 'child')).toEqual([]);
    expect(flows).toMatchObject([{ completed: 0, dead: [{ place: 0 }] }]);
  });

  it('is ended by the message of a parked child that was cancelled', async () => {
    const { world, flows } = makeWorld({ children: () => [job(child, { n: 0 }, { delaySeconds: 7200 })] });
    await world.drain();
    expect(world.job('child', 'owner-2:0') ?? world.job('child', 'owner-1:0')).toMatchObject({ status: 'SCHEDULED' });
    cancel(world, 'child', 'owner-1:0');
    await world.tick();
    await world.drain();
    expect(world.job('child', 'owner-1:0')).toMatchObject({ status: 'CANCELLED' });
    expect(flows).toMatchObject([{ completed: 0, dead: [{ place: 0 }] }]);
  });

  it('is kept by a callback that its holder staged, at any depth', async () => {
    const nested = (n: number) => (n < 2 ? [job(parent, { n: n + 1 }), job(child, { n: 0 })] : [job(child, { n: 0 })]);
    const { world, flows } = makeWorld({ children: nested });
    await world.drain();
    expect(flows.map((flow) => flow?.total)).toEqual([1, 2, 2]);
    expect(world.items().every(({ status }) => status === 'COMPLETED')).toBe(true);
  });
});

describe('a callback', () => {
  it('of children that may not send to its queue starts with the next tick', async () => {
    const { world, flows } = makeWorld({ children: () => [job(silent, { n: 0 })] });
    await world.drain();
    expect(flows).toEqual([]);
    expect(world.job('done', 'owner-1')).toMatchObject({ status: 'SCHEDULED', dueAt: world.clock.now() });
    await world.tick();
    await world.drain();
    expect(flows).toMatchObject([{ completed: 1, firedBy: 'all' }]);
  });

  it('starts once when its messages and those of its children come twice', async () => {
    const { world } = makeWorld({ children: () => [job(child, { n: 0 }), job(child, { n: 1 })] });
    await world.once('parent');
    for (const { queue } of [world.of('child'), world.of('parent')]) {
      for (const { body } of queue.messages())
        queue.add({ MessageBody: body }, `again-${body.length}-${Math.random()}`);
    }
    world.send('parent', { id: 'p', payload: { n: 0 } });
    await world.drain();
    await world.tick();
    await world.drain();
    expect(startsOf(world, 'done')).toEqual(['done owner-1/1']);
    expect(startsOf(world, 'child')).toHaveLength(2);
  });

  it('waits for its deadline, not for ever, if a child’s message is gone', async () => {
    const { world, flows } = makeWorld();
    await world.once('parent');
    for (const { messageId } of world.of('child').queue.messages())
      world.of('child').queue.delete(`${world.of('child').queue.name}/${messageId}/Infinity`);
    await world.clock.advance(24 * 3600_000);
    await world.tick();
    await world.drain();
    expect(flows).toMatchObject([{ completed: 0, open: [{ place: 0 }], firedBy: 'deadline' }]);
  });
});

describe('within a cancelled flow', () => {
  it('nothing is handed on, and a callback that was parked there does not fire', async () => {
    const { world, flows } = makeWorld({
      children: (n) => (n === 0 ? [job(parent, { n: 1 })] : [job(child, { n: 0 })]),
    });
    await world.once('parent');
    cancel(world, 'done', 'owner-1');
    await world.drain(3600);
    await world.tick();
    await world.drain(3600);
    expect(flows).toEqual([]);
    expect(startsOf(world, 'child')).toEqual([]);
    expect(world.job('done', 'owner-1')).toMatchObject({ status: 'CANCELLED' });
    expect(world.items().filter(({ owed }) => owed)).toEqual([]);
  });
});

describe('DynamoDB', () => {
  it('that throttles the end of a place is asked again', async () => {
    const { world, flows } = makeWorld({ children: () => [job(child, { n: 0 }), job(child, { n: 1 })] });
    await world.once('parent');
    world.dynamoDb.faults.plan('UpdateItem', { kind: 'fails', error: throttled() }, 2);
    await world.drain();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(flows).toMatchObject([{ completed: 2 }]);
  });

  it('is asked once more for each step of a chain within a batch, and never for one outside', async () => {
    const { world } = makeWorld({ children: () => [[job(child, { n: 0 }), job(done, { n: 1 })]] });
    await world.once('parent');
    const before = world.dynamoDb.calls.length;
    await world.once('child');
    expect(callsSince(world, before)).toEqual(['BatchExecuteStatement', 'BatchExecuteStatement', 'BatchGetItem']);
  });
});
