import {
  type BatchResultErrorEntry,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { toSqs } from '../../aws/message-attributes.ts';
import {
  attributeBytes,
  DEATH,
  isForeign,
  type MessageAttributes,
  withoutOurs,
  writeAttributes,
} from '../../contract/message-attributes.ts';
import { optional } from '../../contract/names.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES, roomBeside } from '../../contract/sqs-limits.ts';
import { type Identity, identityOf } from './filter.ts';
import { type DeadLetter, type DeadLetterQueue, isOurs } from './receive.ts';

/** A dead letter to send back. */
export interface SendBackEntry {
  readonly deadLetter: DeadLetter;
  /** A corrected body, only for dead letters of ours. @default the dead letter's own, byte for byte */
  readonly body?: string;
  /** The run that died, if the dead letter had no room for it. @default the dead letter's own */
  readonly run?: number;
  /** Names the job of a message that says it by an attribute of the version before. */
  readonly identity?: Identity;
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

/**
 * Sends dead letters back to their queue. Each is deleted from the dead-letter queue once the queue has accepted it. If this
 * is interrupted at any point, no dead letter is lost, and one that was sent twice runs once.
 *
 * A job keeps its id, key, run, message group, trace and its sender's attributes. The id is that of the attribute `sluice`,
 * or of the body, or the message id if SQS moved a message without one.
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

function entry(one: SendBackEntry, index: number): SendMessageBatchRequestEntry {
  const { deadLetter, body } = one;
  const { group, trace } = deadLetter;
  return {
    Id: String(index),
    MessageBody: body ?? deadLetter.body,
    MessageAttributes: toSqs(attributesOf(one)),
    ...(group !== undefined && { MessageGroupId: group }),
    ...(trace !== undefined && { MessageSystemAttributes: { AWSTraceHeader: string(trace) } }),
  };
}

/**
 * A message that SQS moved before any consumer read it stays what it is: with `accept`, nobody has been asked yet. A dead
 * letter of which `accept` made no job is read anew, unless a corrected body takes its place.
 */
function isUnread({ deadLetter, body, run, identity }: SendBackEntry): boolean {
  const { own } = deadLetter.read;
  if (body !== undefined || run !== undefined || identity !== undefined) return false;
  return isForeign(own) && (own.foreign === true || !isOurs(deadLetter));
}

function attributesOf(entry: SendBackEntry): MessageAttributes {
  const { deadLetter, body = deadLetter.body, run, identity } = entry;
  const { own, sender, formerJobId } = deadLetter.read;
  // Whose `jobId` it is only the jobs table knows: the consumer looks there.
  if (formerJobId !== undefined && identity === undefined) return sender;
  const type = own.type ?? deadLetter.attributes[DEATH.jobType] ?? '';
  const { jobId, key } = identity ?? identityOf(deadLetter, type);
  const { messageId: moved } = deadLetter;
  const died = isOurs(deadLetter) || run !== undefined;
  const firstMessageId = died || jobId === moved ? undefined : (own.firstMessageId ?? moved);
  const named = {
    ...{ jobId, key },
    ...optional('run', run ?? own.run),
    ...optional('due', own.due),
    ...optional('firstMessageId', firstMessageId),
    ...{ foreign: isUnread(entry) || undefined, envelope: own.envelope },
  };
  const carried = { own: named, sender: jobId === formerJobId ? withoutOurs(sender) : sender };
  return writeAttributes(carried, roomBeside(body));
}

const string = (StringValue: string) => ({ DataType: 'String', StringValue });

/** Cuts the entries into calls of at most ten messages and 1 MiB. An entry of more than that gets a call of its own. */
function calls(entries: readonly SendBackEntry[]): SendBackEntry[][] {
  const all: { entries: SendBackEntry[]; bytes: number }[] = [];
  for (const one of entries) {
    const bytes = Buffer.byteLength(one.body ?? one.deadLetter.body) + attributeBytes(attributesOf(one));
    const last = all.at(-1);
    if (last !== undefined && last.entries.length < MAX_BATCH_ENTRIES && last.bytes + bytes <= MAX_MESSAGE_BYTES) {
      last.entries.push(one);
      last.bytes += bytes;
    } else all.push({ entries: [one], bytes });
  }
  return all.map(({ entries }) => entries);
}
