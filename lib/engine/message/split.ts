import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import { writeAttributes } from '../../contract/message-attributes.ts';
import { METRICS } from '../../contract/names.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { SETTLE_BEFORE_END_MS } from '../../contract/protocol/timing.ts';
import { roomBeside } from '../../contract/sqs-limits.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine, Invocation } from '../engine.ts';
import { type MessageOutcome, origin, type Received, wait } from './wait.ts';

/** Envelopes that are sent side by side: ten calls. */
const PART = 100;
/** A split that the function's end interrupts goes on after this. */
const GO_ON_MS = 1000;

interface Split {
  readonly received: Received;
  readonly envelopes: readonly string[];
}

/**
 * Rows `split` and `dropped`: sends the jobs of a foreign message to its own queue, and then the message goes. A process that
 * dies in between sends some of them again: they are duplicates. The message stays if SQS did not take all, or if there was no
 * time to send them; it begins anew with its next receive.
 */
export async function splitMessage(
  { received, envelopes }: Split,
  { endsAtMs }: Pick<Invocation, 'endsAtMs'>,
  engine: Engine,
): Promise<MessageOutcome> {
  const { clock, log, meter, shutdown, definition } = engine;
  const { message } = received;
  const fields = { messageId: message.jobId, jobType: definition.type, jobs: envelopes.length };
  if (envelopes.length === 0) {
    meter.count(METRICS.dropped);
    log.info('message.dropped', fields);
    return 'ack';
  }
  for (let sent = 0; sent < envelopes.length; sent += PART) {
    if (shutdown.aborted || clock.now() >= endsAtMs - SETTLE_BEFORE_END_MS) {
      log.warn('message.split-interrupted', { ...fields, sent });
      return wait(received, clock.now() + GO_ON_MS, engine);
    }
    const ended = await Promise.allSettled(
      envelopes.slice(sent, sent + PART).map((body) => send(body, message, engine)),
    );
    const refused = ended.find((one) => one.status === 'rejected');
    if (refused === undefined) continue;
    log.error('message.split-failed', { ...fields, error: readError(refused.reason) });
    return 'keep';
  }
  log.info('message.split', fields);
  return 'ack';
}

/** One envelope, with what else came with the message. Marked: `accept` is for what others send. */
function send(body: string, message: Message, { sqs, queueUrl }: Engine): Promise<object> {
  const carried = { own: { envelope: true }, sender: message.sender } as const;
  return sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl,
      MessageBody: body,
      MessageAttributes: toSqs(writeAttributes(carried, roomBeside(body))),
      ...origin(message),
    }),
  );
}
