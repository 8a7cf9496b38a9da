import { type MessageAttributeValue, SendMessageCommand } from '@aws-sdk/client-sqs';
import { METRICS } from '../../contract/names.ts';
import type { ItemUpdate } from '../../contract/protocol/item-write.ts';
import type { JobItem } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { announceDeath } from './announce.ts';
import { type Fate, origin, stringAttribute } from './wait.ts';

/**
 * Row `delivered`: sends a DEAD job's message to the dead-letter queue, tells EventBridge, then marks both as done. The item was
 * DEAD before: a crash in between leaves `undelivered`, and any later receive of the message keeps the promise.
 */
export async function bury(item: JobItem, message: Message, engine: Engine): Promise<Fate> {
  try {
    if (item.undelivered !== 'event') await sendLetter(item, message, engine);
    const announced = await announceDeath(item, message, engine);
    const { kind } = await engine.store.settle(announced ? paid(item) : eventOwed(item));
    // Of two copies that deliver at once, only the one that finds the promise still open counts the death.
    if (kind === 'written' && item.undelivered === true) engine.meter.count(METRICS.deadLettered);
    return announced ? 'ack' : 'keep';
  } catch (error) {
    engine.log.error('job.burial-failed', { ...messageFields(message, engine), error: error as Error });
    return 'keep';
  }
}

async function sendLetter(item: JobItem, message: Message, { sqs, deadLetterQueueUrl }: Engine): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: message.body,
      MessageAttributes: deathAttributes(item, Buffer.byteLength(message.body)),
      ...origin(message),
    }),
  );
}

const paid = (item: JobItem): ItemUpdate => ({ ...whileOwed(item), remove: ['undelivered'] });
/** An outage of EventBridge must not send the same letter again with every receive. */
const eventOwed = (item: JobItem): ItemUpdate => ({ ...whileOwed(item), set: { undelivered: 'event' } });

function whileOwed({ id, runNo, undelivered = true }: JobItem): ItemUpdate {
  return { kind: 'update', id, set: {}, remove: [], fence: { status: 'DEAD', runNo, undelivered }, absent: [] };
}

/**
 * The attributes of a dead letter, most important first. SQS counts them towards the message's size and refuses empty
 * values and control characters; a death must never be refused, so values are cleaned, empty ones are left out, and the
 * least important go until the message fits.
 */
export function deathAttributes(item: JobItem, bodyBytes: number): Record<string, MessageAttributeValue> {
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
