import type { Message, MessageAttributeValue, ReceiveMessageCommandInput } from '@aws-sdk/client-sqs';
import type { Clock } from '../../../engine/clock.ts';
import { checkWhole, MAX_VISIBILITY_SECONDS, refused } from './limits.ts';
import { md5, md5OfAttributes } from './md5.ts';
import type { MemoryQueue, Received } from './model.ts';
import { MAX_IN_FLIGHT } from './queue.ts';
import type { SqsCommand } from './service.ts';

export const MAX_WAIT_SECONDS = 20;

/**
 * ReceiveMessage. A long poll ends as soon as there is something; at the in-flight quota a short one is refused with
 * OverLimit, a long one ends empty (SQS Developer Guide, "Quotas related to queues").
 */
export const receiveMessages: SqsCommand<ReceiveMessageCommandInput> = (input, { queue, clock }) => {
  const from = queue(input.QueueUrl);
  const { MaxNumberOfMessages: max = 1, VisibilityTimeout: visibility } = input;
  const waitSeconds = input.WaitTimeSeconds ?? from.settings.receiveWaitSeconds ?? 0;
  check(max, waitSeconds, visibility);
  const take = () => from.receive(max, visibility);
  const received = take();
  if (received.length > 0) return toReply(received, input);
  if (waitSeconds > 0) return longPoll(from, take, { clock, waitSeconds }).then((later) => toReply(later, input));
  if (isFull(from)) throw refused('Too many messages are in flight.', 'OverLimit', 403);
  return {};
};

/** Whether it is at its in-flight quota. */
export const isFull = ({ settings, counts }: MemoryQueue): boolean =>
  counts().inFlight >= (settings.maxInFlight ?? MAX_IN_FLIGHT);

function check(max: number, waitSeconds: number, visibility: number | undefined): void {
  if (!Number.isInteger(max) || max < 1 || max > 10) {
    const reason = 'Must be between 1 and 10, if provided.';
    throw refused(`Value ${max} for parameter MaxNumberOfMessages is invalid. Reason: ${reason}`);
  }
  if (!Number.isInteger(waitSeconds) || waitSeconds < 0 || waitSeconds > MAX_WAIT_SECONDS) {
    const reason = `Must be >= 0 and <= ${MAX_WAIT_SECONDS}, if provided.`;
    throw refused(`Value ${waitSeconds} for parameter WaitTimeSeconds is invalid. Reason: ${reason}`);
  }
  if (visibility !== undefined) checkWhole('VisibilityTimeout', visibility, MAX_VISIBILITY_SECONDS);
}

async function longPoll(
  queue: MemoryQueue,
  take: () => Received[],
  { clock, waitSeconds }: { clock: Clock; waitSeconds: number },
): Promise<Received[]> {
  const untilMs = clock.now() + waitSeconds * 1000;
  for (;;) {
    const received = take();
    if (received.length > 0 || clock.now() >= untilMs) return received;
    await changed(queue, clock, { untilMs });
  }
}

/** Resolves when a message may have become visible, or when time is up; never at once. */
export function changed(queue: MemoryQueue, clock: Clock, { untilMs }: { readonly untilMs: number }): Promise<void> {
  return new Promise((resolve) => {
    const nextMs = Math.min(untilMs, queue.nextVisibleAtMs() ?? untilMs);
    const cancelTimer = clock.after(nextMs - clock.now(), () => end());
    const unwatch = queue.watch(() => end());
    const end = () => {
      cancelTimer();
      unwatch();
      resolve();
    };
  });
}

function toReply(received: readonly Received[], input: ReceiveMessageCommandInput): object {
  if (received.length === 0) return {};
  const { MessageAttributeNames: names = [], MessageSystemAttributeNames, AttributeNames } = input;
  const systemNames: readonly string[] = MessageSystemAttributeNames ?? AttributeNames ?? [];
  return { Messages: received.map((message) => toMessage(message, { names, systemNames })) };
}

interface Wanted {
  readonly names: readonly string[];
  readonly systemNames: readonly string[];
}

function toMessage(message: Received, { names, systemNames }: Wanted): Message {
  const attributes = filtered(message.attributes, (name) => names.some((wanted) => isMeant(name, wanted)));
  const system = filtered(systemAttributes(message), (name) => systemNames.some((n) => n === 'All' || n === name));
  const digest = md5OfAttributes(attributes);
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(Object.keys(system).length > 0 && { Attributes: system }),
    ...(digest !== undefined && { MD5OfMessageAttributes: digest, MessageAttributes: attributes }),
  };
}

/** A name that is asked for: itself, all of them, or a prefix. */
function isMeant(name: string, wanted: string): boolean {
  if (['All', '.*', '*'].includes(wanted)) return true;
  return wanted.endsWith('.*') ? name.startsWith(wanted.slice(0, -2)) : name === wanted;
}

function filtered<T extends MessageAttributeValue | string>(
  from: Record<string, T>,
  isWanted: (name: string) => boolean,
) {
  return Object.fromEntries(Object.entries(from).filter(([name]) => isWanted(name)));
}

/** What SQS itself says of a message, all of it text. */
export function systemAttributes(message: Received) {
  const { receiveCount, sentAtMs, firstReceivedAtMs, group, trace, movedFrom } = message;
  return {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAtMs),
    SenderId: 'AIDASSYFHUBOBT7F4XT75',
    ApproximateFirstReceiveTimestamp: String(firstReceivedAtMs),
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && { AWSTraceHeader: trace }),
    ...(movedFrom !== undefined && { DeadLetterQueueSourceArn: movedFrom }),
  };
}
