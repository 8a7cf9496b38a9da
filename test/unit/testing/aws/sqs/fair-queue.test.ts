import { describe, expect, test } from 'vitest';
import { fairOrder, makeMemorySqs, makeVirtualClock, type StoredMessage } from '../../../../../lib/testing/index.ts';

const MINUTE_MS = 60_000;
const NOW_MS = 60 * MINUTE_MS;

interface Waiting {
  readonly group?: string;
  readonly agoMs?: number;
  readonly sentAgoMs?: number;
}

let serial = 0;
/** A message that waits since `agoMs`. */
const waiting = (name: string, { group, agoMs = 0, sentAgoMs = 1000 }: Waiting = {}): StoredMessage => ({
  ...{ messageId: name, body: '', attributes: {}, sentAtMs: NOW_MS - sentAgoMs, receiveCount: 0 },
  ...{ visibleAtMs: NOW_MS - agoMs, ...(group !== undefined && { group }) },
});
/** Messages in flight, received that long ago. */
const flying = (group: string | undefined, count: number, sinceMs = 0): StoredMessage[] =>
  Array.from({ length: count }, () => ({
    ...waiting(`flying-${++serial}`, group === undefined ? {} : { group }),
    ...{ receiveCount: 1, receivedAtMs: NOW_MS - sinceMs, visibleAtMs: NOW_MS + MINUTE_MS },
  }));

const order = (
  visible: StoredMessage[],
  others: StoredMessage[] = [],
  recent: Parameters<typeof fairOrder>[3] = () => [],
) => fairOrder(visible, [...visible, ...others], NOW_MS, recent).map(({ messageId }) => messageId);

/** Of A, which waits the longest, and of B. */
const both = [waiting('a', { group: 'A', agoMs: 20 }), waiting('b', { group: 'B', agoMs: 10 })];
const FIRST_A = ['a', 'b'];
const FIRST_B = ['b', 'a'];

describe('by what is in flight, a tenant is noisy', () => {
  test.each([
    ['with 30 of 299', 30, 269, FIRST_B],
    ['not with 30 of 300: that is 10 %, and no more', 30, 270, FIRST_A],
    ['not with 29, whatever part that is', 29, 0, FIRST_A],
    ['with all 30', 30, 0, FIRST_B],
  ])('%s', (_, ofA, others, expected) => {
    // Received just now: no time has passed. The others have no group.
    expect(order(both, [...flying('A', ofA), ...flying(undefined, others)])).toEqual(expected);
  });

  test('and a delayed message is not in flight', () => {
    const delayed = flying('A', 40).map(({ receivedAtMs: _, ...one }) => ({ ...one, receiveCount: 0 }));
    expect(order(both, delayed)).toEqual(FIRST_A);
  });
});

describe('by its share of the recent time, a tenant is noisy', () => {
  const time = (tenant: string, ms: number, agoMs = 0) => ({
    ...{ tenant, fromMs: NOW_MS - agoMs - ms, toMs: NOW_MS - agoMs },
  });
  const others = Array.from({ length: 9 }, (_, i) => time(`other-${i}`, 1000));

  test.each([
    ['with more than 10 %', [time('A', 1100)], FIRST_B],
    ['not with 10 %', [time('A', 1000)], FIRST_A],
    ['not by what it took more than five minutes ago', [time('A', 60_000, 5 * MINUTE_MS)], FIRST_A],
    ['by the part of it that is within five minutes', [time('A', 60_000, 5 * MINUTE_MS - 1100)], FIRST_B],
  ])('%s', (_, ofA, expected) => {
    expect(order(both, [], () => [...ofA, ...others])).toEqual(expected);
  });

  test('with a single slow message that is still in flight', () => {
    expect(order(both, [...flying('A', 1, 1100)], () => others)).toEqual(FIRST_B);
    expect(order(both, [...flying('A', 1, 900)], () => others)).toEqual(FIRST_A);
  });
});

test('a message that came back was processed until it was visible, and no longer', () => {
  const back = { ...waiting('a', { group: 'A', agoMs: 29_000 }), receiveCount: 1, receivedAtMs: NOW_MS - 30_000 };
  const ofOthers = (ms: number) => [{ tenant: 'C', fromMs: NOW_MS - ms, toMs: NOW_MS }];
  expect(order([back, ...both.slice(1)], [], () => ofOthers(9000))).toEqual(FIRST_A);
  expect(order([back, ...both.slice(1)], [], () => ofOthers(8999))).toEqual(FIRST_B);
});

describe('a message without a group', () => {
  test('is a tenant of its own: a hundred of them are not noisy together', () => {
    const visible = [waiting('first', { agoMs: 30 }), ...both];
    expect(order(visible, [...flying(undefined, 100, 1000), ...flying('A', 30)])).toEqual(['first', 'b', 'a']);
  });

  test('waits behind the others if it came back after it took long itself', () => {
    const slow = { ...waiting('slow', { agoMs: 30 }), receiveCount: 1, receivedAtMs: NOW_MS - MINUTE_MS };
    expect(order([slow, ...both])).toEqual(['a', 'b', 'slow']);
  });
});

describe('of several noisy tenants', () => {
  test('the one with the fewest in flight is first, message by message', () => {
    const visible = ['a1', 'a2', 'a3'].map((name, i) => waiting(name, { group: 'A', agoMs: 100 - i }));
    visible.push(...['c1', 'c2', 'c3'].map((name, i) => waiting(name, { group: 'C', agoMs: 50 - i })));
    expect(order(visible, [...flying('A', 31), ...flying('C', 30)])).toEqual(['c1', 'a1', 'c2', 'a2', 'c3', 'a3']);
    expect(order(visible, [...flying('A', 50), ...flying('C', 30)])).toEqual(['c1', 'c2', 'c3', 'a1', 'a2', 'a3']);
  });

  test('none is before a quiet one', () => {
    const visible = [...both, waiting('q', { group: 'Q', agoMs: 1 })];
    expect(order(visible, [...flying('A', 40), ...flying('B', 35)])).toEqual(['q', 'b', 'a']);
  });
});

describe('a noisy tenant is quiet again', () => {
  test('after it sent nothing for five minutes', () => {
    const old = (agoMs: number) => [waiting('a', { group: 'A', agoMs: 20, sentAgoMs: agoMs }), ...both.slice(1)];
    const inFlight = flying('A', 40).map((one) => ({ ...one, sentAtMs: NOW_MS - 10 * MINUTE_MS }));
    expect(order(old(5 * MINUTE_MS - 1), inFlight)).toEqual(FIRST_B);
    expect(order(old(5 * MINUTE_MS), inFlight)).toEqual(FIRST_A);
  });

  /** A fair queue, and what it gives. */
  function makeQueue() {
    const clock = makeVirtualClock();
    const settings = { visibilityTimeoutSeconds: 600, retentionSeconds: 86_400, order: fairOrder };
    const queue = makeMemorySqs(clock).createQueue('fair', settings);
    const send = (name: string, group: string) => queue.add({ MessageBody: name, MessageGroupId: group }, name);
    /** Gives one message, which takes so long. */
    const work = async (ms: number) => {
      const [message] = queue.receive(1);
      await clock.advance(ms);
      if (message !== undefined) queue.delete(message.receiptHandle);
      return message?.messageId;
    };
    return { clock, queue, send, work };
  }

  test('once its shares are small, and not before', async () => {
    const { queue, send, work, clock } = makeQueue();
    for (const name of ['a1', 'a2', 'a3']) send(name, 'A');
    expect(await work(10_000)).toBe('a1');
    send('b1', 'B');
    expect(await work(1)).toBe('b1');
    await clock.advance(5 * MINUTE_MS);
    send('a4', 'A');
    send('b2', 'B');
    expect(queue.receive(1)).toMatchObject([{ messageId: 'a2' }]);
  });

  test('once its backlog ended: what it took before counts no more', async () => {
    const { send, work } = makeQueue();
    send('a1', 'A');
    send('a2', 'A');
    expect(await work(10_000)).toBe('a1');
    send('b1', 'B');
    expect([await work(1), await work(1), await work(1)]).toEqual(['b1', 'a2', undefined]);
    send('a3', 'A');
    send('b2', 'B');
    expect([await work(1), await work(1)]).toEqual(['a3', 'b2']);
  });

  test('what came back by its timeout was processed until then', async () => {
    const { queue, send, work, clock } = makeQueue();
    queue.change({ visibilityTimeoutSeconds: 20 });
    for (const name of ['a1', 'a2']) send(name, 'A');
    expect(queue.receive(1)).toMatchObject([{ messageId: 'a1' }]);
    await clock.advance(30_000);
    send('b1', 'B');
    expect(await work(1000)).toBe('b1');
    expect([await work(1), await work(1)]).toEqual(['a2', 'a1']);
  });
});
