import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { AwsWithSqs } from './aws.ts';

export const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

type Attributes = Partial<Record<QueueAttributeName, string>>;

/** A queue of its own, and what is done with it. */
export async function makeQueue({ sqs, newName }: AwsWithSqs, attributes: Attributes = {}) {
  const name = newName('queue');
  const Attributes = Object.keys(attributes).length > 0 ? attributes : undefined;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const receive = async (input: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...input }))).Messages ?? [];
  const attributesOf = async (...AttributeNames: QueueAttributeName[]) =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes ?? {};
  return {
    name,
    url: QueueUrl,
    receive,
    /** How many messages a receive gets, one at most. */
    got: async (input?: Partial<ReceiveMessageCommandInput>) => (await receive(input)).length,
    attributesOf,
    arn: async () => (await attributesOf('QueueArn')).QueueArn ?? '',
    send: (input: Partial<SendMessageCommandInput> = {}) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'body', ...input })),
    sendBatch: (Entries: SendMessageBatchRequestEntry[]) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
    /** The one message that comes within two seconds. */
    async receiveOne(input: Partial<ReceiveMessageCommandInput> = {}): Promise<Message> {
      const [message] = await receive({ WaitTimeSeconds: 2, MessageSystemAttributeNames: ['All'], ...input });
      if (message === undefined) throw new Error(`nothing came from ${name}`);
      return message;
    },
    hide: ({ ReceiptHandle }: Message, VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    delete: ({ ReceiptHandle }: Message) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
  };
}

export type Queue = Awaited<ReturnType<typeof makeQueue>>;

/** A queue and its dead-letter queue. */
export async function makeQueueWithDeadLetters(aws: AwsWithSqs, maxReceiveCount: number, attributes: Attributes = {}) {
  const deadLetters = await makeQueue(aws);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: await deadLetters.arn(), maxReceiveCount });
  return { deadLetters, queue: await makeQueue(aws, { ...attributes, RedrivePolicy }) };
}

/** How often the message was received. */
export const countOf = ({ Attributes }: Message): number => Number(Attributes?.ApproximateReceiveCount);
