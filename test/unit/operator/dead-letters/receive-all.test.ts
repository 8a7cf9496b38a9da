import { describe, expect, test } from 'vitest';
import type { DeadLetter } from '../../../../lib/operator/dead-letters/receive.ts';
import { type ReceiveAllOptions, receiveAll } from '../../../../lib/operator/dead-letters/receive-all.ts';
import { redrive } from '../../../../lib/operator/index.ts';
import { makeMemorySqs, makeVirtualClock } from '../../../../lib/testing/index.ts';
import { outgoing } from '../../../support/factories.ts';
import { makeWorld } from '../../../support/world.ts';
import { shortPolling, stageOf } from '../support/stage.ts';

const all = { wanted: () => true, act: async () => [], workers: 1 };

/** A dead-letter queue of so many messages, by a clock that only its sleepers move. */
function makeQueue(count: number, visibilityTimeoutSeconds = 30) {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const dlq = sqs.createQueue('sluice-test-probe-dlq', { visibilityTimeoutSeconds, retentionSeconds: 3600 });
  for (let i = 0; i < count; i++) dlq.add(outgoing('{}'), `m${i}`);
  const sleeps: number[] = [];
  const sleep = async (ms: number) => {
    sleeps.push(ms);
    await clock.advance(ms);
  };
  const queue = { sqs: shortPolling(sqs), queueUrl: '', deadLetterQueueUrl: dlq.url, clock: { now: clock.now, sleep } };
  return { queue, dlq, clock, sleeps };
}

/** What is acted on, call by call. */
async function acted(queue: ReturnType<typeof makeQueue>, options: Partial<ReceiveAllOptions> = {}) {
  const calls: string[][] = [];
  const act = async (found: readonly DeadLetter[]) => {
    calls.push(found.map(({ messageId }) => messageId));
    return [];
  };
  const result = await receiveAll(queue.queue, { ...all, act, ...options });
  return { result, calls: calls.filter(({ length }) => length > 0) };
}

describe('the pace', () => {
  test('is that which was asked for: the first ten at once, then ten each half a second', async () => {
    const there = makeQueue(30);
    expect((await acted(there, { perSecond: 20 })).calls.map(({ length }) => length)).toEqual([10, 10, 10]);
    expect(there.sleeps).toEqual([500, 500, 500]);
  });

  test('is 250 a second, unless told', async () => {
    const there = makeQueue(20);
    await acted(there);
    expect(there.sleeps).toEqual([40, 40]);
  });

  test('is that of all workers together', async () => {
    const there = makeQueue(40);
    const startedAtMs = there.clock.now();
    await acted(there, { perSecond: 10, workers: 4 });
    expect(there.clock.now() - startedAtMs).toBeGreaterThanOrEqual(3000);
  });

  test('is the redrive’s, by the stage’s clock', async () => {
    const world = makeWorld();
    for (let i = 0; i < 20; i++) world.send({ id: `a${i}`, payload: { do: 'permanent' } });
    await world.drain();
    await world.clock.advance(1000);
    const sleeps: number[] = [];
    const sleep = async (ms: number) => void sleeps.push(ms);
    expect(await redrive({ ...stageOf(world), sleep }, 'probe', { perSecond: 5 })).toMatchObject({ sent: 20 });
    expect(sleeps[0]).toBe(2000);
  });
});

describe('a message that is received again', () => {
  test('is acted on once', async () => {
    const there = makeQueue(1);
    // It is visible again while it is acted on, and its receipt is the newer one then.
    const act = async (found: readonly DeadLetter[]) => {
      if (found.length > 0) await there.clock.advance(301_000);
      return found;
    };
    let taken = 0;
    const wanted = () => {
      taken += 1;
      return true;
    };
    expect(await receiveAll(there.queue, { ...all, wanted, act })).toEqual({ passedOver: 1, interrupted: false });
    expect(taken).toBe(1);
    expect(there.dlq.receive(1)).toHaveLength(1);
  });
});

describe('a limit', () => {
  test.each([
    [0, 10],
    [3, 10],
    [10, 10],
    [12, 15],
  ])('of %s takes that many, and leaves the others visible', async (limit, received) => {
    const there = makeQueue(15);
    const { calls, result } = await acted(there, { limit });
    expect(calls.flat()).toHaveLength(limit);
    expect(result).toEqual({ passedOver: received - limit, interrupted: false });
    expect(there.dlq.counts().visible).toBe(15 - limit);
  });
});

test('what is not wanted is held to the end, and counted', async () => {
  const there = makeQueue(25);
  const { calls, result } = await acted(there, { wanted: ({ messageId }) => messageId.endsWith('1') });
  expect(calls.flat().sort()).toEqual(['m1', 'm11', 'm21']);
  expect(result).toEqual({ passedOver: 22, interrupted: false });
  expect(there.dlq.counts()).toMatchObject({ visible: 22, inFlight: 3 });
});

test('an error while acting ends it with that error, and all that is held is visible again', async () => {
  const there = makeQueue(15);
  const failure = new Error('disk full');
  const act = () => Promise.reject(failure);
  expect(await receiveAll(there.queue, { ...all, act })).toEqual({ passedOver: 10, interrupted: false, failure });
  expect(there.dlq.counts()).toMatchObject({ visible: 15 });
});

test('an error ends the other workers, too, after what they are at', async () => {
  const there = makeQueue(60);
  let acts = 0;
  const act = async () => {
    acts += 1;
    if (acts === 1) throw new Error('disk full');
    return [];
  };
  const { failure } = await receiveAll(there.queue, { ...all, act, workers: 2 });
  expect([failure, acts]).toEqual([new Error('disk full'), 2]);
});

test('after an interruption nothing is acted on', async () => {
  const there = makeQueue(15);
  const controller = new AbortController();
  const wanted = () => {
    controller.abort();
    return true;
  };
  const { calls, result } = await acted(there, { wanted, signal: controller.signal });
  expect([calls, result]).toEqual([[], { passedOver: 10, interrupted: true }]);
  expect(there.dlq.counts()).toMatchObject({ visible: 15 });
});
