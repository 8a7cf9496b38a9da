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
  /** Takes a message that SQS has accepted. */
  add(message: Outgoing, messageId: string): void;
  /** Takes a message of another queue: id, count and first enqueue stay. */
  move(message: StoredMessage): void;
  /** Messages that are visible, the oldest first; each is hidden for the queue's visibility timeout. */
  receive(max: number): Received[];
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
  readonly redrive?: { readonly maxReceiveCount: number; readonly to: MemoryQueue };
  /** @default none: the oldest first, each once */
  readonly disorder?: Disorder;
  /** Which of the visible messages come first, given all that the queue holds. @default the oldest */
  readonly order?: (visible: readonly StoredMessage[], all: readonly StoredMessage[], nowMs: number) => StoredMessage[];
}

export function makeMemoryQueue(name: string, settings: MemoryQueueSettings, clock: Clock): MemoryQueue {
  const stored: Store = new Map();
  const alive = () => kept(stored, clock.now() - settings.retentionSeconds * 1000);
  let receives = 0;
  return {
    name,
    url: `https://sqs.eu-central-1.amazonaws.com/123456789012/${name}`,
    arn: `arn:aws:sqs:eu-central-1:123456789012:${name}`,
    settings,
    add: (message, messageId) => void stored.set(messageId, accepted(message, messageId, clock.now())),
    move: (message) => void stored.set(message.messageId, message),
    receive(max) {
      const all = alive();
      const visible = all.filter(({ visibleAtMs }) => visibleAtMs <= clock.now());
      const received = (settings.order?.(visible, all, clock.now()) ?? ordered(visible, settings.disorder))
        .slice(0, max)
        .flatMap((message) => receiveOne(message, stored, { settings, clock }));
      return received.map((message) => ({ ...message, receiptHandle: `${name}/${message.messageId}/${++receives}` }));
    },
    changeVisibility(receiptHandle, seconds) {
      checkWhole('VisibilityTimeout', seconds, MAX_VISIBILITY_SECONDS);
      const message = stored.get(messageIdOf(receiptHandle, name));
      if (message === undefined) {
        const reason = 'Message does not exist or is not available for visibility timeout change.';
        throw refused(`Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: ${reason}`);
      }
      stored.set(message.messageId, { ...message, visibleAtMs: clock.now() + seconds * 1000 });
    },
    delete: (receiptHandle) => void stored.delete(messageIdOf(receiptHandle, name)),
    purge: () => stored.clear(),
    messages: alive,
    counts() {
      const all = alive();
      const hidden = all.filter(({ visibleAtMs }) => visibleAtMs > clock.now());
      const delayed = hidden.filter(({ receiveCount }) => receiveCount === 0).length;
      return { visible: all.length - hidden.length, inFlight: hidden.length - delayed, delayed };
    },
    nextVisibleAtMs() {
      const hidden = alive().filter(({ visibleAtMs }) => visibleAtMs > clock.now());
      return hidden.length === 0 ? undefined : Math.min(...hidden.map(({ visibleAtMs }) => visibleAtMs));
    },
  };
}

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

/** Hides and counts a message, or moves it where the redrive policy says so: then nothing of it is received. */
function receiveOne(
  message: StoredMessage,
  stored: Store,
  { settings, clock }: { settings: MemoryQueueSettings; clock: Clock },
): StoredMessage[] {
  const { redrive, visibilityTimeoutSeconds, disorder } = settings;
  const nowMs = clock.now();
  if (redrive !== undefined && message.receiveCount >= redrive.maxReceiveCount) {
    stored.delete(message.messageId);
    redrive.to.move({ ...message, visibleAtMs: nowMs });
    return [];
  }
  const again = disorder !== undefined && disorder.random() < disorder.duplicates;
  const received = {
    ...message,
    receiveCount: message.receiveCount + 1,
    visibleAtMs: again ? nowMs : nowMs + visibilityTimeoutSeconds * 1000,
    firstReceivedAtMs: message.firstReceivedAtMs ?? nowMs,
  };
  stored.set(message.messageId, received);
  return [received];
}

function accepted(message: Outgoing, messageId: string, nowMs: number): StoredMessage {
  const {
    MessageBody = '',
    DelaySeconds = 0,
    MessageAttributes = {},
    MessageGroupId,
    MessageSystemAttributes,
  } = message;
  const trace = MessageSystemAttributes?.AWSTraceHeader?.StringValue;
  return {
    messageId,
    body: MessageBody,
    attributes: MessageAttributes,
    ...(MessageGroupId !== undefined && { group: MessageGroupId }),
    ...(trace !== undefined && { trace }),
    sentAtMs: nowMs,
    visibleAtMs: nowMs + DelaySeconds * 1000,
    receiveCount: 0,
  };
}

/** @throws ReceiptHandleIsInvalid if the handle was never given by this queue */
function messageIdOf(receiptHandle: string, queue: string): string {
  const [name, messageId, receive] = receiptHandle.split('/');
  if (name === queue && messageId !== undefined && receive !== undefined) return messageId;
  throw refused(`The input receipt handle "${receiptHandle}" is not a valid receipt handle.`, 'ReceiptHandleIsInvalid');
}
