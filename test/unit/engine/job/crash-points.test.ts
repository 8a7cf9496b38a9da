import { describe, expect, test } from 'vitest';
import { defineProbe, effectsOf } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

/** Lives on after a crash until nothing is left to do: retries, lease ends, dispatcher ticks. */
async function liveOn(world: World): Promise<void> {
  for (let minutes = 0; minutes < 240; minutes++) {
    await world.drain(60);
    const { status = 'absent' } = world.job('a') ?? {};
    const isOver = ['COMPLETED', 'DEAD', 'CANCELLED'].includes(status) && world.queue.messages().length === 0;
    if (isOver) return;
    await world.clock.advance(60_000);
    await world.tick();
  }
  throw new Error(`job a never ended: ${JSON.stringify(world.job('a'))}`);
}

interface Scenario {
  readonly payload: object;
  readonly ends: object;
  readonly deadLetters: [least: number, most: number];
  readonly options?: Parameters<typeof defineProbe>[0];
  /** Detail type of the event that must come. */
  readonly event?: string;
}

const SCENARIOS: Record<string, Scenario> = {
  complete: { payload: { do: 'complete', result: 1 }, ends: { status: 'COMPLETED', result: 1 }, deadLetters: [0, 0] },
  commit: { payload: { do: 'commit' }, ends: { status: 'COMPLETED' }, deadLetters: [0, 0] },
  checkpoint: {
    payload: { do: 'checkpoint', times: 3 },
    ends: { status: 'COMPLETED', checkpointNo: 3 },
    deadLetters: [0, 0],
  },
  retry: { payload: { do: 'fail', times: 1 }, ends: { status: 'COMPLETED' }, deadLetters: [0, 0] },
  park: { payload: { do: 'fail', times: 3 }, ends: { status: 'COMPLETED' }, deadLetters: [0, 0] },
  die: {
    payload: { do: 'permanent' },
    ends: { status: 'DEAD' },
    deadLetters: [1, 2],
    event: 'Job Dead-Lettered',
  },
  publish: {
    payload: { do: 'commit' },
    ends: { status: 'COMPLETED' },
    deadLetters: [0, 0],
    options: { completionEvent: true },
    event: 'Job Completed',
  },
  limited: {
    payload: { do: 'fail', times: 1 },
    ends: { status: 'COMPLETED' },
    deadLetters: [0, 0],
    options: { rateLimit: { limit: 1, perSeconds: 100 } },
  },
};
const EFFECTS: Record<string, number> = { commit: 1, publish: 1, checkpoint: 3 };

describe('a process that crashes before or after any call to AWS of its first invocation', () => {
  test.each(Object.keys(SCENARIOS))('(%s) leaves a job that ends as it should', async (name) => {
    const scenario = SCENARIOS[name];
    if (scenario === undefined) throw new TypeError(`no scenario ${name}`);
    let crashes = 0;
    for (let call = 1; call <= 12; call++) {
      for (const moment of ['before', 'after'] as const) {
        const world = makeWorld({ definition: defineProbe(scenario.options) });
        world.send({ id: 'a', payload: scenario.payload });
        const { outcome } = await world.deliver({ crash: { call, moment } });
        if (outcome === 'crashed') crashes += 1;
        await liveOn(world);
        const item = world.job('a');
        expect(item, `crash ${moment} call ${call}`).toMatchObject(scenario.ends);
        expect(item?.attempts).toBeLessThanOrEqual(5);
        expect(effectsOf(world.dynamoDb, 'a')).toBe(EFFECTS[name]);
        const deadLetters = world.deadLetters.messages().length;
        expect(deadLetters).toBeGreaterThanOrEqual(scenario.deadLetters[0]);
        expect(deadLetters).toBeLessThanOrEqual(scenario.deadLetters[1]);
        expect(item?.undelivered).toBeUndefined();
        const published = new Set(world.bus.events.map((event) => event['detail-type']));
        expect([...published]).toEqual(scenario.event === undefined ? [] : [scenario.event]);
      }
    }
    expect(crashes).toBeGreaterThanOrEqual(4);
  });
});
