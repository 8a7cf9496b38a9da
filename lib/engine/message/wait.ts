import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import { writeAttributes } from '../../contract/message-attributes.ts';
import type { Message } from '../../contract/protocol/message.ts';
import { firstMessageId } from '../../contract/protocol/refused-body.ts';
import { MAX_DELAY_SECONDS, roomBeside } from '../../contract/sqs-limits.ts';
import { readError } from '../../contract/thrown.ts';
import type { Engine } from '../engine.ts';
import { messageFields } from '../logs.ts';

/** What becomes of a message: it is deleted (`ack`) or stays in its queue (`keep`). */
export type MessageOutcome = 'ack' | 'keep';

/** SQS allows 12 hours from the receive, which has begun already (SQS API reference, ChangeMessageVisibility). */
export const MAX_VISIBILITY_SECONDS = 11 * 3600;

/** A received message and the handle by which it can be hidden. */
export interface Received {
  readonly message: Message;
  readonly receiptHandle: string;
}

/**
 * Hides a message until a time. If it cannot wait much longer, a copy is sent and the message is deleted: its receives
 * or its age come near the limit at which SQS removes it, or its job has no other name than this message's id.
 *
 * If SQS refuses to hide it, it comes back after the queue's visibility timeout.
 */
export async function wait(
  { message, receiptHandle }: Received,
  untilMs: number,
  engine: Engine,
): Promise<MessageOutcome> {
  const seconds = Math.max(0, Math.ceil((untilMs - engine.clock.now()) / 1000));
  if (mustRenew(message, engine)) return renew(message, Math.min(seconds, MAX_DELAY_SECONDS), engine);
  const VisibilityTimeout = Math.min(seconds, MAX_VISIBILITY_SECONDS);
  try {
    await engine.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: engine.queueUrl,
        ReceiptHandle: receiptHandle,
        VisibilityTimeout,
      }),
    );
  } catch (error) {
    engine.log.warn('message.wait-failed', { ...messageFields(message, engine), error: readError(error) });
  }
  return 'keep';
}

function mustRenew({ receiveCount, sentAtMs, named }: Message, { settings, clock }: Engine): boolean {
  const old = clock.now() - sentAtMs > (settings.retentionSeconds * 1000) / 2;
  return !named || old || receiveCount > settings.maxReceiveCount / 2;
}

async function renew(message: Message, DelaySeconds: number, engine: Engine): Promise<MessageOutcome> {
  const { jobId, key, attributes, sender, body, receiveCount, refusal } = message;
  // If its name turns out to be another's, it dies under this id: a second one would be a second death.
  const first = refusal === undefined ? {} : { firstMessageId: firstMessageId(message) };
  const since = engine.definition.startWithinSeconds === undefined ? {} : { since: Date.parse(message.createdAt) };
  const own = { ...attributes, jobId, key, ...first, ...since };
  try {
    await engine.sqs.send(
      new SendMessageCommand({
        QueueUrl: engine.queueUrl,
        MessageBody: body,
        DelaySeconds,
        MessageAttributes: toSqs(writeAttributes({ own, sender }, roomBeside(body))),
        ...origin(message),
      }),
    );
  } catch (error) {
    engine.log.warn('message.renew-failed', { ...messageFields(message, engine), error: readError(error) });
    return 'keep';
  }
  engine.log.info('job.renewed', { ...messageFields(message, engine), receiveCount, delayMs: DelaySeconds * 1000 });
  return 'ack';
}

/** A message's group and trace, as parameters of the call that sends it on. */
export function origin({ group, trace }: { group?: string; trace?: string }) {
  return {
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && {
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } },
    }),
  };
}
