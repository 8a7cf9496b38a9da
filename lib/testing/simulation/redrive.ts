import { fromSqs, toSqs } from '../../aws/message-attributes.ts';
import { readAttributes, writeAttributes } from '../../contract/message-attributes.ts';
import type { World } from './model.ts';
import { namesOf } from './names-of.ts';

/**
 * A dead letter sent back as it is, or with a corrected body. One of ours carries its names; a message that SQS moved is
 * given those that it had there.
 */
export function redrive(
  world: World,
  messageId: string,
  options: { correctedBody?: string; keep?: boolean } = {},
): void {
  const deadLetter = world.deadLetters.messages().find((message) => message.messageId === messageId);
  if (deadLetter === undefined) return;
  const { own, sender, formerJobId } = readAttributes(fromSqs(deadLetter.attributes));
  const { jobId, key } = namesOf(deadLetter);
  const isNamed = own.jobId !== undefined || formerJobId !== undefined;
  const named = {
    ...{ jobId, key, ...(jobId !== messageId && { firstMessageId: messageId }) },
    // SQS moved it before anybody asked `accept`.
    ...(own.envelope !== true && world.subject.definition.accept !== undefined && { foreign: true as const }),
  };
  const isCorrected = options.correctedBody !== undefined && own.foreign === true;
  const { foreign: _, ...corrected } = own;
  const written = isCorrected ? corrected : named;
  const MessageAttributes =
    isNamed && !isCorrected ? deadLetter.attributes : toSqs(writeAttributes({ own: written, sender }));
  const MessageBody = options.correctedBody ?? deadLetter.body;
  world.queue.add({ MessageBody, MessageAttributes }, world.nextMessageId());
  // Moving deletes by no receipt handle: the one made up here is older than none.
  if (!options.keep) world.deadLetters.delete(`${world.deadLetters.name}/${messageId}/Infinity`);
  const payload = payloadOf(MessageBody);
  world.trace?.('operator', `redrives ${jobId}${options.correctedBody === undefined ? '' : ' with a corrected body'}`);
  world.observer.redriven({ jobId, run: own.run ?? 0, payload });
}

function payloadOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { payload?: unknown }).payload;
  } catch {
    return undefined;
  }
}
