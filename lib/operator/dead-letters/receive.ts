import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { MESSAGE_ATTRIBUTES } from '../../contract/names.ts';
import type { SqsMessages } from '../aws.ts';

/** A message of a dead-letter queue. Nobody else can receive it until it is released or redriven. */
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
export const isOurs = ({ attributes }: DeadLetter): boolean =>
  attributes[DEATH.jobType] !== undefined && attributes[MESSAGE_ATTRIBUTES.run] !== undefined;

/** The job's id. A message that SQS moved without one takes its message id, as the engine does. */
export const jobIdOf = ({ attributes, messageId }: DeadLetter): string =>
  attributes[MESSAGE_ATTRIBUTES.jobId] ?? messageId;

/** Message attributes that only Sluice's own dead letters carry (lib/engine/README.md, "Names and the jobs table"). */
export const DEATH = {
  jobType: 'jobType',
  reason: 'reason',
  attempts: 'attempts',
  failedAt: 'failedAt',
  errorName: 'errorName',
  errorMessage: 'errorMessage',
} as const;

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
    ...(group !== undefined && { group }),
    ...(trace !== undefined && { trace }),
    sentAtMs: Number(Attributes.SentTimestamp),
  };
}
