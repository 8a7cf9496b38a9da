import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { job } from '../../../../lib/contract/planned-job.ts';
import { cancelJob } from '../../../../lib/contract/protocol/operate.ts';
import type { JobContext } from '../../../../lib/engine/job-context.ts';
import { makeFlowWorld } from '../../../support/flow-world.ts';
import { JOBS_TABLE } from '../../../support/world.ts';

/** Wherever a flow would stand still for ever, or be cut off, without anybody hearing of it. */

const MIB = 1_048_576;
const payload = z.looseObject({});
const define = (type: string, handsOn: readonly string[]) =>
  defineJob({ ...{ type, payload, handsOn, timeoutSeconds: 10 }, retry: { maxAttempts: 1 } });
const parent = define('parent', ['parent', 'child', 'done']);
const child = define('child', []);
const done = define('done', []);

function makeWorld(perform: (payload: { n?: number }, context: JobContext) => unknown = () => undefined) {
  return makeFlowWorld([
    { definition: parent, perform },
    { definition: child, perform: () => undefined },
    { definition: done, perform: () => undefined },
  ]);
}

describe('what SQS would never take', () => {
  it('is refused where it is staged, however small it is packed', async () => {
    let error: unknown;
    const world = makeWorld((_, context) => {
      try {
        context.enqueue(child, { filler: 'x'.repeat(MIB) });
      } catch (caught) {
        error = caught;
      }
    });
    world.send('parent', { id: 'p', payload: {} });
    await world.once('parent');
    expect(String(error)).toMatch(/^RangeError: staged job 0 has 1048\d+ bytes, at most 1048\d+ fit/);
    expect(world.job('parent', 'p')).not.toHaveProperty('owed');
  });

  it.each([
    ['whose next message would be larger than its own', 'x'.repeat(MIB - 200)],
    ['whose numbers are shorter than JSON writes them', Array.from({ length: 200_000 }, () => 0)],
  ])('a foreign chain %s dies before it runs', async (_what, filler) => {
    const world = makeWorld();
    const then = JSON.stringify([{ type: 'child', payload: { filler } }]).replaceAll('0,', '1e20,');
    const body = `{"id":"p","payload":{},"then":${then}}`;
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MIB);
    const { queue } = world.of('parent');
    queue.add({ MessageBody: body }, 'sent');
    await world.drain();
    expect(world.job('parent', 'p')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage' });
  });
});

describe('a schema that takes time', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  let before: NodeJS.UnhandledRejectionListener[] = [];
  beforeEach(() => {
    unhandled.length = 0;
    before = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of before) process.on('unhandledRejection', listener);
  });
  const slow = (check: () => Promise<boolean>) =>
    defineJob({ ...{ type: 'child', handsOn: [] }, payload: z.looseObject({}).refine(check) });

  it('refuses in vain once the handler has thrown, or while it runs, and no rejection is left behind', async () => {
    const refusing = slow(async () => false);
    const world = makeWorld(async ({ n }, context) => {
      context.enqueue(refusing, {});
      if (n === 1) throw new Error('after all');
      await new Promise(setImmediate);
    });
    world.send('parent', { id: 'p', payload: { n: 1 } });
    world.send('parent', { id: 'q', payload: { n: 2 } });
    await world.drain();
    await new Promise(setImmediate);
    expect(world.job('parent', 'q')?.error?.message).toMatch(/^staged job 0: payload/);
    expect(unhandled).toEqual([]);
  });

  it('and never ends is cut off by the attempt’s deadline', async () => {
    const world = makeWorld((_, context) =>
      context.enqueue(
        slow(() => new Promise(() => undefined)),
        {},
      ),
    );
    world.send('parent', { id: 'p', payload: {} });
    await world.once('parent');
    expect(world.job('parent', 'p')).toMatchObject({ status: 'DEAD', error: { name: 'JobTimeoutError' } });
  });

  it('says nothing of what was refused at once, and caught', async () => {
    const refusing = slow(async () => false);
    const world = makeWorld((_, context) => {
      try {
        context.batch({ children: [job(refusing, {}), job(child, {}, { maxAttempts: 0 })], callback: job(done, {}) });
      } catch {
        context.enqueue(child, {});
      }
    });
    world.send('parent', { id: 'p', payload: {} });
    await world.drain();
    expect(world.items().map(({ type, status }) => `${type} ${status}`)).toEqual([
      'parent COMPLETED',
      'child COMPLETED',
    ]);
  });
});

describe('a place', () => {
  it('is ended if the callback that would take it over was cancelled before it was parked', async () => {
    const world = makeWorld(({ n }, context) =>
      context.batch({ children: [n === 1 ? job(parent, { n: 2 }) : job(child, {})], callback: job(done, {}) }),
    );
    const names = { type: 'done', key: 'owner-2', nowMs: world.clock.now() };
    const step = cancelJob({
      item: undefined,
      ...names,
      maxAttempts: 1,
      retention: 8,
      queueRetention: 7,
      inFlows: true,
    });
    if (step.row !== 'none' && step.write.kind === 'insert') world.dynamoDb.put(JOBS_TABLE, step.write.item);
    world.send('parent', { id: 'p', payload: { n: 1 } });
    await world.drain();
    expect(world.job('done', 'owner-1')).toMatchObject({ status: 'COMPLETED', dead: new Set([0]) });
  });
});

/** A process that died between a job's completion and what it staged. */
async function owing(): Promise<ReturnType<typeof makeWorld>> {
  for (let call = 2; call < 10; call++) {
    const world = makeWorld((_, context) => context.enqueue(child, {}));
    world.send('parent', { id: 'p', payload: {} });
    await world.once('parent', { call, moment: 'before' });
    await world.clock.advance(3_600_000);
    if (world.job('parent', 'p')?.owed && world.of('child').queue.messages().length === 0) return world;
  }
  throw new Error('no call was made between them');
}

it('a job whose type was taken out of flows keeps what it staged until a deploy puts it back', async () => {
  const world = await owing();
  const { definition } = world.of('parent');
  const { handsOn: _, ...outside } = definition;
  Object.assign(world.of('parent'), { definition: outside });
  await world.once('parent');
  expect(world.of('parent').queue.messages()).toHaveLength(1);
  expect(world.output.events()).toContain('job.hand-on-failed');
  Object.assign(world.of('parent'), { definition });
  await world.drain(3600);
  expect(world.items().map(({ type, status, owed }) => [type, status, owed])).toEqual([
    ['parent', 'COMPLETED', undefined],
    ['child', 'COMPLETED', undefined],
  ]);
});
