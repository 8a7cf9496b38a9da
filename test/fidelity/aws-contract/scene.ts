import type { MessageAttributeValue, QueueAttributeName } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import type { AwsWithLambda, MappingOptions } from './aws.ts';
import type { Instruction } from './function/perform.ts';
import { makeQueue, makeQueueWithDeadLetters } from './queue.ts';

/** Longer than an emulator needs to start a process for a batch that it has received. */
const VISIBILITY_SECONDS = '4';

type Told = Omit<Partial<Instruction>, 'label' | 'report' | 'queue'>;

export interface SceneOptions extends MappingOptions {
  readonly messages: Readonly<Record<string, Told>>;
  readonly attributes?: Partial<Record<QueueAttributeName, string>>;
  readonly messageAttributes?: Record<string, MessageAttributeValue>;
  readonly maxReceiveCount?: number;
  /** How many receives of messages are waited for, and how long at most. */
  readonly receives: number;
  readonly seconds?: number;
}

/** One delivery of a message. */
export interface Delivery {
  readonly label: string;
  readonly record: SQSRecord;
  readonly atMs: number;
}

/** Messages that lie in a queue together when the function begins to consume it, and what it then got. */
async function play(aws: AwsWithLambda, options: SceneOptions) {
  const { queue, deadLetters } = await makeQueueWithDeadLetters(aws, options.maxReceiveCount ?? 100, {
    VisibilityTimeout: VISIBILITY_SECONDS,
    ...options.attributes,
  });
  const reports = await makeQueue(aws);
  for (const [label, told] of Object.entries(options.messages)) {
    const MessageBody = JSON.stringify({ label, report: reports.url, queue: queue.url, ...told });
    const { messageAttributes } = options;
    await queue.send({ MessageBody, ...(messageAttributes && { MessageAttributes: messageAttributes }) });
  }
  await aws.consume(queue.url, options);
  const batches: Delivery[][] = [];
  const received = () => batches.flat();
  const untilMs = aws.nowMs() + (options.seconds ?? 20) * 1000;
  while (aws.nowMs() < untilMs && received().length < options.receives) {
    const messages = await reports.receive({
      WaitTimeSeconds: 1,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['SentTimestamp'],
    });
    for (const message of messages) {
      const atMs = Number(message.Attributes?.SentTimestamp);
      const records = JSON.parse(message.Body ?? '') as SQSRecord[];
      batches.push(records.map((record) => ({ label: labelOf(record), record, atMs })));
      await reports.delete(message);
    }
  }
  return { queue, deadLetters, reports, batches, received: received() };
}

const labelOf = ({ body }: SQSRecord) => (JSON.parse(body) as Instruction).label;

/** Receive counts that each message came with, in order. */
export function counts(received: readonly Delivery[]): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const { label, record } of received) {
    found[label] = [...(found[label] ?? []), Number(record.attributes.ApproximateReceiveCount)].sort((a, b) => a - b);
  }
  return found;
}

/** Plays it, and takes the function from the queue at its end. */
export const playing =
  <T>(options: SceneOptions, look: (played: Awaited<ReturnType<typeof play>>, aws: AwsWithLambda) => Promise<T> | T) =>
  async (aws: AwsWithLambda): Promise<T> => {
    const played = await play(aws, options);
    try {
      return await look(played, aws);
    } finally {
      await aws.stopConsuming(played.queue.url);
    }
  };
