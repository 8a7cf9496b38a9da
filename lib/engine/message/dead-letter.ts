import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import {
  attributeBytes,
  DEATH,
  type MessageAttribute,
  type MessageAttributes,
  writeAttributes,
} from '../../contract/message-attributes.ts';
import { MESSAGE_ATTRIBUTES, METRICS } from '../../contract/names.ts';
import type { ItemUpdate, Settled } from '../../contract/protocol/item-write.ts';
import { type JobItem, keyOf } from '../../contract/protocol/job-item.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';
import { publishDeadLettered } from './publish.ts';
import { type MessageOutcome, origin } from './wait.ts';

/**
 * Row `delivered`: notes the death in the job's batch, sends its message to the dead-letter queue, publishes the event, then marks the item as
 * delivered. The item is DEAD already: after a crash in between it is still `undelivered`, and the next receive of the
 * message does it again.
 */
export async function deadLetter(item: JobItem, message: Message, engine: Engine): Promise<MessageOutcome> {
  try {
    await engine.flow?.died(item, message, engine);
    if (item.undelivered !== 'event') await sendDeadLetter(item, message, engine);
    const published = await publishDeadLettered(item, message, engine);
    const settled = await engine.store.settle(published ? delivered(item) : eventPending(item));
    if (published) await settleLate(item, settled, engine);
    // Of two copies that deliver at once, only the one whose write succeeds counts the dead letter.
    if (settled.kind === 'written' && item.undelivered === true) engine.meter.count(METRICS.deadLettered);
    return published ? 'ack' : 'keep';
  } catch (error) {
    engine.log.error('job.dead-letter-failed', { ...messageFields(message, engine), error: readError(error) });
    return 'keep';
  }
}

/**
 * An earlier delivery’s word that the event is pending, which nobody waited for any more, may come just before the death is
 * marked as delivered. The message goes now, so nobody else would.
 */
async function settleLate(item: JobItem, settled: Settled, { store }: Engine): Promise<void> {
  const found = settled.kind === 'refused' ? settled.item : undefined;
  if (found?.undelivered !== 'event' || found.runNo !== item.runNo) return;
  await store.settle(delivered(found));
}

async function sendDeadLetter(item: JobItem, message: Message, { sqs, deadLetterQueueUrl }: Engine): Promise<void> {
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MessageBody: message.body,
      MessageAttributes: deadLetterAttributes(item, Buffer.byteLength(message.body), message),
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

/** What a dead letter must say, then what it may leave out, the most important first. The sender's own are in between. */
const NAMES = [MESSAGE_ATTRIBUTES.own, MESSAGE_ATTRIBUTES.jobId, DEATH.jobType, MESSAGE_ATTRIBUTES.run, DEATH.reason];
const DETAILS = [DEATH.attempts, DEATH.failedAt, DEATH.errorName, DEATH.errorMessage];

/** What a dead letter keeps of its message, beside the body. */
type Carrying = Partial<Pick<Message, 'sender' | 'attributes'>>;

/**
 * The attributes of a dead letter, most important first. SQS must never refuse a dead letter. It refuses empty values
 * and control characters, so values are cleaned and empty ones left out. It counts attributes towards the message's
 * size, so the least important are left out until the message fits; the sender's own all or none.
 */
export function deadLetterAttributes(item: JobItem, bodyBytes: number, message: Carrying = {}) {
  const { sender, attributes: { foreign, envelope } = {} } = message;
  const room = MAX_MESSAGE_BYTES - bodyBytes;
  const own = { jobId: item.jobId, key: keyOf(item), run: item.runNo, type: item.type, foreign, envelope };
  const carried = { own, death: deathOf(item) };
  const all = writeAttributes({ ...carried, sender });
  const withoutDetails = Object.entries(all).filter(([name]) => !(DETAILS as readonly string[]).includes(name));
  const fits = attributeBytes(Object.fromEntries(withoutDetails)) <= room;
  return toSqs(cutTo(room, fits ? all : writeAttributes(carried)));
}

function deathOf({ type, reason, attempts, failedAt, error }: JobItem): Record<string, string> {
  const values = {
    ...{
      [DEATH.jobType]: type,
      [DEATH.reason]: reason,
      [DEATH.attempts]: String(attempts),
      [DEATH.failedAt]: failedAt,
    },
    ...{ [DEATH.errorName]: error?.name, [DEATH.errorMessage]: error?.message },
  };
  const texts = Object.entries(values).map(([name, raw]) => [name, cleaned(raw ?? '')] as const);
  return Object.fromEntries(texts.filter(([, value]) => value !== ''));
}

function cutTo(room: number, all: MessageAttributes): MessageAttributes {
  const ranked: readonly string[] = [...NAMES, ...DETAILS];
  const others = Object.keys(all).filter((name) => !ranked.includes(name));
  const kept: Record<string, MessageAttribute> = {};
  for (const name of [...NAMES, ...others, ...DETAILS]) {
    const attribute = all[name];
    if (attribute === undefined) continue;
    if (attributeBytes({ ...kept, [name]: attribute }) > room) break;
    kept[name] = attribute;
  }
  return kept;
}

/** Characters that SQS takes: #x9 #xA #xD, #x20–#xD7FF, #xE000–#xFFFD, and beyond (SQS API reference, SendMessage). */
function cleaned(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .trim();
}
