import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeMessageStore } from '../../../../../lib/testing/aws/sqs/message-store.ts';
import type { StoredMessage } from '../../../../../lib/testing/aws/sqs/model.ts';

const message = (id: number, visibleAtMs: number, receiveCount = 0, sentAtMs = 0): StoredMessage => ({
  messageId: `m${id}`,
  ...{ body: '', attributes: {}, sentAtMs, visibleAtMs, receiveCount },
});

/** The same by looking at all of them. */
function makeScan() {
  const all = new Map<string, StoredMessage>();
  const values = () => [...all.values()];
  const hidden = (nowMs: number) => values().filter(({ visibleAtMs }) => visibleAtMs > nowMs);
  return {
    all,
    visible: (nowMs: number, max: number) =>
      values()
        .filter(({ visibleAtMs }) => visibleAtMs <= nowMs)
        .sort((a, b) => a.visibleAtMs - b.visibleAtMs)
        .slice(0, max),
    counts(nowMs: number) {
      const inFlight = hidden(nowMs).filter(({ receiveCount }) => receiveCount > 0).length;
      const delayed = hidden(nowMs).length - inFlight;
      return { visible: all.size - inFlight - delayed, inFlight, delayed };
    },
    nextVisibleAtMs: (nowMs: number) => hidden(nowMs).reduce<number | undefined>(earlier, undefined),
  };
}

const earlier = (least: number | undefined, { visibleAtMs }: StoredMessage) =>
  Math.min(least ?? visibleAtMs, visibleAtMs);

const step = fc.oneof(
  fc.record({ kind: fc.constant('set' as const), id: fc.nat(12), at: fc.nat(20), count: fc.nat(1), sent: fc.nat(20) }),
  fc.record({ kind: fc.constant('delete' as const), id: fc.nat(12) }),
  fc.record({ kind: fc.constant('expire' as const), sent: fc.nat(4) }),
  fc.record({ kind: fc.constant('clear' as const) }),
  // The time may go back: `set` of a virtual clock.
  fc.record({ kind: fc.constant('ask' as const), now: fc.nat(20), max: fc.nat(15) }),
);

test('says what a scan of all messages says, whenever it is asked', () => {
  let asked = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 60, size: 'max' }), (steps) => {
      const [store, scan] = [makeMessageStore(), makeScan()];
      for (const one of steps) {
        if (one.kind === 'set') {
          const stored = message(one.id, one.at, one.count, one.sent);
          store.set(stored);
          scan.all.set(stored.messageId, stored);
        } else if (one.kind === 'delete') {
          expect(store.delete(`m${one.id}`)).toBe(scan.all.delete(`m${one.id}`));
        } else if (one.kind === 'expire') {
          store.expire(one.sent);
          for (const { messageId, sentAtMs } of scan.all.values()) if (sentAtMs <= one.sent) scan.all.delete(messageId);
        } else if (one.kind === 'clear') {
          store.clear();
          scan.all.clear();
        } else {
          asked += 1;
          expect(store.counts(one.now)).toEqual(scan.counts(one.now));
          expect(store.visible(one.now, one.max)).toEqual(scan.visible(one.now, one.max));
          expect(store.nextVisibleAtMs(one.now)).toBe(scan.nextVisibleAtMs(one.now));
          expect(store.all()).toEqual([...scan.all.values()]);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(asked).toBeGreaterThan(1000);
});

test('asks of a hundred thousand waiting messages are answered without looking at them', () => {
  const store = makeMessageStore();
  for (let i = 0; i < 100_000; i++) store.set(message(i, i));
  let seen = 0;
  for (let nowMs = 0; nowMs < 100_000; nowMs++) {
    const [first] = store.visible(nowMs, 10);
    if (first === undefined) continue;
    seen += 1;
    store.set({ ...first, visibleAtMs: 1_000_000, receiveCount: 1 });
    store.counts(nowMs);
    store.nextVisibleAtMs(nowMs);
  }
  // 10^10 looks would take minutes: the runner's timeout fails it.
  expect(seen).toBe(100_000);
  expect(store.counts(100_000)).toEqual({ visible: 0, inFlight: 100_000, delayed: 0 });
});
