import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { fromSqs } from '../../aws/message-attributes.ts';
import { DEATH, type ReadAttributes, readAttributes } from '../../contract/message-attributes.ts';
import type { SqsMessages, Stage } from '../aws.ts';

/** A message of a dead-letter queue. Nobody else can receive it until it is released or redriven. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Text of the message attributes. */
  readonly attributes: Readonly<Record<string, string>>;
  /** All message attributes, told apart: Sluice's own, and the sender's. */
  readonly read: ReadAttributes;
  readonly group?: string;
  readonly trace?: string;
  /** First enqueue, epoch ms. */
  readonly sentAtMs: number;
}

/** Where dead letters are and where they go. */
export interface DeadLetterQueue {
  readonly sqs: SqsMessages;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  /** What the pace is kept by. @default the machine's */
  readonly clock?: Pick<Stage, 'now' | 'sleep'>;
}

/** What `receiveDeadLetters` takes; a receive gives ten messages at most (SQS API reference). */
export interface ReceiveOptions {
  /** 1 to 10. @default 10 */
  readonly max?: number;
  /** Visibility timeout, seconds. @default 300 */
  readonly hiddenSeconds?: number;
  /** Long poll: how long to wait for a first message, seconds. @default 1 */
  readonly waitSeconds?: number;
}

/** Receives up to ten dead letters. An empty answer means that SQS found no visible message. */
export async function receiveDeadLetters(dlq: DeadLetterQueue, options: ReceiveOptions = {}): Promise<DeadLetter[]> {
  const { max = 10, hiddenSeconds = 300, waitSeconds = 1 } = options;
  const { Messages = [] } = await dlq.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: dlq.deadLetterQueueUrl,
      MaxNumberOfMessages: max,
      VisibilityTimeout: hiddenSeconds,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['SentTimestamp', 'MessageGroupId', 'AWSTraceHeader'],
    }),
  );
  return Messages.map(toDeadLetter);
}

/**
 * Whether Sluice sent it there after its job had died: it then carries the run that ended. SQS moved all others, because no
 * consumer could start. Their jobs wait, or have never begun.
 */
export function isOurs({ attributes, read: { own } }: DeadLetter): boolean {
  if (own.run === undefined) return false;
  // The version before wrote no `sluice`.
  return own.type !== undefined || (own.key === undefined && attributes[DEATH.jobType] !== undefined);
}

/** The run that died. */
export const runOf = ({ read: { own } }: DeadLetter): number | undefined => own.run;

function toDeadLetter({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes }: Message) {
  const texts = Object.entries(MessageAttributes ?? {}).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue]],
  );
  const { MessageGroupId: group, AWSTraceHeader: trace } = Attributes;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(texts) as Record<string, string>,
    read: readAttributes(fromSqs(MessageAttributes)),
    ...(group !== undefined && { group }),
    ...(trace !== undefined && { trace }),
    sentAtMs: Number(Attributes.SentTimestamp),
  };
}
