import { expect, test } from 'vitest';
import { makeCallTime } from '../../../../lib/engine/calls/call-time.ts';
import { type GatherOptions, gather } from '../../../../lib/engine/calls/gather.ts';
import { makeVirtualClock } from '../../../../lib/testing/index.ts';

interface Entry {
  readonly n: number;
}

/** Answers each entry by its number, three a call, unless `send` says otherwise. */
function gathered(options: Partial<GatherOptions<Entry, number>> = {}) {
  const calls: number[][] = [];
  const ask = gather<Entry, number>({
    fits: ({ length }) => length < 3,
    ...options,
    async send(call, retry) {
      calls.push(call.map(({ n }) => n));
      if (options.send !== undefined) return options.send(call, retry);
      for (const { n, resolve } of call) resolve(n);
    },
  });
  return { calls, ask: (n: number) => ask({ n }) };
}

test('entries of one turn travel together, in their order, and each has its own answer', async () => {
  const { calls, ask } = gathered();
  expect(await Promise.all([0, 1, 2, 3].map(ask))).toEqual([0, 1, 2, 3]);
  expect(calls).toEqual([[0, 1, 2], [3]]);
});

test('entries of different turns travel apart', async () => {
  const { calls, ask } = gathered();
  await ask(0);
  await ask(1);
  expect(calls).toEqual([[0], [1]]);
});

test('an entry that is asked for after a microtask is still of the same turn', async () => {
  const { calls, ask } = gathered();
  await Promise.all([ask(0), Promise.resolve().then(() => ask(1))]);
  expect(calls).toEqual([[0, 1]]);
});

test('a call that throws rejects its entries that have no answer, and those of no other call', async () => {
  const { ask } = gathered({
    async send(call) {
      for (const { n, resolve } of call) {
        if (n === 1) throw new Error('a defect');
        resolve(n);
      }
    },
  });
  const ended = await Promise.allSettled([0, 1, 2, 3].map(ask));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
});

test('an entry that is sent again waits, and is given up after its last try', async () => {
  const clock = makeVirtualClock();
  const startedAtMs = clock.now();
  const gaveUp = (cause: unknown) => new Error('gave up', { cause });
  const { calls, ask } = gathered({
    retries: { maxTries: 3, gaveUp, callTime: makeCallTime({ clock, random: () => 1 }) },
    async send(call, retry) {
      for (const one of call) {
        if (one.n === 0) retry(one, 'busy');
        else one.resolve(one.n);
      }
    },
  });
  const [refused, taken] = await clock.run(Promise.allSettled([ask(0), ask(1)]));
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'gave up', cause: 'busy' } });
  expect(taken).toEqual({ status: 'fulfilled', value: 1 });
  expect(calls).toEqual([[0, 1], [0], [0]]);
  expect(clock.now() - startedAtMs).toBe(100 + 200);
});

test('an entry without a policy of retries is rejected by the cause', async () => {
  const { ask } = gathered({
    async send(call, retry) {
      for (const one of call) retry(one, new Error('busy'));
    },
  });
  await expect(ask(0)).rejects.toThrow('busy');
});
