import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineJob } from '../../../../lib/contract/definition/job-definition.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { type Call, throttled } from '../../../../lib/testing/index.ts';
import { makeDecisions } from '../../../../lib/testing/simulation/decisions.ts';
import { invoke } from '../../../../lib/testing/simulation/lifecycle.ts';
import type { Subject } from '../../../../lib/testing/simulation/model.ts';
import type { NetworkFault } from '../../../../lib/testing/simulation/network-faults.ts';
import { makeRandom, type Random } from '../../../../lib/testing/simulation/random.ts';
import { makeWorld } from '../../../../lib/testing/simulation/world.ts';
import { inDepth } from '../../../support/depth.ts';
import { makeWorld as makeUnitWorld } from '../../../support/world.ts';

const SIDE_TABLE = 'side';
const RUNS = inDepth(1000, 100);

/** Handlers that take some time around their timeout, and write at its end. */
function subjectOf(random: Random): Subject {
  const timeoutSeconds = random.pick([1, 5, 30]);
  const retry = { maxAttempts: 5 };
  const parallel = random.percent(70);
  return {
    definition: defineJob({ type: 'sim', payload: z.unknown(), timeoutSeconds, retry, parallel }),
    async perform(_payload, context, { clock, random: luck }) {
      await sleep(clock, luck.int(0, timeoutSeconds * 1200));
      if (luck.percent(30)) await context.checkpoint([], 'half');
      if (luck.percent(20)) throw new Error('it failed');
      if (luck.percent(30)) context.commit([{ Put: { TableName: SIDE_TABLE, Item: { id: context.job.id } } }]);
    },
    tables: { [SIDE_TABLE]: ['id'] },
    messages: [],
    ...{ events: [], crashes: 0, check: () => undefined },
  };
}

/** One invocation, whose table fails every call from some moment on. @returns whether its batch was reported in time */
async function reports(seed: number, fault: NetworkFault, isHit: (call: Call) => boolean): Promise<boolean> {
  const random = makeRandom(seed);
  const subject = subjectOf(random);
  let fromMs = 0;
  const plan = (call: Call) => (isHit(call) && world.clock.now() >= fromMs ? fault : undefined);
  const world = makeWorld(subject, makeDecisions(seed), { plan });
  // Also a function that has less time than its definition gives it.
  const functionTimeoutSeconds = random.int(2, world.settings.functionTimeoutSeconds);
  Object.assign(world, { settings: { ...world.settings, functionTimeoutSeconds } });
  fromMs = world.clock.now() + (random.percent(30) ? 0 : random.int(0, functionTimeoutSeconds * 1000));
  for (let n = random.int(1, 10); n > 0; n--) world.send({ id: `j${n}`, payload: {} });
  await world.clock.run(invoke('the invocation', world));
  return world.storm.deaths === 0;
}

test('an end that is throttled twice at the function’s end is written, and its message hidden until the retry', async () => {
  const world = makeUnitWorld();
  const isEnd = ({ name, input }: Call) => /^Batch/.test(name) && JSON.stringify(input).includes('RETRYING');
  world.dynamoDb.faults.plan(isEnd, { kind: 'fails', error: throttled() }, 2);
  world.send({ id: 'a', payload: { do: 'hang' } });
  const startedAtMs = world.clock.now();
  const { outcome } = await world.deliver({ functionTimeoutSeconds: 5 });
  expect(outcome).toBe('answered');
  expect(world.clock.now() - startedAtMs).toBeLessThan(4800);
  expect(world.job('a')).toMatchObject({ status: 'RETRYING', error: { name: 'JobTimeoutError' } });
  expect(world.queue.nextVisibleAtMs()).toBeLessThan(world.clock.now() + 2000);
});

const ofTable = ({ name }: Call) => /^(Batch|Transact)/.test(name);

test.each<[string, NetworkFault, (call: Call) => boolean]>([
  ['throttles every call', 'throttled', ofTable],
  ['answers no call', 'unanswered', ofTable],
  ['answers no call, and neither does SQS', 'unanswered', () => true],
])(
  `a consumer whose table %s reports its batch before the function’s end in ${RUNS} of ${RUNS} runs`,
  {
    timeout: 300_000,
  },
  async (_what, fault, isHit) => {
    const late: number[] = [];
    for (let seed = 1; seed <= RUNS; seed++) if (!(await reports(seed, fault, isHit))) late.push(seed);
    expect(late).toEqual([]);
  },
);
