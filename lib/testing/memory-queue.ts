import type { Clock } from '../engine/clock.ts';
import { refused } from './message-limits.ts';
import type { Disorder, MemoryQueue, MemoryQueueSettings, StoredMessage } from './queue-model.ts';
import { accepted, hiddenFor, receiveOne, type Store } from './stored-message.ts';

export const MAX_IN_FLIGHT = 120_000;

export function makeMemoryQueue(name: string, given: MemoryQueueSettings, clock: Clock): MemoryQueue {
  let settings = given;
  let receives = 0;
  /** The latest receive of each message. */
  const receiveOf = new Map<string, number>();
  const arn = `arn:aws:sqs:eu-central-1:123456789012:${name}`;
  const stored: Store = new Map();
  const alive = () => kept(stored, clock.now() - settings.retentionSeconds * 1000);
  const hidden = () => alive().filter(({ visibleAtMs }) => visibleAtMs > clock.now());
  const { watch, tell } = makeWatchers();
  const store = (message: StoredMessage) => {
    stored.set(message.messageId, message);
    tell();
  };
  return {
    name,
    url: `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}`,
    arn,
    get settings() {
      return settings;
    },
    change(changes) {
      settings = { ...settings, ...changes };
    },
    add: (message, messageId) => store(accepted(message, messageId, { settings, nowMs: clock.now() })),
    move: store,
    receive(max, visibilitySeconds = settings.visibilityTimeoutSeconds) {
      const room = (settings.maxInFlight ?? MAX_IN_FLIGHT) - inFlight(hidden());
      const all = alive();
      const visible = all.filter(({ visibleAtMs }) => visibleAtMs <= clock.now());
      const received = (settings.order?.(visible, all, clock.now()) ?? ordered(visible, settings.disorder))
        .slice(0, Math.max(0, Math.min(max, room)))
        .flatMap((message) => receiveOne(message, stored, { settings, arn, visibilitySeconds, nowMs: clock.now() }));
      if (received.some(({ visibleAtMs }) => visibleAtMs <= clock.now())) tell();
      return received.map((message) => {
        receiveOf.set(message.messageId, ++receives);
        return { ...message, receiptHandle: `${name}/${message.messageId}/${receives}` };
      });
    },
    changeVisibility(receiptHandle, seconds) {
      const message = stored.get(readHandle(receiptHandle, name).messageId);
      store(hiddenFor(seconds, message, { receiptHandle, nowMs: clock.now() }));
    },
    delete(receiptHandle) {
      const { messageId, receive } = readHandle(receiptHandle, name);
      const { random, staleDeletes = 0 } = settings.disorder ?? {};
      if (receive < (receiveOf.get(messageId) ?? 0) && random !== undefined && random() < staleDeletes) return;
      // A queue at its in-flight quota has room again.
      if (stored.delete(messageId)) tell();
    },
    purge: () => stored.clear(),
    messages: alive,
    counts() {
      const late = hidden();
      const visible = alive().length - late.length;
      return { visible, inFlight: inFlight(late), delayed: late.length - inFlight(late) };
    },
    nextVisibleAtMs() {
      const late = hidden();
      return late.length === 0 ? undefined : Math.min(...late.map(({ visibleAtMs }) => visibleAtMs));
    },
    watch,
  };
}

function makeWatchers() {
  const listeners = new Set<() => void>();
  return {
    watch(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell() {
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Hidden messages that somebody holds; the others are delayed. */
const inFlight = (hidden: readonly StoredMessage[]) => hidden.filter(({ receiveCount }) => receiveCount > 0).length;

/** The oldest first, or in an order that the seed chooses. */
function ordered(visible: StoredMessage[], disorder: Disorder | undefined): StoredMessage[] {
  if (disorder === undefined) return visible.sort((a, b) => a.visibleAtMs - b.visibleAtMs);
  const drawn = visible.map((message) => ({ message, lot: disorder.random() }));
  return drawn.sort((a, b) => a.lot - b.lot).map(({ message }) => message);
}

/** What is left once those that were first sent before `oldestMs` are gone. */
function kept(stored: Store, oldestMs: number): StoredMessage[] {
  for (const { messageId, sentAtMs } of stored.values()) if (sentAtMs <= oldestMs) stored.delete(messageId);
  return [...stored.values()];
}

/** @throws ReceiptHandleIsInvalid if the handle was never given by this queue */
function readHandle(receiptHandle: string, queue: string): { messageId: string; receive: number } {
  const [name, messageId, receive] = receiptHandle.split('/');
  if (name === queue && messageId !== undefined && receive !== undefined)
    return { messageId, receive: Number(receive) };
  throw refused(`The input receipt handle "${receiptHandle}" is not a valid receipt handle.`, 'ReceiptHandleIsInvalid');
}
