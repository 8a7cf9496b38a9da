import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Clock } from '../engine/clock.ts';
import { checkWhole, MAX_VISIBILITY_SECONDS, type Outgoing, refused } from './message-limits.ts';

/** A message as its queue holds it. */
export interface StoredMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Record<string, MessageAttributeValue>;
  readonly group?: string;
  readonly trace?: string;
  /** First enqueue: retention counts from here, also after a move to a dead-letter queue. Epoch ms. */
  readonly sentAtMs: number;
  readonly visibleAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs?: number;
  /** Latest receive, epoch ms. */
  readonly receivedAtMs?: number;
  /** ARN of the queue whose redrive policy moved it here. */
  readonly movedFrom?: string;
}

export interface Received extends StoredMessage {
  readonly receiptHandle: string;
}

/** A standard queue. */
export interface MemoryQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly settings: MemoryQueueSettings;
  /** Takes other settings from now on. */
  change(settings: Partial<MemoryQueueSettings>): void;
  /** Takes a message that SQS has accepted. */
  add(message: Outgoing, messageId: string): void;
  /** Takes a message of another queue: id, count and first enqueue stay. */
  move(message: StoredMessage): void;
  /**
   * Messages that are visible, the oldest first, as many as the in-flight quota has room for.
   *
   * @param visibilitySeconds for which each is hidden. @default the queue's visibility timeout
   */
  receive(max: number, visibilitySeconds?: number): Received[];
  /** By any handle ever given for the message: SQS fences nothing. */
  changeVisibility(receiptHandle: string, seconds: number): void;
  delete(receiptHandle: string): void;
  purge(): void;
  /** Every message that it holds, hidden ones too. */
  messages(): readonly StoredMessage[];
  /** As SQS counts them, and exactly. */
  counts(): QueueCounts;
  /** When the next hidden message becomes visible, epoch ms; undefined if none is hidden. */
  nextVisibleAtMs(): number | undefined;
  /** Calls back whenever there may be something to receive, until the returned function is called. */
  watch(listener: () => void): () => void;
}

/** ApproximateNumberOfMessages, …NotVisible (in flight) and …Delayed (not yet received). */
export interface QueueCounts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** What a standard queue may do at any time: give messages in any order, and one of them again. */
export interface Disorder {
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Fraction of receives after which the message is still visible. */
  readonly duplicates: number;
}

export interface MemoryQueueSettings {
  readonly visibilityTimeoutSeconds: number;
  readonly retentionSeconds: number;
  /** Receive n + 1 moves the message instead. */
  readonly redrive?: { readonly maxReceiveCount: number; readonly to: MemoryQueue } | undefined;
  /** Of a message that names none itself. @default 0 */
  readonly delaySeconds?: number;
  /** How long a receive that names no time waits for a message. @default 0 */
  readonly receiveWaitSeconds?: number;
  /** Of one message. @default 1,048,576 */
  readonly maximumMessageBytes?: number;
  /** Messages received and not yet deleted; a queue at its quota gives no more. @default 120,000 (SQS quotas) */
  readonly maxInFlight?: number;
  /** @default none: the oldest first, each once */
  readonly disorder?: Disorder;
  /** Which of the visible messages come first, given all that the queue holds. @default the oldest */
  readonly order?: (visible: readonly StoredMessage[], all: readonly StoredMessage[], nowMs: number) => StoredMessage[];
}

export const MAX_IN_FLIGHT = 120_000;

export function makeMemoryQueue(name: string, given: MemoryQueueSettings, clock: Clock): MemoryQueue {
  let settings = given;
  let receives = 0;
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
        .slice(0, Math.min(max, room))
        .flatMap((message) => receiveOne(message, stored, { settings, arn, visibilitySeconds, nowMs: clock.now() }));
      if (received.some(({ visibleAtMs }) => visibleAtMs <= clock.now())) tell();
      return received.map((message) => ({ ...message, receiptHandle: `${name}/${message.messageId}/${++receives}` }));
    },
    changeVisibility(receiptHandle, seconds) {
      const message = stored.get(messageIdOf(receiptHandle, name));
      store(hiddenFor(seconds, message, { receiptHandle, nowMs: clock.now() }));
    },
    delete(receiptHandle) {
      // A queue at its in-flight quota has room again.
      if (stored.delete(messageIdOf(receiptHandle, name))) tell();
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

type Store = Map<string, StoredMessage>;

/** What is left once those that were first sent before `oldestMs` are gone. */
function kept(stored: Store, oldestMs: number): StoredMessage[] {
  for (const { messageId, sentAtMs } of stored.values()) if (sentAtMs <= oldestMs) stored.delete(messageId);
  return [...stored.values()];
}

interface Receiving {
  readonly settings: MemoryQueueSettings;
  readonly arn: string;
  readonly visibilitySeconds: number;
  readonly nowMs: number;
}

/** Hides and counts a message, or moves it where the redrive policy says so: then nothing of it is received. */
function receiveOne(message: StoredMessage, stored: Store, receiving: Receiving): StoredMessage[] {
  const { settings, arn, visibilitySeconds, nowMs } = receiving;
  const { redrive, disorder } = settings;
  if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
    stored.delete(message.messageId);
    redrive.to.move({ ...message, visibleAtMs: nowMs, movedFrom: arn });
    return [];
  }
  const again = disorder !== undefined && disorder.random() < disorder.duplicates;
  const received = {
    ...message,
    receiveCount: message.receiveCount + 1,
    visibleAtMs: again ? nowMs : nowMs + visibilitySeconds * 1000,
    firstReceivedAtMs: message.firstReceivedAtMs ?? nowMs,
    receivedAtMs: nowMs,
  };
  stored.set(message.messageId, received);
  return [received];
}

/** @throws as SQS refuses a visibility timeout: it reaches 12 hours from the receive at most */
function hiddenFor(
  seconds: number,
  message: StoredMessage | undefined,
  { receiptHandle, nowMs }: { receiptHandle: string; nowMs: number },
): StoredMessage {
  checkWhole('VisibilityTimeout', seconds, MAX_VISIBILITY_SECONDS);
  if (message === undefined) {
    const reason = 'Message does not exist or is not available for visibility timeout change.';
    throw refused(`Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`);
  }
  const visibleAtMs = nowMs + seconds * 1000;
  if (visibleAtMs - (message.receivedAtMs ?? nowMs) > MAX_VISIBILITY_SECONDS * 1000) {
    const reason = `Total VisibilityTimeout for the message is beyond the limit [${MAX_VISIBILITY_SECONDS} seconds].`;
    throw refused(`Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: ${reason}`);
  }
  return { ...message, visibleAtMs };
}

function accepted(
  message: Outgoing,
  messageId: string,
  { settings, nowMs }: { settings: MemoryQueueSettings; nowMs: number },
): StoredMessage {
  const { MessageBody = '', MessageAttributes = {}, MessageGroupId, MessageSystemAttributes } = message;
  const trace = MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  return {
    messageId,
    body: MessageBody,
    attributes: MessageAttributes,
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
    ...(trace !== undefined && { trace }),
    sentAtMs: nowMs,
    visibleAtMs: nowMs + (message.DelaySeconds ?? settings.delaySeconds ?? 0) * 1000,
    receiveCount: 0,
  };
}

/** @throws ReceiptHandleIsInvalid if the handle was never given by this queue */
function messageIdOf(receiptHandle: string, queue: string): string {
  const [name, messageId, receive] = receiptHandle.split('/');
  if (name === queue && messageId !== undefined && receive !== undefined) return messageId;
  throw refused(`The input receipt handle "${receiptHandle}" is not a valid receipt handle.`, 'ReceiptHandleIsInvalid');
}
