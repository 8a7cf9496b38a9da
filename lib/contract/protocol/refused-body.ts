import { type JobItem, NO_BODY } from './job-item.ts';
import type { Message } from './message.ts';

/** What becomes of a refused body's name: whether it is another's, a copy's, or free. */

/**
 * A refused body under a name that another body holds: nobody would ever hear of it. It is none of those if the name died of
 * it before, or was cancelled before it came, or if there is no other name to give.
 */
export function isUnheard(item: JobItem, message: Message): boolean {
  if (message.refusal === undefined || isUnderMessageId(message)) return false;
  return item.bodyHash !== NO_BODY && !hasDiedOf(item, message);
}

/** A name's job, maybe of an earlier run, has or had this very body: the message is a copy. */
export const hasDiedOf = ({ bodyHash, diedOf = [] }: JobItem, message: Message): boolean =>
  bodyHash === message.bodyHash || diedOf.includes(message.bodyHash);

const REFUSALS: readonly JobItem['reason'][] = ['InvalidMessage', 'InvalidPayload', 'NotAccepted'];

/** A name's job died of a refused body and never ran: an accepted body takes the name, once the dead letter is sent. */
export function mayTakeName(item: JobItem, message: Message): boolean {
  const neverRan = item.status === 'DEAD' && item.attempts === 0 && item.processedAt === undefined;
  const wasRefused = REFUSALS.includes(item.reason);
  return neverRan && wasRefused && message.refusal === undefined && !hasDiedOf(item, message);
}

/** Bodies that a name is known to have died of: 4 KB of an item. */
const MAX_DIED_OF = 100;

/** What a name's next run must know of the one before: copies of the body that died may still come. */
export function diedOf({ diedOf: before = [], bodyHash }: JobItem, message: Message): Pick<JobItem, 'diedOf'> {
  if (bodyHash === message.bodyHash) return {};
  return { diedOf: [...before.filter((hash) => hash !== bodyHash), bodyHash].slice(-MAX_DIED_OF) };
}

/** The message is the dead letter of the item's own run: a redrive, and proof that it was delivered. */
export function isRedrive({ attributes: { jobId, run } }: Message, item: JobItem): boolean {
  return item.status === 'DEAD' && jobId === item.jobId && run === item.runNo;
}

/** The id with which SQS took it, however often it was sent anew. */
export const firstMessageId = ({ key, messageId = key, attributes }: Message): string =>
  attributes.firstMessageId ?? messageId;
export const isUnderMessageId = (message: Message): boolean => message.key === firstMessageId(message);

/** A message under the id with which SQS took it: a name that no other job has. */
export function underMessageId(message: Message): Message {
  const name = firstMessageId(message);
  return { ...message, jobId: name, key: name, named: false, attributes: {} };
}
