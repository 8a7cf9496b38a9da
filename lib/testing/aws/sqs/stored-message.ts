import { checkWhole, MAX_VISIBILITY_SECONDS, type Outgoing, refused } from './limits.ts';
import type { MessageStore } from './message-store.ts';
import type { MemoryQueueSettings, StoredMessage } from './model.ts';

export interface Receiving {
  readonly settings: MemoryQueueSettings;
  readonly arn: string;
  readonly visibilitySeconds: number;
  readonly nowMs: number;
}

/** Hides and counts a message, or moves it where the redrive policy says so: then nothing of it is received. */
export function receiveOne(message: StoredMessage, stored: MessageStore, receiving: Receiving): StoredMessage[] {
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
  stored.set(received);
  return [received];
}

/** @throws as SQS refuses a visibility timeout: it reaches 12 hours from the receive at most */
export function hiddenFor(
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

export function accepted(
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
