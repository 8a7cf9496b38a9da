import { type Heap, makeHeap } from './heap.ts';
import type { QueueCounts, StoredMessage } from './model.ts';

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
  const shelves = makeShelves(places);
  let serial = 0;
  /** No message was sent before. */
  let oldestSentMs = Number.POSITIVE_INFINITY;
  const remove = (messageId: string) => {
    const place = places.get(messageId);
    if (place !== undefined) shelves.remove(place);
    return places.delete(messageId);
  };
  return {
    get: (messageId) => places.get(messageId)?.message,
    set(message) {
      const before = places.get(message.messageId);
      if (before !== undefined) shelves.remove(before);
      oldestSentMs = Math.min(oldestSentMs, message.sentAtMs);
      const place = { message, serial: before?.serial ?? ++serial };
      places.set(message.messageId, place);
      shelves.add(place);
    },
    delete: remove,
    clear() {
      places.clear();
      shelves.clear();
    },
    all: () => Array.from(places.values(), ({ message }) => message),
    visible: (nowMs, max) => shelves.at(nowMs).visible(max),
    counts: (nowMs) => ({ ...shelves.at(nowMs).counted }),
    nextVisibleAtMs: (nowMs) => shelves.at(nowMs).nextVisibleAtMs(),
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

/** The visible and the hidden, as of a moment, each by its moment. What was replaced or deleted is left out when it comes up. */
function makeShelves(places: ReadonlyMap<string, Place>) {
  const [visible, hidden] = [makeHeap(isBefore), makeHeap(isBefore)];
  const counted = { visible: 0, inFlight: 0, delayed: 0 };
  let asOfMs = Number.NEGATIVE_INFINITY;
  const isCurrent = (place: Place) => places.get(place.message.messageId) === place;
  const isVisible = ({ message }: Place) => message.visibleAtMs <= asOfMs;
  const count = (place: Place, by: 1 | -1) => {
    counted[isVisible(place) ? 'visible' : place.message.receiveCount > 0 ? 'inFlight' : 'delayed'] += by;
  };
  const shelves = {
    counted,
    add(place: Place) {
      (isVisible(place) ? visible : hidden).push(place);
      count(place, 1);
      if (visible.size + hidden.size <= 2 * places.size + MOST_STALE) return;
      visible.keep(isCurrent);
      hidden.keep(isCurrent);
    },
    remove: (place: Place) => count(place, -1),
    clear() {
      visible.clear();
      hidden.clear();
      Object.assign(counted, { visible: 0, inFlight: 0, delayed: 0 });
    },
    /** Brings them to this moment. */
    at(nowMs: number) {
      if (nowMs < asOfMs) rewind(nowMs);
      for (
        let next = first(hidden, isCurrent);
        next && next.message.visibleAtMs <= nowMs;
        next = first(hidden, isCurrent)
      ) {
        hidden.pop();
        count(next, -1);
        counted.visible += 1;
        visible.push(next);
      }
      asOfMs = nowMs;
      return shelves;
    },
    visible(max: number): StoredMessage[] {
      const taken: Place[] = [];
      while (taken.length < max && first(visible, isCurrent) !== undefined) taken.push(visible.pop() as Place);
      for (const place of taken) visible.push(place);
      return taken.map(({ message }) => message);
    },
    nextVisibleAtMs: () => first(hidden, isCurrent)?.message.visibleAtMs,
  };
  const rewind = (toMs: number) => {
    asOfMs = toMs;
    shelves.clear();
    for (const place of places.values()) shelves.add(place);
  };
  return shelves;
}

function first(heap: Heap<Place>, isCurrent: (place: Place) => boolean): Place | undefined {
  for (let place = heap.peek(); place !== undefined; place = heap.peek()) {
    if (isCurrent(place)) return place;
    heap.pop();
  }
  return undefined;
}
