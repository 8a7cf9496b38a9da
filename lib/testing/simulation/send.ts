import { toSqs } from '../../aws/message-attributes.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { ENVELOPE_MARK, type MessageAttributes } from '../../contract/message-attributes.ts';
import type { Outgoing, World } from './model.ts';
import { acceptedIn } from './names-of.ts';
import { worldOf } from './stage.ts';
import { timesOf } from './times-of.ts';
import { write } from './write.ts';

/** What a producer of ours marks its messages with, where the type has `accept`. */
export const markOf = ({ accept }: JobDefinition): MessageAttributes => (accept === undefined ? {} : ENVELOPE_MARK);

/** A message that is not ours. Its jobs are those that `accept` makes of it. */
function sendForeign({ attributes = {}, typo }: Outgoing, MessageBody: string, world: World): string {
  const { queue, observer, trace, nextMessageId, subject } = world;
  const messageId = nextMessageId();
  queue.add({ MessageBody, MessageAttributes: toSqs(textsOf(attributes)) }, messageId);
  trace?.('somebody', `sends a foreign message (${messageId}): ${MessageBody}`);
  if (typo !== undefined) observer.refused({ messageId, key: messageId, body: MessageBody });
  else {
    const jobs = acceptedIn({ messageId, body: MessageBody, attributes: {} }, subject.definition);
    for (const { id, key = id, payload } of jobs) observer.watch({ jobId: id, key, payload });
  }
  return messageId;
}

const textsOf = (attributes: Readonly<Record<string, string>>): MessageAttributes =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, { type: 'String', value }]));

/** Sends a producer's message, or enqueues it by a transaction. @returns its message's id; none yet if it was enqueued */
export function send(message: Outgoing, world: World): string {
  const to = message.type === undefined ? world : worldOf(message.type, world);
  if (to !== world) return send(message, to);
  if (message.foreign !== undefined) return sendForeign(message, message.foreign, world);
  if (message.written !== undefined) {
    write(message, world).catch((error: unknown) => world.observer.violate(`a job could not be enqueued: ${error}`));
    return '';
  }
  const { subject, clock, queue, observer, trace, nextMessageId } = world;
  const { id, key, payload, maxAttempts, typo, then, attributes = {} } = message;
  const messageId = nextMessageId();
  const runAt = timesOf(message);
  // As a producer does: another time at each send. The version before knows a job by its whole body, and takes such a message
  // for another job's: as always, and as long as a deploy takes.
  const createdAt = new Date(subject.older === undefined ? clock.now() : 0).toISOString();
  const options = { ...runAt, ...(maxAttempts && { maxAttempts }), createdAt };
  const body = { ...(id && { id }), ...(key && { key }), ...options, payload, ...(then && { then }) };
  const MessageBody = JSON.stringify({ ...body, ...(typo !== undefined && { [typo]: 1 }) });
  const MessageAttributes = toSqs({ ...textsOf(attributes), ...markOf(subject.definition) });
  queue.add({ MessageBody, MessageAttributes }, messageId);
  const jobId = id ?? messageId;
  trace?.('producer', `sends ${jobId}${key === undefined ? '' : ` with key ${key}`} (message ${messageId})`);
  observer.watch({ jobId, key: key ?? jobId, payload });
  if (typo !== undefined) observer.refused({ messageId, key: key ?? jobId, body: MessageBody });
  world.flows?.sent(subject.definition.type, queue);
  return messageId;
}
