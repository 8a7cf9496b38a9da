import { describe, expect, test } from 'vitest';
import { LeaseLostError } from '../../../../lib/contract/errors.ts';
import { METRICS } from '../../../../lib/contract/names.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { total } from '../../../support/output.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** The first write after begin comes upon the item as another attempt left it. */
function robbed(payload: object, change: Parameters<World['alter']>[1]): World {
  const world = makeWorld();
  world.send({ id: 'a', payload });
  const settles = ({ input }: { input: unknown }) => JSON.stringify(input).includes('UPDATE');
  world.dynamoDb.faults.plan(settles, { kind: 'meanwhile', happens: () => world.alter('a', change) });
  return world;
}

describe('an attempt whose state another owner has written', () => {
  test.each([
    ['complete', 'COMPLETED'],
    ['fail', 'RETRYING'],
    ['permanent', 'DEAD'],
  ] as const)('(%s) does not take %s for a lost reply of its own', async (behaviour, status) => {
    const world = robbed({ do: behaviour }, { status, owner: 'thief', attempts: 2 });
    const { kept } = await world.deliver();
    expect(kept).toEqual(['sent-1']);
    expect(world.output.events()).toContain('job.lease-lost');
    expect(world.deadLetters.messages()).toEqual([]);
    for (const name of [METRICS.completed, METRICS.failed, METRICS.deadLettered]) {
      expect(total(world.output, name)).toBe(0);
    }
    expect(world.job('a')).toMatchObject({ status, owner: 'thief' });
  });
});

describe('a handler that outlives its attempt', () => {
  test('makes no call to AWS through its context', async () => {
    const thrown: unknown[] = [];
    const world = makeWorld({
      perform: async (_, context, clock) => {
        await sleep(clock, 11_000);
        const late = [() => context.checkpoint([], 1), () => context.progress(1), async () => context.commit([])];
        for (const write of late) await write().catch((error) => thrown.push(error));
      },
    });
    world.send({ id: 'a' });
    await world.deliver();
    const calls = world.dynamoDb.calls.length;
    await world.clock.advance(900);
    await world.clock.advance(100);
    expect(thrown).toHaveLength(3);
    for (const error of thrown) expect(error).toBeInstanceOf(LeaseLostError);
    expect(world.dynamoDb.calls).toHaveLength(calls);
  });
});

describe('the slower of two redrives of one dead job', () => {
  test('finds a later run and begins none', async () => {
    const world = makeWorld();
    world.send({ id: 'a', payload: { do: 'permanent' } });
    await world.deliver();
    const redriven = { body: world.deadLetters.messages()[0]?.body ?? '', attributes: { jobId: 'a', run: '1' } };
    world.send(redriven.body, { attributes: redriven.attributes });
    // Between its read and its write the same dead letter was redriven, and the second run died as the first one did.
    const redrives = ({ input }: { input: unknown }) => JSON.stringify(input).includes('"runNo\\" = ?');
    const happens = () => world.alter('a', { runNo: 2 });
    world.dynamoDb.faults.plan(redrives, { kind: 'meanwhile', happens });
    await world.deliver();
    expect(world.dynamoDb.faults.pending).toBe(0);
    expect(world.starts).toEqual(['a/1']);
    expect(world.job('a')).toMatchObject({ status: 'DEAD', runNo: 2 });
    expect(world.queue.messages()).toEqual([]);
  });
});
