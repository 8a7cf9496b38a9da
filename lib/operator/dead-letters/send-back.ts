import {
  type BatchResultErrorEntry,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { type DeadLetter, type DeadLetterQueue, isOurs, jobIdOf } from './receive.ts';

/** A dead letter to send back. */
export interface SendBackEntry {
  readonly deadLetter: DeadLetter;
  /** A corrected body, only for dead letters of ours. @default the dead letter's own, byte for byte */
  readonly body?: string;
  /** The run that died, if the dead letter had no room for it. @default the dead letter's own */
  readonly run?: number;
}

/** What happened to the dead letters. */
export interface SendBackResult {
  /** Accepted by the queue and deleted from the dead-letter queue. */
  readonly sent: readonly DeadLetter[];
  /** Refused by the queue, or not answered for: they stay in the dead-letter queue. */
  readonly refused: readonly Refused[];
  /**
   * Accepted by the queue, but not deleted from the dead-letter queue: they become visible there again. Redriven once more
   * they are duplicates, which the consumer acknowledges without running them.
   */
  readonly left: readonly Refused[];
}

export interface Refused {
  readonly deadLetter: DeadLetter;
  readonly code: string;
  readonly message: string;
}

/** A corrected body that cannot be sent: it is invalid, names another job, or is meant for a message that SQS moved. */
export class CorrectedBodyError extends Error {
  override readonly name = 'CorrectedBodyError';
}

/** Bytes of an entry beside its body: names, types and values of three attributes. */
const ATTRIBUTE_BYTES = 256;

/**
 * Sends dead letters back to their queue. Each is deleted from the dead-letter queue once the queue has accepted it. If this
 * is interrupted at any point, no dead letter is lost, and one that was sent twice runs once.
 *
 * A job keeps its id, run, message group and trace. The id is the attribute `jobId`, or the message id if SQS moved a message
 * without one.
 *
 * @throws CorrectedBodyError before anything is sent, if a corrected body is given for a dead letter that is not ours
 */
export async function sendBack(dlq: DeadLetterQueue, entries: readonly SendBackEntry[]): Promise<SendBackResult> {
  for (const one of entries) checkCorrectable(one);
  const ended: SendBackResult[] = [];
  for (const call of calls(entries)) {
    try {
      ended.push(await sendBackCall(dlq, call));
    } catch (error) {
      // The calls before this one stand, so they must be reported.
      if (ended.length === 0) throw error;
      const { name: code, message } = error as Error;
      ended.push({ sent: [], left: [], refused: call.map(({ deadLetter }) => ({ deadLetter, code, message })) });
    }
  }
  return together(ended);
}

function checkCorrectable({ deadLetter, body, run }: SendBackEntry): void {
  if (body === undefined || isOurs(deadLetter) || run !== undefined) return;
  throw new CorrectedBodyError(
    `message ${deadLetter.messageId} was moved by SQS, its job is not dead: send it back as it is, or send a new job`,
  );
}

/** SQS's errors about the contents of a request: sent again, it is refused again. */
const CONTENT = /BatchRequestTooLong|InvalidMessageContents|InvalidParameterValue|InvalidAttributeValue/;

async function sendBackCall(dlq: DeadLetterQueue, call: readonly SendBackEntry[]): Promise<SendBackResult> {
  const Entries = call.map(entry);
  const deadLetters = call.map(({ deadLetter }) => deadLetter);
  try {
    const answer = await dlq.sqs.send(new SendMessageBatchCommand({ QueueUrl: dlq.queueUrl, Entries }));
    const refused = notDone(answer, deadLetters);
    const accepted = deadLetters.filter((deadLetter) => !refused.some((one) => one.deadLetter === deadLetter));
    const left = await remove(dlq, accepted);
    return { sent: accepted.filter((deadLetter) => !left.some((one) => one.deadLetter === deadLetter)), refused, left };
  } catch (error) {
    const { name: code, message } = error as Error;
    if (!CONTENT.test(code)) throw error;
    // One dead letter that SQS refuses must not block the others.
    if (call.length > 1) return together(await Promise.all(call.map((one) => sendBackCall(dlq, [one]))));
    return { sent: [], left: [], refused: deadLetters.map((deadLetter) => ({ deadLetter, code, message })) };
  }
}

const together = (ended: readonly SendBackResult[]): SendBackResult => ({
  sent: ended.flatMap(({ sent }) => sent),
  refused: ended.flatMap(({ refused }) => refused),
  left: ended.flatMap(({ left }) => left),
});

/**
 * Deletes dead letters.
 *
 * @returns those that SQS did not delete
 */
export async function remove(dlq: DeadLetterQueue, deadLetters: readonly DeadLetter[]): Promise<Refused[]> {
  if (deadLetters.length === 0) return [];
  const QueueUrl = dlq.deadLetterQueueUrl;
  const Entries = deadLetters.map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
  try {
    return notDone(await dlq.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })), deadLetters);
  } catch (error) {
    const { name: code, message } = error as Error;
    return deadLetters.map((deadLetter) => ({ deadLetter, code, message }));
  }
}

interface BatchAnswer {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

const UNANSWERED = { Code: 'Unanswered', Message: 'SQS answered fewer entries than were sent' };

/** Dead letters that SQS did not say it had taken: refused ones, and those that its answer leaves out. */
function notDone({ Successful = [], Failed = [] }: BatchAnswer, deadLetters: readonly DeadLetter[]): Refused[] {
  const done = new Set(Successful.map(({ Id }) => Id));
  return deadLetters.flatMap((deadLetter, i) => {
    if (done.has(String(i))) return [];
    const { Code = 'Unknown', Message = '' } = Failed.find(({ Id }) => Id === String(i)) ?? UNANSWERED;
    return [{ deadLetter, code: Code, message: Message }];
  });
}

function entry({ deadLetter, body, run }: SendBackEntry, index: number): SendMessageBatchRequestEntry {
  const { attributes, group, trace } = deadLetter;
  const values = {
    [MESSAGE_ATTRIBUTES.jobId]: jobIdOf(deadLetter),
    [MESSAGE_ATTRIBUTES.run]: run === undefined ? attributes[MESSAGE_ATTRIBUTES.run] : String(run),
    [MESSAGE_ATTRIBUTES.due]: attributes[MESSAGE_ATTRIBUTES.due],
  };
  const own = Object.entries(values).flatMap(([name, text]) => (text === undefined ? [] : [[name, string(text)]]));
  return {
    Id: String(index),
    MessageBody: body ?? deadLetter.body,
    MessageAttributes: Object.fromEntries(own),
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && { MessageSystemAttributes: { AWSTraceHeader: string(trace) } }),
  };
}

const string = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Cuts the entries into calls of at most ten messages and 1 MiB. An entry of more than that gets a call of its own. */
function calls(entries: readonly SendBackEntry[]): SendBackEntry[][] {
  const all: { entries: SendBackEntry[]; bytes: number }[] = [];
  for (const one of entries) {
    const bytes = Buffer.byteLength(one.body ?? one.deadLetter.body) + ATTRIBUTE_BYTES;
    const last = all.at(-1);
    if (last !== undefined && last.entries.length < MAX_BATCH_ENTRIES && last.bytes + bytes <= MAX_MESSAGE_BYTES) {
      last.entries.push(one);
      last.bytes += bytes;
    } else all.push({ entries: [one], bytes });
  }
  return all.map(({ entries }) => entries);
}
