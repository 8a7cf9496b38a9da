import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_HOPS, nextHops, TooManyHopsError } from '../../../../lib/contract/hops.ts';
import { createProducer } from '../../../../lib/producer/index.ts';
import { ROOT, workFolder } from '../../../../localstack/places.ts';
import { defineProbe, probe } from '../../../support/probe.ts';
import { makeWorld, STAGE, type World } from '../../../support/world.ts';

/** A stage in which each job enqueues another one of its type, for ever. */
function makeChain(enqueue: (world: World, id: string) => unknown = (world, id) => sendOne(world, id)): World {
  const world: World = makeWorld({
    perform: async (_payload, { job }) => {
      await enqueue(world, `${Number(job.id) + 1}`);
    },
  });
  return world;
}

const queueUrls = (world: World) => ({ probe: world.queue.url });
const producerOf = (world: World) =>
  createProducer({ stage: STAGE, client: world.sqs.client, queueUrls: queueUrls(world) });
const sendOne = (world: World, id: string, delaySeconds = 0) =>
  producerOf(world).enqueue(defineProbe(), { do: 'complete' }, { id, delaySeconds });

/** Runs batch after batch, at most so many. */
async function run(world: World, batches = 3 * MAX_HOPS): Promise<void> {
  for (let n = 0; n < batches && world.queue.messages().length > 0; n++) {
    await world.deliver();
    await world.clock.advance(1000);
  }
}

const hopsOf = (world: World) => world.queue.messages().map(({ body }) => (JSON.parse(body) as { hops?: number }).hops);

test('jobs that enqueue jobs for ever end after 100, and the last one’s dead letter says why', async () => {
  const world = makeChain();
  world.send({ id: '0' });
  await run(world);
  expect(world.queue.messages()).toEqual([]);
  expect(world.starts).toHaveLength(MAX_HOPS + 1);
  expect(world.job('99')).toMatchObject({ status: 'COMPLETED' });
  const why = expect.stringMatching(/^the job of type probe was not sent: 100 jobs in a row were each enqueued by/);
  const death = { reason: 'PermanentError', errorName: 'TooManyHopsError', errorMessage: why };
  expect(world.job('100')).toMatchObject({ status: 'DEAD', error: { name: 'TooManyHopsError', message: why } });
  expect(world.output.logs()).toContainEqual(expect.objectContaining({ message: 'job.dead', jobId: '100', ...death }));
  expect(world.deadLetters.messages()).toHaveLength(1);
});

test('what is enqueued outside of a job carries no hops, what a job enqueues one more than its own', async () => {
  const world = makeChain();
  await sendOne(world, '7');
  expect(hopsOf(world)).toEqual([undefined]);
  await world.deliver();
  expect(hopsOf(world)).toEqual([1]);
  await world.deliver();
  expect(hopsOf(world)).toEqual([2]);
});

test('many jobs at once, and one that a job leaves behind, carry them as well', async () => {
  let left: Promise<unknown> = Promise.resolve();
  const world = makeChain((at) => {
    left = Promise.resolve().then(() => sendOne(at, 'left'));
    return producerOf(at).enqueueMany(defineProbe(), [{ do: 'complete' }, { do: 'complete' }]);
  });
  world.send({ id: '0', hops: 41 });
  await world.deliver();
  await left;
  expect(hopsOf(world)).toEqual([42, 42, 42]);
});

test('of many jobs enqueued beyond 100 each is refused with the reason', async () => {
  let results: unknown;
  const world = makeChain(async (at) => {
    results = await producerOf(at).enqueueMany(defineProbe(), [{ do: 'complete' }, { do: 'complete' }]);
  });
  world.send({ id: '0', hops: MAX_HOPS });
  await world.deliver();
  const refused = { status: 'refused', error: expect.any(TooManyHopsError) };
  expect(results).toMatchObject([refused, refused]);
  expect(world.queue.messages()).toEqual([]);
});

test('a job that is parked, retried and redriven keeps its hops', async () => {
  const seen: (number | undefined)[] = [];
  const world = makeWorld({
    perform: (payload, context, clock) => {
      seen.push(nextHops('probe'));
      return probe(payload, context, clock);
    },
  });
  world.send({ id: 'a', hops: 5, payload: { do: 'retryAfter', seconds: 600 }, maxAttempts: 2 });
  for (let minute = 0; minute < 15; minute++) {
    await world.deliver();
    await world.clock.advance(60_000);
    await world.tick();
  }
  const [deadLetter] = world.deadLetters.messages();
  world.send(deadLetter?.body ?? '', { attributes: { sluice: '{"id":"a","run":1,"type":"probe"}' } });
  await world.deliver();
  expect(seen).toEqual([6, 6, 6]);
});

test.each([
  [MAX_HOPS + 1, 'got 101'],
  [-1, 'got -1'],
  [1.5, 'got 1.5'],
  ['7', 'got "7"'],
])('a message that says %o hops is dead-lettered as no message of Sluice', async (hops, got) => {
  const world = makeWorld();
  world.send({ id: 'a', hops });
  await world.deliver();
  const message = `"hops" must be a whole number from 0 to 100: jobs must not enqueue jobs for ever, ${got}`;
  expect(world.job('a')).toMatchObject({ status: 'DEAD', reason: 'InvalidMessage', error: { message } });
  expect(world.output.logs()).toContainEqual(expect.objectContaining({ message: 'job.dead', errorMessage: message }));
  expect(world.starts).toEqual([]);
});

test('the producer of another copy of the package knows the hops of the job around it', async () => {
  const folder = await workFolder('other-hops', String(process.pid));
  try {
    await cp(join(ROOT, 'lib', 'contract'), folder, { recursive: true });
    const other = (await import(join(folder, 'hops.ts'))) as { nextHops: typeof nextHops };
    expect(other.nextHops).not.toBe(nextHops);
    let hops: number | undefined;
    const world = makeWorld({
      perform: () => {
        hops = other.nextHops('probe');
      },
    });
    world.send({ id: 'a', hops: 3 });
    await world.deliver();
    expect(hops).toBe(4);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
