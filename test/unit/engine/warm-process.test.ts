import { AsyncLocalStorage } from 'node:async_hooks';
import { type EventEmitter, getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test, vi } from 'vitest';
import { consumer } from '../../../lib/engine/consumer.ts';
import { currentJob } from '../../../lib/engine/running.ts';
import { defineProbe, type ProbePayload, probe } from '../../support/probe.ts';
import { makeWorld, type World } from '../../support/world.ts';

const BATCHES = 50;
const PAYLOADS: readonly ProbePayload[] = [
  ...([{ do: 'complete' }, { do: 'fail', times: 1 }, { do: 'permanent' }, { do: 'hang' }] as const),
  ...([
    { do: 'work', seconds: 2 },
    { do: 'work', seconds: 20 },
    { do: 'commit' },
    { do: 'snooze', seconds: 5 },
  ] as const),
  { do: 'checkpoint', times: 2 },
];

/** Jobs whose handlers end with their attempt. */
const TIDY = PAYLOADS.filter(({ seconds = 0 }) => seconds < 10);

/** One warm process, batch after batch of every kind of job. */
async function runBatches(world: World, payloads = PAYLOADS): Promise<void> {
  const batch = world.worker();
  for (let n = 0; n < BATCHES; n++) {
    for (const [i, payload] of payloads.entries()) world.send({ id: `j${n}-${i}`, payload, maxAttempts: 1 });
    await world.clock.run(batch());
  }
}

/** Of these objects, those that something still holds. */
async function held(refs: readonly WeakRef<object>[]): Promise<unknown[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let i = 0; i < 5; i++) {
    await turn();
    collect();
  }
  expect(refs.length).toBeGreaterThan(BATCHES * 5);
  // The last batch may still be on the stack of what ran it.
  return refs.slice(0, -2 * PAYLOADS.length).filter((ref) => ref.deref() !== undefined);
}

test('a warm process holds no listener and no timer of the jobs that it ran', async () => {
  const world = makeWorld({
    perform: async (payload, context, clock) => {
      await context.progress(1);
      await context.progress(2);
      return probe(payload, context, clock);
    },
  });
  await runBatches(world, TIDY);
  expect(world.starts.length).toBeGreaterThan(BATCHES * 5);
  // One of the process, whatever the number of its jobs.
  expect(getEventListeners(world.shutdown.signal, 'abort')).toHaveLength(1);
  expect(world.clock.nextTimerMs()).toBeUndefined();
});

test('a job that ends before its progress is due leaves no timer', async () => {
  const world = makeWorld({
    perform: async (_, { progress }) => {
      await progress(1);
      await progress(2);
    },
  });
  world.send({ id: 'a' });
  await world.deliver();
  expect(world.clock.nextTimerMs()).toBeUndefined();
});

test('a warm process holds no payload and no context, also where a job’s connection stays open', async () => {
  const given: WeakRef<object>[] = [];
  const connections: unknown[] = [];
  const world = makeWorld({
    perform: (payload, context, clock) => {
      given.push(new WeakRef(payload as object), new WeakRef(context));
      connections.push(AsyncLocalStorage.snapshot());
      return probe(payload, context, clock);
    },
  });
  await runBatches(world);
  await world.clock.advance(60_000);
  expect(await held(given)).toEqual([]);
});

test('a warm process holds no word of the jobs that it ran', async () => {
  const jobs: WeakRef<object>[] = [];
  const world = makeWorld({
    perform: (payload, context, clock) => {
      jobs.push(new WeakRef(currentJob() ?? {}));
      return probe(payload, context, clock);
    },
  });
  await runBatches(world);
  await world.clock.advance(60_000);
  expect(await held(jobs)).toEqual([]);
});

test('a warm process uses no token that was given back an hour ago', async () => {
  const world = makeWorld({ definition: defineProbe({ rateLimit: { limit: 10, perSeconds: 1 } }) });
  const batch = world.worker();
  const draws = () => world.dynamoDb.calls.filter(({ input }) => JSON.stringify(input).includes('lineEndsAt')).length;
  // The second copy gives its token back: the first one holds the job.
  for (let copy = 0; copy < 2; copy++) world.send({ id: 'a' });
  await world.clock.run(batch());
  await world.clock.advance(3600_000);
  const before = draws();
  world.send({ id: 'b' });
  await world.clock.run(batch());
  expect(world.job('b')?.status).toBe('COMPLETED');
  expect(draws()).toBe(before + 1);
});

test('a process has one listener of each kind, however many batches it runs', async () => {
  for (const name of ['SLUICE_STAGE', 'SLUICE_JOBS_TABLE', 'SLUICE_QUEUE_URL', 'SLUICE_DLQ_URL'])
    vi.stubEnv(name, 'there');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9');
  // As any emitter: its own types know no common form of these three events.
  const emitter: EventEmitter = process;
  const events = ['SIGTERM', 'unhandledRejection', 'uncaughtException'];
  const before = events.flatMap((event) => emitter.listeners(event));
  const handler = consumer(defineProbe(), () => undefined);
  const context = { getRemainingTimeInMillis: () => 30_000 } as Parameters<typeof handler>[1];
  for (let n = 0; n < BATCHES; n++) await handler({ Records: [] }, context);
  for (const event of events) {
    const added = emitter.listeners(event).filter((one) => !before.includes(one));
    expect(added).toHaveLength(1);
    for (const listener of added) emitter.off(event, listener as () => void);
  }
  vi.unstubAllEnvs();
});
