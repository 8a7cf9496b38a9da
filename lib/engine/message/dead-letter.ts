import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import { METRICS } from '../../contract/names.ts';
import type { ItemUpdate } from '../../contract/protocol/item-write.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { publishDeadLettered } from './publish.ts';
import { type MessageOutcome, origin, stringAttribute } from './wait.ts';

/**
 * Row `delivered`: sends a DEAD job's message to the dead-letter queue, publishes the event, then marks the item as
 * delivered. The item is DEAD already: after a crash in between it is still `undelivered`, and the next receive of the
 * message does it again.
 */
export async function deadLetter(item: JobItem, message: Message, engine: Engine): Promise<MessageOutcome> {
  try {
    if (item.undelivered !== 'event') await sendDeadLetter(item, message, engine);
    const published = await publishDeadLettered(item, message, engine);
    const { kind } = await engine.store.settle(published ? delivered(item) : eventPending(item));
    // Of two copies that deliver at once, only the one whose write succeeds counts the dead letter.
    if (kind === 'written' && item.undelivered === true) engine.meter.count(METRICS.deadLettered);
    return published ? 'ack' : 'keep';
  } catch (error) {
    engine.log.error('job.dead-letter-failed', { ...messageFields(message, engine), error: readError(error) });
    return 'keep';
  }
}

async function sendDeadLetter(item: JobItem, message: Message, { sqs, deadLetterQueueUrl }: Engine): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: message.body,
      MessageAttributes: deadLetterAttributes(item, Buffer.byteLength(message.body)),
      ...origin(message),
    }),
  );
}

const delivered = (item: JobItem): ItemUpdate => ({ ...whilePending(item), remove: ['undelivered'] });
/** An outage of EventBridge must not send the same dead letter again with every receive. */
const eventPending = (item: JobItem): ItemUpdate => ({ ...whilePending(item), set: { undelivered: 'event' } });

function whilePending({ id, runNo, undelivered = true }: JobItem): ItemUpdate {
  return { kind: 'update', id, set: {}, remove: [], fence: { status: 'DEAD', runNo, undelivered }, absent: [] };
}

/**
 * The attributes of a dead letter, most important first. SQS must never refuse a dead letter. It refuses empty values
 * and control characters, so values are cleaned and empty ones left out. It counts attributes towards the message's
 * size, so the least important are left out until the message fits.
 */
export function deadLetterAttributes(item: JobItem, bodyBytes: number): Record<string, MessageAttributeValue> {
  const values = {
    jobId: item.jobId,
    jobType: item.type,
    run: String(item.runNo),
    reason: item.reason,
    attempts: String(item.attempts),
    failedAt: item.failedAt,
    errorName: item.error?.name,
    errorMessage: item.error?.message,
  };
  const attributes: Record<string, MessageAttributeValue> = {};
  let bytes = bodyBytes;
  for (const [name, raw] of Object.entries(values)) {
    const value = cleaned(raw ?? '');
    if (value === '') continue;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value) + 'String'.length;
    if (bytes > MAX_MESSAGE_BYTES) break;
    attributes[name] = stringAttribute(value);
  }
  return attributes;
}

/** Characters that SQS takes: #x9 #xA #xD, #x20–#xD7FF, #xE000–#xFFFD, and beyond (SQS API reference, SendMessage). */
function cleaned(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .trim();
}
