import {
  type BatchResultErrorEntry,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { type DeadLetter, type DeadLetterQueue, isOurs, jobIdOf } from './receive.ts';

/** A dead letter on its way back. */
export interface Redrive {
  readonly letter: DeadLetter;
  /** A mended body, for dead letters of ours only. @default the letter's own, byte for byte */
  readonly body?: string;
  /** The run that died, where the letter had no room to say so. @default the letter's own */
  readonly run?: number;
}

/** What became of dead letters. */
export interface Redriven {
  /** The queue has them, the dead-letter queue no longer. */
  readonly sent: readonly DeadLetter[];
  /** The queue did not take them: they stay where they are. */
  readonly refused: readonly Refused[];
  /**
   * The queue has them, and they could not be deleted from the dead-letter queue: they come back there. Redriven once
   * more they are duplicates, which the consumer acknowledges without running.
   */
  readonly left: readonly Refused[];
}

export interface Refused {
  readonly letter: DeadLetter;
  readonly code: string;
  readonly message: string;
}

/** A mended body for a message that SQS moved by itself: its job still waits for the body that it began with. */
export class MendError extends Error {
  override readonly name = 'MendError';
}

/** Room for what an entry carries beside its body: names, types and values of three attributes. */
const ATTRIBUTE_BYTES = 256;

/**
 * Sends dead letters back to their queue and deletes each from the dead-letter queue once the queue has accepted it:
 * interrupted at any point, no letter is lost, and one that was sent twice runs once.
 *
 * A job keeps its id: the letter's `jobId`, or the message id of one that SQS moved without it; and its run, message
 * group and trace.
 *
 * @throws MendError before anything is sent, if a mended body is given for a letter that is not ours
 */
export async function redrive(dlq: DeadLetterQueue, redrives: readonly Redrive[]): Promise<Redriven> {
  for (const one of redrives) checkMended(one);
  const ended: Redriven[] = [];
  for (const call of calls(redrives)) {
    try {
      ended.push(await redriveCall(dlq, call));
    } catch (error) {
      // What went before stands, and is to be told.
      if (ended.length === 0) throw error;
      const { name: code, message } = error as Error;
      ended.push({ sent: [], left: [], refused: call.map(({ letter }) => ({ letter, code, message })) });
    }
  }
  return together(ended);
}

function checkMended({ letter, body, run }: Redrive): void {
  if (body === undefined || isOurs(letter) || run !== undefined) return;
  throw new MendError(
    `message ${letter.messageId} was moved by SQS, its job is not dead: send it back as it is, or send a new job`,
  );
}

/** What SQS calls a request that it refuses for what is in it: sent again it is refused again. */
const CONTENT = /BatchRequestTooLong|InvalidMessageContents|InvalidParameterValue|InvalidAttributeValue/;

async function redriveCall(dlq: DeadLetterQueue, call: readonly Redrive[]): Promise<Redriven> {
  const Entries = call.map(entry);
  const letters = call.map(({ letter }) => letter);
  try {
    const { Failed = [] } = await dlq.sqs.send(new SendMessageBatchCommand({ QueueUrl: dlq.queueUrl, Entries }));
    const refused = failures(Failed, letters);
    const accepted = letters.filter((letter) => !refused.some((one) => one.letter === letter));
    const left = await remove(dlq, accepted);
    return { sent: accepted.filter((letter) => !left.some((one) => one.letter === letter)), refused, left };
  } catch (error) {
    const { name: code, message } = error as Error;
    if (!CONTENT.test(code)) throw error;
    // One letter that SQS cannot take must not hold up the others.
    if (call.length > 1) return together(await Promise.all(call.map((one) => redriveCall(dlq, [one]))));
    return { sent: [], left: [], refused: letters.map((letter) => ({ letter, code, message })) };
  }
}

const together = (ended: readonly Redriven[]): Redriven => ({
  sent: ended.flatMap(({ sent }) => sent),
  refused: ended.flatMap(({ refused }) => refused),
  left: ended.flatMap(({ left }) => left),
});

/**
 * Deletes dead letters.
 *
 * @returns those that SQS did not delete
 */
export async function remove(dlq: DeadLetterQueue, letters: readonly DeadLetter[]): Promise<Refused[]> {
  if (letters.length === 0) return [];
  const QueueUrl = dlq.deadLetterQueueUrl;
  const Entries = letters.map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
  try {
    const { Failed = [] } = await dlq.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return failures(Failed, letters);
  } catch (error) {
    const { name: code, message } = error as Error;
    return letters.map((letter) => ({ letter, code, message }));
  }
}

const failures = (failed: readonly BatchResultErrorEntry[], letters: readonly DeadLetter[]): Refused[] =>
  failed.flatMap(({ Id, Code = 'Unknown', Message = '' }) => {
    const letter = letters[Number(Id)];
    return letter === undefined ? [] : [{ letter, code: Code, message: Message }];
  });

function entry({ letter, body, run }: Redrive, index: number): SendMessageBatchRequestEntry {
  const { attributes, group, trace } = letter;
  const values = {
    [MESSAGE_ATTRIBUTES.jobId]: jobIdOf(letter),
    [MESSAGE_ATTRIBUTES.run]: run === undefined ? attributes[MESSAGE_ATTRIBUTES.run] : String(run),
    [MESSAGE_ATTRIBUTES.due]: attributes[MESSAGE_ATTRIBUTES.due],
  };
  const own = Object.entries(values).flatMap(([name, text]) => (text === undefined ? [] : [[name, string(text)]]));
  return {
    Id: String(index),
    MessageBody: body ?? letter.body,
    MessageAttributes: Object.fromEntries(own),
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && { MessageSystemAttributes: { AWSTraceHeader: string(trace) } }),
  };
}

const string = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Cuts letters into calls of at most ten, within SQS's bytes; a letter too big for company goes alone. */
function calls(redrives: readonly Redrive[]): Redrive[][] {
  const all: { entries: Redrive[]; bytes: number }[] = [];
  for (const one of redrives) {
    const bytes = Buffer.byteLength(one.body ?? one.letter.body) + ATTRIBUTE_BYTES;
    const last = all.at(-1);
    if (last !== undefined && last.entries.length < MAX_BATCH_ENTRIES && last.bytes + bytes <= MAX_MESSAGE_BYTES) {
      last.entries.push(one);
      last.bytes += bytes;
    } else all.push({ entries: [one], bytes });
  }
  return all.map(({ entries }) => entries);
}
