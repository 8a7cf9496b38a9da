import { describe, expect, test } from 'vitest';
import { breakerId } from '../../../../lib/contract/definition/breaker.ts';
import { RetryAfterError } from '../../../../lib/contract/errors.ts';
import { type BreakerItem, closeByOperator, openByOperator } from '../../../../lib/contract/protocol/breaker-item.ts';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { sleep } from '../../../../lib/engine/clock.ts';
import { makeBreakerTable } from '../../../../lib/engine/table/breaker/item.ts';
import { throttled, timeout } from '../../../../lib/testing/index.ts';
import { runFleet } from '../../../support/fleet.ts';
import { total } from '../../../support/output.ts';
import { defineProbe } from '../../../support/probe.ts';
import { JOBS_TABLE, makeWorld, type World } from '../../../support/world.ts';

const ID = breakerId('probe');
const BREAKER = { failurePercent: 50, ofAtLeast: 10, perSeconds: 60, probeSeconds: 30 };
const isBreaker = ({ input }: { input: unknown }) => JSON.stringify(input).includes(ID);
const breakerCalls = ({ dynamoDb }: World, name: string) =>
  dynamoDb.calls.filter((call) => call.name === name && isBreaker(call)).length;
const stateOf = ({ dynamoDb }: World) => dynamoDb.item(JOBS_TABLE, ID) as unknown as BreakerItem | undefined;

class PartnerDown extends Error {
  override readonly name = 'PartnerDown';
}

interface Options {
  readonly breaker?: object;
  readonly definition?: object;
  /** What a job throws while the third party is down. */
  readonly thrown?: (key: string) => Error;
  readonly takesMs?: number;
}

/** A type whose third party is down while `partner.isDown` says so; each start is noted. */
function withPartner({ breaker = {}, definition = {}, thrown = () => new PartnerDown(), takesMs = 200 }: Options = {}) {
  const partner = { isDown: true };
  const starts: { readonly key: string; readonly atMs: number; readonly attempt: number }[] = [];
  const world = makeWorld({
    definition: defineProbe({ breaker: { ...BREAKER, ...breaker }, logs: 'failures', ...definition }),
    async perform(_, { job }, clock) {
      starts.push({ key: job.key, atMs: clock.now(), attempt: job.attempts });
      await sleep(clock, takesMs);
      if (partner.isDown) throw thrown(job.key);
    },
  });
  const send = (count: number, name = 'j') => {
    for (let i = 0; i < count; i++) world.send({ id: `${name}${i}` });
  };
  /** Ten jobs fail: the breaker opens. */
  const open = async () => {
    send(10, 'first');
    await world.deliver();
    expect(stateOf(world)).toMatchObject({ state: 'open', by: 'rate' });
  };
  return { world, partner, starts, send, open };
}

/** As an operator's command does it. */
async function operate(world: World, to: 'open' | 'close') {
  const { clock, dynamoDb } = world;
  const callTime = makeCallTime({ clock, random: () => 0 });
  const table = makeBreakerTable(ID, { table: JOBS_TABLE, clock, dynamoDb: dynamoDb.client, callTime });
  const write =
    to === 'open' ? openByOperator(stateOf(world), clock.now()) : closeByOperator(stateOf(world), clock.now());
  if (write !== undefined) await table.write(write);
}

describe('a circuit breaker', () => {
  test('opens by the rate of failures, and from then on one job starts every probeSeconds, without spending an attempt', async () => {
    const { world, starts, send, partner } = withPartner();
    send(300);
    await runFleet(world, { consumers: 5, seconds: 1000 });
    const openedAt = stateOf(world)?.openedAt ?? 0;
    const after = starts.filter(({ atMs }) => atMs > openedAt + 2000);
    expect(after.length).toBeGreaterThan(30);
    for (const [i, { atMs }] of after.entries())
      if (i > 0) expect(atMs - (after[i - 1]?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000);
    expect(world.deadLetters.messages()).toEqual([]);
    expect(starts.every(({ attempt }) => attempt <= 2)).toBe(true);
    partner.isDown = false;
    await runFleet(world, { consumers: 5, seconds: 900 });
    for (let i = 0; i < 300; i++) {
      const item = world.job(`j${i}`);
      expect(item).toMatchObject({ status: 'COMPLETED' });
      // One attempt before it opened, at most, and the one that completes.
      expect(item?.attempts).toBeLessThanOrEqual(2);
      expect(item?.snoozesInRow).toBe(0);
    }
  }, 120_000);

  test('does not open below its rate, or of too few attempts', async () => {
    const few = withPartner();
    few.send(9);
    await few.world.deliver();
    expect(stateOf(few.world)).toMatchObject({ state: 'closed', failed: 9, ok: 0 });
    const half = withPartner({ thrown: () => new PartnerDown() });
    half.partner.isDown = false;
    half.send(10);
    await half.world.deliver();
    half.partner.isDown = true;
    half.send(9, 'k');
    await half.world.deliver();
    expect(stateOf(half.world)?.state).toBe('closed');
  });

  test('lets starts in again few at first, twice as many every probeSeconds, until there is room for all', async () => {
    const { world, starts, send, partner, open } = withPartner({ definition: { retry: { maxAttempts: 2 } } });
    await open();
    partner.isDown = false;
    send(1000);
    await runFleet(world, { consumers: 5, seconds: 900 });
    const closedAt = stateOf(world)?.closedAt ?? 0;
    const within = (interval: number) =>
      starts.filter(({ atMs }) => atMs >= closedAt + interval * 30_000 && atMs < closedAt + (interval + 1) * 30_000)
        .length;
    expect([0, 1, 2, 3, 4].map(within)).toEqual([1, 2, 4, 8, 16]);
    expect(stateOf(world)?.state).toBe('closed');
    expect(starts).toHaveLength(10 + 1010);
  }, 60_000);

  test('opens again where the third party is gone again', async () => {
    const { world, send, partner, open } = withPartner();
    await open();
    partner.isDown = false;
    send(400);
    await runFleet(world, { consumers: 2, seconds: 150 });
    expect(stateOf(world)?.state).not.toBe('open');
    partner.isDown = true;
    await runFleet(world, { consumers: 2, seconds: 300 });
    expect(stateOf(world)).toMatchObject({ state: 'open', by: 'rate' });
    expect(world.output.events().filter((event) => event === 'breaker.opened')).toHaveLength(2);
  }, 60_000);

  test('costs a batch one read, and one write if anything failed; successes are written now and then', async () => {
    const { world, send, partner } = withPartner();
    partner.isDown = false;
    const worker = world.worker();
    for (let batch = 0; batch < 10; batch++) {
      send(10, `b${batch}-`);
      await world.clock.run(worker());
      await world.clock.advance(1000);
    }
    // What a write answers is as good as a read.
    expect(breakerCalls(world, 'BatchGetItem')).toBe(9);
    expect(breakerCalls(world, 'UpdateItem')).toBe(1);
    partner.isDown = true;
    send(5, 'failing');
    await world.clock.run(worker());
    expect(breakerCalls(world, 'UpdateItem')).toBe(2);
    expect(stateOf(world)).toMatchObject({ state: 'closed', ok: 100, failed: 5 });
  });

  test('is read once by the batches of a second', async () => {
    const { world, send, partner } = withPartner();
    partner.isDown = false;
    const worker = world.worker();
    for (let batch = 0; batch < 4; batch++) {
      send(10, `b${batch}-`);
      await world.clock.run(worker());
    }
    expect(breakerCalls(world, 'BatchGetItem')).toBe(1);
  });

  test('is asked again by the jobs of a batch that run one after another', async () => {
    const { world, starts, send, partner } = withPartner({ takesMs: 1500, definition: { parallel: false } });
    partner.isDown = false;
    send(10);
    const delivered = world.worker()();
    await world.clock.advance(3100);
    await operate(world, 'open');
    const openedAt = world.clock.now();
    await world.clock.run(delivered);
    expect(starts.length).toBeLessThan(10);
    expect(starts.filter(({ atMs }) => atMs > openedAt + 2000)).toEqual([]);
  });

  test('that is open takes no token of the rate limit', async () => {
    const { world, send, open } = withPartner({ definition: { rateLimit: { limit: 100, perSeconds: 1 } } });
    await open();
    const before = world.dynamoDb.item(JOBS_TABLE, '~rate#probe');
    send(10);
    await world.deliver();
    expect(world.dynamoDb.item(JOBS_TABLE, '~rate#probe')).toEqual(before);
  });
});

describe('a job that an open breaker turns away', () => {
  test('waits parked and spread, at most five minutes at a time; one of a process comes for the next probe', async () => {
    const { world, send, open } = withPartner({ breaker: { probeSeconds: 45 } });
    await open();
    send(10);
    await world.deliver();
    const dues = Array.from({ length: 10 }, (_, i) => world.job(`j${i}`)?.dueAt).filter((due) => due !== undefined);
    expect(dues).toHaveLength(9);
    for (const due of dues) {
      expect(due - world.clock.now()).toBeGreaterThanOrEqual(60_000);
      expect(due - world.clock.now()).toBeLessThanOrEqual(300_000);
    }
    expect(new Set(dues.map((due) => Math.floor(due / 10_000))).size).toBeGreaterThan(4);
    expect(world.job('j1')).toMatchObject({
      status: 'SCHEDULED',
      attempts: 0,
      snoozes: 0,
      envelope: expect.any(Object),
    });
    expect(world.queue.nextVisibleAtMs()).toBeLessThanOrEqual(world.clock.now() + 46_000);
  });

  test('stays the redrive, or the stalled job, that it is', async () => {
    const { world, partner, open } = withPartner({ definition: { retry: { maxAttempts: 1 } } });
    partner.isDown = true;
    await open();
    const [deadLetter] = world.deadLetters.messages();
    expect(world.job('first0')).toMatchObject({ status: 'DEAD', attempts: 1 });
    world.send(deadLetter?.body ?? '', { attributes: { jobId: 'first0', run: '1' } });
    await world.deliver();
    expect(world.job('first0')).toMatchObject({ status: 'DEAD', runNo: 1 });
    partner.isDown = false;
    await runFleet(world, { consumers: 1, seconds: 400 });
    expect(world.job('first0')).toMatchObject({ status: 'COMPLETED', runNo: 2, attempts: 1 });
  });
});

describe('a probe', () => {
  test('that fails spends no attempt, not even a job’s last, and keeps the breaker open', async () => {
    const { world, starts, open } = withPartner({
      definition: { retry: { maxAttempts: 1 } },
      breaker: { failurePercent: 100 },
    });
    await open();
    world.send({ id: 'a' });
    await world.drain(0);
    expect(starts.filter(({ key }) => key === 'a')).toEqual([]);
    await runFleet(world, { consumers: 1, seconds: 1200 });
    expect(starts.filter(({ key }) => key === 'a').length).toBeGreaterThan(5);
    expect(world.job('a')).toMatchObject({ status: 'RETRYING', attempts: 0, snoozesInRow: 0 });
    expect(world.job('a')?.snoozes).toBe(starts.filter(({ key }) => key === 'a').length);
    expect(stateOf(world)?.state).toBe('open');
    expect(world.output.events()).toContain('job.probed');
  });

  test('that crashes spends an attempt, and the next one comes at its time', async () => {
    const { world, open, starts } = withPartner();
    await open();
    await world.clock.advance(30_000);
    await world.deliver({ crash: { call: 4, moment: 'after' } });
    const begun = Array.from({ length: 10 }, (_, i) => world.job(`first${i}`)).filter(
      (item) => item?.status === 'INPROGRESS',
    );
    expect(begun).toMatchObject([{ attempts: 2 }]);
    // Its message, and those of its mates, come again later.
    world.send({ id: 'other' });
    const diedAt = world.clock.now();
    await runFleet(world, { consumers: 1, seconds: 40 });
    expect(starts.at(-1)).toMatchObject({ key: 'other', attempt: 1 });
    expect((starts.at(-1)?.atMs ?? 0) - diedAt).toBeGreaterThan(29_000);
  });

  test.each([
    ['an error that is not among its names', { breaker: { errors: ['Other'] }, thrown: () => new TypeError('a bug') }],
  ])('that ends by %s is followed by the next at once', async (_, options) => {
    const { world, starts, send } = withPartner(options);
    await operate(world, 'open');
    world.dynamoDb.put(JOBS_TABLE, { ...stateOf(world), by: 'rate', nextProbeAt: world.clock.now() });
    send(4);
    await runFleet(world, { consumers: 1, seconds: 350 });
    const [first = 0, second = 0] = starts.map(({ atMs }) => atMs);
    expect(starts.length).toBeGreaterThanOrEqual(4);
    expect(stateOf(world)).toMatchObject({ state: 'open', nextProbeAt: expect.any(Number) });
    expect(stateOf(world)?.nextProbeAt).toBeLessThanOrEqual(world.clock.now());
    expect(second).toBeGreaterThan(first);
    // It is the job's own.
    expect(world.job('j0')?.attempts).toBeGreaterThan(0);
  });

  test('that fails for good dies, and says nothing', async () => {
    const { world, open } = withPartner();
    await open();
    await world.clock.advance(30_000);
    world.send({ id: 'a', payload: { do: 'permanent' } });
    const permanent = makeWorld({ definition: defineProbe({ breaker: BREAKER }) });
    permanent.dynamoDb.put(JOBS_TABLE, { ...stateOf(world), nextProbeAt: permanent.clock.now() });
    permanent.send({ id: 'a', payload: { do: 'permanent' } });
    await permanent.deliver();
    expect(permanent.job('a')).toMatchObject({ status: 'DEAD', reason: 'PermanentError', attempts: 1 });
    expect(stateOf(permanent)?.nextProbeAt).toBeLessThanOrEqual(permanent.clock.now());
  });

  test('whose third party says when to come back does', async () => {
    const { world, send, open } = withPartner({ thrown: () => new RetryAfterError(3600) });
    await open();
    await world.clock.advance(30_000);
    send(1);
    await world.deliver();
    expect((world.job('j0')?.dueAt ?? 0) - world.clock.now()).toBeGreaterThan(3_500_000);
    expect(world.job('j0')).toMatchObject({ attempts: 0 });
  });
});

describe('what opens a breaker', () => {
  const opened = async (options: Options) => {
    const { world, send } = withPartner(options);
    send(10);
    await world.deliver();
    return stateOf(world)?.state === 'open';
  };

  test.each([
    ['any error that is tried again', {}, true],
    ['an error by its name', { breaker: { errors: ['PartnerDown'] } }, true],
    ['not one of another name', { breaker: { errors: ['Other'] } }, false],
    ['time that runs out', { takesMs: 20_000 }, true],
    ['time that runs out, by its name', { takesMs: 20_000, breaker: { errors: ['JobTimeoutError'] } }, true],
    ['a failure of the last attempt', { definition: { retry: { maxAttempts: 1 } } }, true],
    ['a third party that asks to come back', { thrown: () => new RetryAfterError(30) }, true],
  ])('is %s', async (_, options, opens) => {
    expect(await opened(options)).toBe(opens);
  });

  test.each(['permanent', 'snooze'])('is not a job that ends by %s', async (behaviour) => {
    const world = makeWorld({ definition: defineProbe({ breaker: BREAKER }) });
    for (let i = 0; i < 10; i++) world.send({ id: `j${i}`, payload: { do: behaviour, seconds: 30 } });
    await world.deliver();
    expect(stateOf(world)).toBeUndefined();
  });

  test('is not a process that is shut down', async () => {
    const { world, send } = withPartner({ takesMs: 5000 });
    send(10);
    const delivered = world.worker()();
    await world.clock.advance(1000);
    world.shutdown.abort();
    await world.clock.run(delivered);
    expect(stateOf(world)).toBeUndefined();
  });
});

describe('an operator’s open', () => {
  test('lets no probe through, and holds until close', async () => {
    const { world, starts, send, partner } = withPartner();
    partner.isDown = false;
    await operate(world, 'open');
    send(20);
    await runFleet(world, { consumers: 2, seconds: 1000 });
    expect(starts).toEqual([]);
    await operate(world, 'close');
    await runFleet(world, { consumers: 2, seconds: 600 });
    expect(starts).toHaveLength(20);
  }, 60_000);
});

describe('the breaker’s item', () => {
  test('that cannot be read keeps the messages, without an attempt', async () => {
    const { world, send, starts } = withPartner();
    world.dynamoDb.faults.plan(isBreaker, { kind: 'fails', error: throttled() }, 10);
    send(1);
    expect((await world.deliver()).kept).toEqual(['sent-1']);
    expect(starts).toEqual([]);
    expect(world.job('j0')).toBeUndefined();
  });

  test('is asked again if it is throttled or its reply is lost', async () => {
    for (const error of [throttled(), timeout()]) {
      const { world, open } = withPartner();
      world.dynamoDb.faults.plan(isBreaker, { kind: 'fails', error });
      world.dynamoDb.faults.plan(isBreaker, { kind: 'lostReply' }, 2);
      await open();
      expect(world.dynamoDb.faults.pending).toBe(0);
      expect(world.output.events().filter((event) => event === 'breaker.opened')).toHaveLength(1);
    }
  });

  test('that takes no counts holds no job back: they are with the next batch', async () => {
    const { world, send } = withPartner();
    const worker = world.worker();
    const isCount = (call: { name: string; input: unknown }) => call.name === 'UpdateItem' && isBreaker(call);
    world.dynamoDb.faults.plan(isCount, { kind: 'fails', error: throttled() }, 10);
    send(5);
    await world.clock.run(worker());
    expect(world.output.events()).toContain('breaker.not-written');
    expect(world.job('j0')).toMatchObject({ status: 'RETRYING', attempts: 1 });
    send(5, 'k');
    await world.clock.run(worker());
    expect(stateOf(world)).toMatchObject({ state: 'open' });
  });
});

describe('who opens or closes it', () => {
  test('says so once: a line, a metric and an event each; each batch that finds it open counts', async () => {
    const { world, send, partner, open } = withPartner();
    await open();
    send(30);
    await runFleet(world, { consumers: 3, seconds: 25 });
    expect(total(world.output, 'BreakerOpen')).toBeGreaterThan(0);
    partner.isDown = false;
    await runFleet(world, { consumers: 3, seconds: 100 });
    const lines = world.output.logs().filter(({ message }) => String(message).startsWith('breaker.'));
    expect(lines.map(({ message }) => message)).toEqual(['breaker.opened', 'breaker.closed']);
    expect(lines[0]).toMatchObject({ jobType: 'probe', failed: 10, ok: 0, at: expect.any(String) });
    // A metric goes out by two sets of dimensions.
    for (const name of ['BreakerOpened', 'BreakerClosed']) expect(total(world.output, name)).toBe(1);
    const events = world.bus.events.filter((event) => event['detail-type'].startsWith('Circuit'));
    expect(events.map((event) => event['detail-type'])).toEqual(['Circuit Breaker Opened', 'Circuit Breaker Closed']);
    expect(events[1]?.detail).toMatchObject({ type: 'probe', stage: 'test', queue: 'sluice-test-probe' });
  }, 60_000);
});
