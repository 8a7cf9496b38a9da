// The example of functions/README.md, "Circuit breaker"; test/unit/structure/samples.test.ts compares the two.
import { expect, it } from 'vitest';
import * as z from 'zod';
import { defineJob } from '#sluice/contract';
import { makeWorld } from '../../../support/world.ts';

const chargeCard = defineJob({
  type: 'charge-card',
  payload: z.object({ order: z.string() }),
  breaker: { failurePercent: 50, ofAtLeast: 20, perSeconds: 60, probeSeconds: 30 },
});

it('an outage of two hours kills none of 40 jobs, and all complete once it is over', async () => {
  let isOut = true;
  const world = makeWorld({
    definition: chargeCard,
    perform: () => {
      if (isOut) throw new Error('the third party is out');
    },
  });
  const ids = Array.from({ length: 40 }, (_, i) => `order-${i}`);
  for (const id of ids) world.send({ id, payload: { order: id } });
  const run = async (minutes: number) => {
    for (let i = 0; i < minutes; i++) {
      await world.tick();
      await world.drain(60);
      await world.clock.advance(60_000);
    }
  };
  await run(120);
  const spent = ids.map((id) => world.job(id)?.attempts ?? 0);
  expect(Math.max(...spent)).toBeLessThan(chargeCard.retry.maxAttempts);
  // Some never began.
  expect(spent.filter((attempts) => attempts === 0).length).toBeGreaterThan(0);
  isOut = false;
  await run(15);
  expect(ids.filter((id) => world.job(id)?.status !== 'COMPLETED')).toEqual([]);
  expect(world.deadLetters.messages()).toEqual([]);
}, 60_000);
