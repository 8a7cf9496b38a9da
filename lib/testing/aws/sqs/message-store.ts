import { type Heap, makeHeap } from './heap.ts';
import type { QueueCounts, StoredMessage } from './model.ts';

/** A message in the index: sorted by the moment at which it is visible, and of equal ones by which came first. */
interface Entry {
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

/** Stale entries may be as many as current ones, and this many more. */
const MOST_STALE = 64;

const isBefore = (a: Entry, b: Entry) =>
  a.message.visibleAtMs === b.message.visibleAtMs ? a.serial < b.serial : a.message.visibleAtMs < b.message.visibleAtMs;

export function makeMessageStore(): MessageStore {
  const entries = new Map<string, Entry>();
  const index = makeIndex(entries);
  let serial = 0;
  /** No message was sent before. */
  let oldestSentMs = Number.POSITIVE_INFINITY;
  const remove = (messageId: string) => {
    const entry = entries.get(messageId);
    if (entry !== undefined) index.remove(entry);
    return entries.delete(messageId);
  };
  return {
    get: (messageId) => entries.get(messageId)?.message,
    set(message) {
      const before = entries.get(message.messageId);
      if (before !== undefined) index.remove(before);
      oldestSentMs = Math.min(oldestSentMs, message.sentAtMs);
      const entry = { message, serial: before?.serial ?? ++serial };
      entries.set(message.messageId, entry);
      index.add(entry);
    },
    delete: remove,
    clear() {
      entries.clear();
      index.clear();
    },
    all: () => Array.from(entries.values(), ({ message }) => message),
    visible: (nowMs, max) => index.at(nowMs).visible(max),
    counts: (nowMs) => ({ ...index.at(nowMs).counted }),
    nextVisibleAtMs: (nowMs) => index.at(nowMs).nextVisibleAtMs(),
    expire(oldestMs) {
      if (oldestSentMs > oldestMs) return;
      oldestSentMs = Number.POSITIVE_INFINITY;
      for (const { message } of [...entries.values()]) {
        if (message.sentAtMs <= oldestMs) remove(message.messageId);
        else oldestSentMs = Math.min(oldestSentMs, message.sentAtMs);
      }
    },
  };
}

/** The visible and the hidden, as of a moment, each by its moment. What was replaced or deleted is left out when it comes up. */
function makeIndex(entries: ReadonlyMap<string, Entry>) {
  const [visible, hidden] = [makeHeap(isBefore), makeHeap(isBefore)];
  const counted = { visible: 0, inFlight: 0, delayed: 0 };
  let asOfMs = Number.NEGATIVE_INFINITY;
  const isCurrent = (entry: Entry) => entries.get(entry.message.messageId) === entry;
  const isVisible = ({ message }: Entry) => message.visibleAtMs <= asOfMs;
  const count = (entry: Entry, by: 1 | -1) => {
    counted[isVisible(entry) ? 'visible' : entry.message.receiveCount > 0 ? 'inFlight' : 'delayed'] += by;
  };
  const index = {
    counted,
    add(entry: Entry) {
      (isVisible(entry) ? visible : hidden).push(entry);
      count(entry, 1);
      if (visible.size + hidden.size <= 2 * entries.size + MOST_STALE) return;
      visible.keep(isCurrent);
      hidden.keep(isCurrent);
    },
    remove: (entry: Entry) => count(entry, -1),
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
      return index;
    },
    visible(max: number): StoredMessage[] {
      const taken: Entry[] = [];
      while (taken.length < max && first(visible, isCurrent) !== undefined) taken.push(visible.pop() as Entry);
      for (const entry of taken) visible.push(entry);
      return taken.map(({ message }) => message);
    },
    nextVisibleAtMs: () => first(hidden, isCurrent)?.message.visibleAtMs,
  };
  const rewind = (toMs: number) => {
    asOfMs = toMs;
    index.clear();
    for (const entry of entries.values()) index.add(entry);
  };
  return index;
}

function first(heap: Heap<Entry>, isCurrent: (entry: Entry) => boolean): Entry | undefined {
  for (let entry = heap.peek(); entry !== undefined; entry = heap.peek()) {
    if (isCurrent(entry)) return entry;
    heap.pop();
  }
  return undefined;
}
