import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Outgoing } from './limits.ts';

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

/** What a standard queue may do at any time: give messages in any order, one of them again, and keep what is deleted. */
export interface Disorder {
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Fraction of receives after which the message is still visible. */
  readonly duplicates: number;
  /**
   * Fraction of deletions by the handle of an earlier receive that succeed and delete nothing: SQS promises a deletion
   * only by the latest one (SQS API Reference, DeleteMessage). @default 0
   */
  readonly staleDeletes?: number;
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
  /** Which of the visible messages come first, given all that the queue holds and what it gave. @default the oldest */
  readonly order?: (
    visible: readonly StoredMessage[],
    all: readonly StoredMessage[],
    nowMs: number,
    recent: () => readonly Processed[],
  ) => StoredMessage[];
}

/** A message was processed: from its receive until it was deleted, or visible again. */
export interface Processed {
  /** Of a fair queue: the message's group, or the message itself. */
  readonly tenant: string;
  /** Epoch ms. */
  readonly fromMs: number;
  /** Epoch ms. */
  readonly toMs: number;
}
