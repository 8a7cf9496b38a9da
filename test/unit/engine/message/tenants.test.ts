import { describe, expect, test } from 'vitest';
import { iso } from '../../../../lib/contract/protocol/timing.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { fairOrder } from '../../../../lib/testing/index.ts';
import { runFleet } from '../../../support/fleet.ts';
import { defineProbe } from '../../../support/probe.ts';
import { makeWorld, type World } from '../../../support/world.ts';

const ORIGIN = { group: 'acme', trace: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1' };
const PERMANENT = { payload: { do: 'permanent' } };

/** A message of the queue that was sent after the first one. */
const later = ({ queue }: World) => queue.messages().filter(({ messageId }) => !messageId.startsWith('sent-'));

describe('a message’s tenant (its group) and trace', () => {
  test('reach the handler', async () => {
    const tenants: unknown[] = [];
    const world = makeWorld({ perform: (_, { job }) => tenants.push(job.tenant) });
    world.send({ id: 'a' }, ORIGIN);
    world.send({ id: 'b' });
    await world.deliver();
    expect(tenants).toEqual(['acme', undefined]);
  });

  test('survive a renewal', async () => {
    const world = makeWorld();
    world.send({ payload: { do: 'fail' } }, ORIGIN);
    await world.deliver();
    expect(later(world)).toMatchObject([ORIGIN]);
  });

  test.each([
    ['a retry that was parked', { id: 'a', payload: { do: 'retryAfter', seconds: 600 } }],
    ['a snooze', { id: 'a', payload: { do: 'snooze', seconds: 600 } }],
    ['a job for later', { id: 'a', runAt: iso(Date.UTC(2026, 0, 1) + 600_000) }],
  ])('survive the release of %s', async (_, body) => {
    const world = makeWorld();
    world.send(body, ORIGIN);
    await world.deliver();
    expect(world.queue.messages()).toEqual([]);
    expect(world.job('a')?.envelope).toMatchObject(ORIGIN);
    await world.clock.advance(590_000);
    await world.tick();
    expect(later(world)).toMatchObject([ORIGIN]);
  });

  test('survive the wait for a rate limit', async () => {
    const world = makeWorld({ definition: defineProbe({ rateLimit: { limit: 1, perSeconds: 600 } }) });
    for (const id of ['a', 'b']) world.send({ id }, ORIGIN);
    await world.deliver();
    await world.clock.advance(590_000);
    await world.tick();
    expect(later(world)).toMatchObject([ORIGIN]);
  });

  test('survive death, redrive, and the redriven job’s own wait', async () => {
    const world = makeWorld();
    world.send({ id: 'a', ...PERMANENT }, ORIGIN);
    await world.deliver();
    const [deadLetter] = world.deadLetters.messages();
    expect(deadLetter).toMatchObject(ORIGIN);
    const corrected = { id: 'a', ...PERMANENT, runAt: iso(world.clock.now() + 600_000) };
    world.send(corrected, { attributes: { jobId: 'a', run: '1' }, ...ORIGIN });
    await world.deliver();
    expect(world.job('a')).toMatchObject({ status: 'SCHEDULED', runNo: 2, envelope: ORIGIN });
    await world.clock.advance(590_000);
    await world.tick();
    await world.drain(60);
    expect(world.deadLetters.messages()).toMatchObject([ORIGIN, ORIGIN]);
  });
});

describe('one tenant’s 5,000 jobs', () => {
  /** When the other tenant's ten jobs began, seconds after they were sent, and when the last job of all did. */
  async function flood(fair: boolean): Promise<{ others: number[]; lastS: number }> {
    const begun: { tenant: string | undefined; atMs: number }[] = [];
    const world = makeWorld({
      definition: defineProbe({ logs: 'failures' }),
      ...(fair && { order: fairOrder }),
      perform: async (_, { job }, clock) => {
        begun.push({ tenant: job.tenant, atMs: clock.now() });
        await sleep(clock, 1000);
      },
    });
    for (let i = 0; i < 5000; i++) world.send({ id: `flood-${i}` }, { group: 'noisy' });
    const fromMs = world.clock.now();
    world.clock.after(5000, () => {
      for (let i = 0; i < 10; i++) world.send({ id: `other-${i}` }, { group: 'quiet' });
    });
    await runFleet(world, { consumers: 10, seconds: 60 });
    expect(begun).toHaveLength(5010);
    const seconds = begun.map(({ tenant, atMs }) => ({ tenant, s: (atMs - fromMs) / 1000 }));
    const others = seconds.filter(({ tenant }) => tenant === 'quiet').map(({ s }) => s - 5);
    return { others, lastS: Math.max(...seconds.map(({ s }) => s)) };
  }

  test('do not delay another’s ten if the queue is fair, and take no longer themselves', async () => {
    const [fair, unfair] = [await flood(true), await flood(false)];
    expect(Math.max(...fair.others)).toBeLessThan(1.5);
    expect(Math.min(...unfair.others)).toBeGreaterThan(40);
    expect(fair.lastS).toBeLessThan(unfair.lastS + 1.5);
  }, 120_000);
});
