import type {
  BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityBatchCommandOutput,
  DeleteMessageBatchCommand,
  DeleteMessageBatchCommandInput,
  DeleteMessageBatchCommandOutput,
  Message,
  ReceiveMessageCommand,
  ReceiveMessageCommandInput,
  ReceiveMessageCommandOutput,
} from '@aws-sdk/client-sqs';
import { type Fault, partlyHit } from './faults.ts';
import type { MemoryQueue, Received } from './memory-queue.ts';
import { checkEntries, checkWhole, refused } from './message-limits.ts';

/** Calls beyond the engine's: the event source receives for it. */
export interface ReceiveCalls {
  send(command: ReceiveMessageCommand): Promise<ReceiveMessageCommandOutput>;
  send(command: DeleteMessageBatchCommand): Promise<DeleteMessageBatchCommandOutput>;
  send(command: ChangeMessageVisibilityBatchCommand): Promise<ChangeMessageVisibilityBatchCommandOutput>;
}

type Queues = (nameOrUrl: string | undefined) => MemoryQueue;

/** ReceiveMessage: never waits, and gives only the attributes that were asked for. */
export function receiveMessages(input: ReceiveMessageCommandInput, queue: Queues): object {
  const max = input.MaxNumberOfMessages ?? 1;
  if (max < 1 || max > 10) throw refused(`Value ${max} for parameter MaxNumberOfMessages is invalid.`);
  checkWhole('WaitTimeSeconds', input.WaitTimeSeconds ?? 0, 20);
  const from = queue(input.QueueUrl);
  const received = from.receive(max);
  if (input.VisibilityTimeout !== undefined) {
    for (const { receiptHandle } of received) from.changeVisibility(receiptHandle, input.VisibilityTimeout);
  }
  return received.length === 0 ? {} : { Messages: received.map((message) => answered(message, input)) };
}

function answered(message: Received, input: ReceiveMessageCommandInput): Message {
  const system = {
    SentTimestamp: String(message.sentAtMs),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMs),
    MessageGroupId: message.group,
    AWSTraceHeader: message.trace,
  };
  const asked = (names: readonly string[] | undefined, name: string) => names?.includes(name) || names?.includes('All');
  const shown = <T>(all: Record<string, T | undefined>, names: readonly string[] | undefined) =>
    Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== undefined && asked(names, name)));
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    Attributes: shown(system, input.MessageSystemAttributeNames) as Record<string, string>,
    MessageAttributes: shown(message.attributes, input.MessageAttributeNames) as NonNullable<
      Message['MessageAttributes']
    >,
  };
}

/** DeleteMessageBatch: entries fail alone. */
export function deleteBatch(
  { QueueUrl, Entries = [] }: DeleteMessageBatchCommandInput,
  queue: Queues,
  fault: Fault | undefined,
): object {
  return eachEntry(Entries, fault, ({ ReceiptHandle = '' }) => queue(QueueUrl).delete(ReceiptHandle));
}

/** ChangeMessageVisibilityBatch: entries fail alone. */
export function changeVisibilityBatch(
  { QueueUrl, Entries = [] }: ChangeMessageVisibilityBatchCommandInput,
  queue: Queues,
  fault: Fault | undefined,
): object {
  return eachEntry(Entries, fault, ({ ReceiptHandle = '', VisibilityTimeout = 0 }) =>
    queue(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout),
  );
}

function eachEntry<E extends { Id: string | undefined }>(
  entries: readonly E[],
  fault: Fault | undefined,
  perform: (entry: E) => void,
): object {
  checkEntries(entries);
  const Successful: { Id: string | undefined }[] = [];
  const Failed: BatchResultErrorEntry[] = [];
  for (const [i, entry] of entries.entries()) {
    try {
      const hit = partlyHit(fault, i);
      if (hit) throw refused(`${hit.code}: injected`, hit.code);
      perform(entry);
      Successful.push({ Id: entry.Id });
    } catch (error) {
      const { name: Code, message: Message } = error as Error;
      Failed.push({ Id: entry.Id, Code, Message, SenderFault: Code !== 'InternalError' });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
