import { type Heap, makeHeap } from './heap.ts';
import type { QueueCounts, StoredMessage } from './queue-model.ts';

/** A message's place: by the moment at which it is visible, and of equal ones the one that came first. */
interface Place {
  readonly message: StoredMessage;
  readonly serial: number;
}

/**
 * The messages of one queue by id, and which of them are visible and which is so next, without looking at all of them: a
 * million wait as cheaply as ten. Every question is asked with the time, which may also go back.
 */
export interface MessageStore {
  get(messageId: string): StoredMessage | undefined;
  set(message: StoredMessage): void;
  /** @returns whether there was one */
  delete(messageId: string): boolean;
  clear(): void;
  /** In the order in which they came. */
  all(): StoredMessage[];
  /** The visible ones in order of their moment, at most so many; each stays until it is set anew or deleted. */
  visible(nowMs: number, max: number): StoredMessage[];
  counts(nowMs: number): QueueCounts;
  nextVisibleAtMs(nowMs: number): number | undefined;
  /** Deletes those that were first sent at `oldestMs` or before. */
  expire(oldestMs: number): void;
}

/** Places that are out of date may be as many as those that are not, and some. */
const MOST_STALE = 64;

const isBefore = (a: Place, b: Place) =>
  a.message.visibleAtMs === b.message.visibleAtMs ? a.serial < b.serial : a.message.visibleAtMs < b.message.visibleAtMs;

export function makeMessageStore(): MessageStore {
  const places = new Map<string, Place>();
  const [visible, hidden] = [makeHeap(isBefore), makeHeap(isBefore)];
  const counted = { visible: 0, inFlight: 0, delayed: 0 };
  let serial = 0;
  let asOfMs = Number.NEGATIVE_INFINITY;
  /** No message was sent before. */
  let oldestSentMs = Number.POSITIVE_INFINITY;

  const isCurrent = (place: Place) => places.get(place.message.messageId) === place;
  const isVisible = ({ message }: Place) => message.visibleAtMs <= asOfMs;
  const count = (place: Place, by: 1 | -1) => {
    counted[isVisible(place) ? 'visible' : place.message.receiveCount > 0 ? 'inFlight' : 'delayed'] += by;
  };
  const first = (heap: Heap<Place>) => {
    for (let place = heap.peek(); place !== undefined; place = heap.peek()) {
      if (isCurrent(place)) return place;
      heap.pop();
    }
    return undefined;
  };
  const file = (place: Place) => {
    const heap = isVisible(place) ? visible : hidden;
    heap.push(place);
    count(place, 1);
    if (visible.size + hidden.size <= 2 * places.size + MOST_STALE) return;
    visible.keep(isCurrent);
    hidden.keep(isCurrent);
  };
  const remove = (messageId: string) => {
    const place = places.get(messageId);
    if (place === undefined) return false;
    count(place, -1);
    return places.delete(messageId);
  };
  const moveTo = (nowMs: number) => {
    if (nowMs < asOfMs) {
      asOfMs = nowMs;
      const all = [...places.values()];
      clear();
      for (const place of all) refile(place);
    }
    for (let place = first(hidden); place !== undefined && place.message.visibleAtMs <= nowMs; place = first(hidden)) {
      hidden.pop();
      count(place, -1);
      counted.visible += 1;
      visible.push(place);
    }
    asOfMs = nowMs;
  };
  const refile = (place: Place) => {
    places.set(place.message.messageId, place);
    file(place);
  };
  const clear = () => {
    places.clear();
    visible.clear();
    hidden.clear();
    Object.assign(counted, { visible: 0, inFlight: 0, delayed: 0 });
  };
  return {
    get: (messageId) => places.get(messageId)?.message,
    set(message) {
      const before = places.get(message.messageId);
      if (before !== undefined) count(before, -1);
      oldestSentMs = Math.min(oldestSentMs, message.sentAtMs);
      refile({ message, serial: before?.serial ?? ++serial });
    },
    delete: remove,
    clear,
    all: () => Array.from(places.values(), ({ message }) => message),
    visible(nowMs, max) {
      moveTo(nowMs);
      const taken: Place[] = [];
      while (taken.length < max && first(visible) !== undefined) taken.push(visible.pop() as Place);
      for (const place of taken) visible.push(place);
      return taken.map(({ message }) => message);
    },
    counts(nowMs) {
      moveTo(nowMs);
      return { ...counted };
    },
    nextVisibleAtMs(nowMs) {
      moveTo(nowMs);
      return first(hidden)?.message.visibleAtMs;
    },
    expire(oldestMs) {
      if (oldestSentMs > oldestMs) return;
      oldestSentMs = Number.POSITIVE_INFINITY;
      for (const { message } of [...places.values()]) {
        if (message.sentAtMs <= oldestMs) remove(message.messageId);
        else oldestSentMs = Math.min(oldestSentMs, message.sentAtMs);
      }
    },
  };
}
