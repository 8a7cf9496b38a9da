import type { Clock } from '../../../engine/clock.ts';
import { makeProcessingLog, type ProcessingLog } from './fair-queue.ts';
import { refused } from './limits.ts';
import { type MessageStore, makeMessageStore } from './message-store.ts';
import type { Disorder, MemoryQueue, MemoryQueueSettings, StoredMessage } from './model.ts';
import { accepted, hiddenFor, receiveOne } from './stored-message.ts';

export const MAX_IN_FLIGHT = 120_000;

export function makeMemoryQueue(name: string, given: MemoryQueueSettings, clock: Clock): MemoryQueue {
  let settings = given;
  let receives = 0;
  /** The latest receive of each message. */
  const receiveOf = new Map<string, number>();
  const arn = `arn:aws:sqs:eu-central-1:123456789012:${name}`;
  const messages = makeMessageStore();
  const log = makeProcessingLog();
  /** Without those that retention took. */
  const stored = () => {
    messages.expire(clock.now() - settings.retentionSeconds * 1000);
    return messages;
  };
  const { watch, notify } = makeWatchers();
  const store = (message: StoredMessage) => {
    messages.set(message);
    notify();
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
      const room = (settings.maxInFlight ?? MAX_IN_FLIGHT) - stored().counts(clock.now()).inFlight;
      const count = Math.max(0, Math.min(max, room));
      const receiving = { settings, arn, visibilitySeconds, nowMs: clock.now() };
      const received = chosen(messages, settings, { count, nowMs: clock.now(), log }).flatMap((message) => {
        if (settings.order !== undefined) log.end(message, clock.now());
        return receiveOne(message, messages, receiving);
      });
      if (received.some(({ visibleAtMs }) => visibleAtMs <= clock.now())) notify();
      return received.map((message) => {
        receiveOf.set(message.messageId, ++receives);
        return { ...message, receiptHandle: `${name}/${message.messageId}/${receives}` };
      });
    },
    changeVisibility(receiptHandle, seconds) {
      const message = messages.get(readHandle(receiptHandle, name).messageId);
      store(hiddenFor(seconds, message, { receiptHandle, nowMs: clock.now() }));
    },
    delete(receiptHandle) {
      const { messageId, receive } = readHandle(receiptHandle, name);
      const { random, staleDeletes = 0 } = settings.disorder ?? {};
      if (receive < (receiveOf.get(messageId) ?? 0) && random !== undefined && random() < staleDeletes) return;
      // Only a queue in disorder asks once more what the latest receive of a deleted message was.
      if (settings.disorder === undefined) receiveOf.delete(messageId);
      if (settings.order !== undefined) log.end(messages.get(messageId), clock.now());
      // A queue at its in-flight quota has room again.
      if (messages.delete(messageId)) notify();
    },
    purge: () => messages.clear(),
    messages: () => stored().all(),
    counts: () => stored().counts(clock.now()),
    nextVisibleAtMs: () => stored().nextVisibleAtMs(clock.now()),
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
    notify() {
      for (const listener of [...listeners]) listener();
    },
  };
}

/** Which visible messages a receive gives: the oldest, in an order that the seed chooses, or in the queue's own. */
function chosen(
  messages: MessageStore,
  { order, disorder }: MemoryQueueSettings,
  { count, nowMs, log }: { count: number; nowMs: number; log: ProcessingLog },
): StoredMessage[] {
  if (order === undefined && disorder === undefined) return messages.visible(nowMs, count);
  const all = messages.all();
  const visible = all.filter(({ visibleAtMs }) => visibleAtMs <= nowMs);
  return (order?.(visible, all, nowMs, () => log.recent(visible, nowMs)) ?? ordered(visible, disorder)).slice(0, count);
}

function ordered(visible: StoredMessage[], disorder: Disorder | undefined): StoredMessage[] {
  if (disorder === undefined) return visible;
  const drawn = visible.map((message) => ({ message, lot: disorder.random() }));
  return drawn.sort((a, b) => a.lot - b.lot).map(({ message }) => message);
}

/** @throws ReceiptHandleIsInvalid if the handle was never given by this queue */
function readHandle(receiptHandle: string, queue: string): { messageId: string; receive: number } {
  const [name, messageId, receive] = receiptHandle.split('/');
  if (name === queue && messageId !== undefined && receive !== undefined)
    return { messageId, receive: Number(receive) };
  throw refused(`The input receipt handle "${receiptHandle}" is not a valid receipt handle.`, 'ReceiptHandleIsInvalid');
}
