import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import type { SqsMessages } from '../aws.ts';

/** A message of a dead-letter queue, hidden from others until it is released or redriven. */
export interface DeadLetter {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** Text of the message attributes. */
  readonly attributes: Readonly<Record<string, string>>;
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
}

/** What `receiveLetters` takes; a receive gives ten messages at most (SQS API reference). */
export interface ReceiveOptions {
  /** 1 to 10. @default 10 */
  readonly max?: number;
  /** How long they stay hidden from others, seconds. @default 300 */
  readonly hiddenSeconds?: number;
  /** Long poll: how long to wait for a first message, seconds. @default 1 */
  readonly waitSeconds?: number;
}

/** Receives up to ten dead letters; none means that SQS has found no more that are visible. */
export async function receiveLetters(dlq: DeadLetterQueue, options: ReceiveOptions = {}): Promise<DeadLetter[]> {
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
  return Messages.map(toLetter);
}

/**
 * Whether Sluice itself put it there, after its job had died: it carries the run that ended. Others were moved by SQS,
 * because no consumer could start: their job waits, or has never begun.
 */
export const isOurs = ({ attributes }: DeadLetter): boolean =>
  attributes[DEATH.jobType] !== undefined && attributes[MESSAGE_ATTRIBUTES.run] !== undefined;

/** The job's own name: a message that was moved without one has its message id, as begin would give it. */
export const jobIdOf = ({ attributes, messageId }: DeadLetter): string =>
  attributes[MESSAGE_ATTRIBUTES.jobId] ?? messageId;

/** Attributes that only a death sets (lib/engine/README.md, "Names and the jobs table"). */
export const DEATH = {
  jobType: 'jobType',
  reason: 'reason',
  attempts: 'attempts',
  failedAt: 'failedAt',
  errorName: 'errorName',
  errorMessage: 'errorMessage',
} as const;

function toLetter({ MessageId = '', ReceiptHandle = '', Body = '', Attributes = {}, MessageAttributes }: Message) {
  const texts = Object.entries(MessageAttributes ?? {}).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue]],
  );
  const { MessageGroupId: group, AWSTraceHeader: trace } = Attributes;
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Object.fromEntries(texts) as Record<string, string>,
    ...(group !== undefined && { group }),
    ...(trace !== undefined && { trace }),
    sentAtMs: Number(Attributes.SentTimestamp),
  };
}
