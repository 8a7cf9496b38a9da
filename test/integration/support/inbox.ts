import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Message as Decoded } from '../../../lib/contract/protocol/message.ts';
import { decode } from '../../../lib/engine/message/decode.ts';
import { sendEmail } from '../../support/shop/send-email/definition.ts';
import { eventually, newId, sqs } from './world.ts';

/** A queue that nobody consumes: what was sent to it can be looked at. */
export interface Inbox {
  readonly url: string;
  readonly arn: string;
  readonly name: string;
  /** The next message, as a consumer of `send-email` reads it. */
  next(): Promise<Decoded>;
  /** The next message's body. */
  nextBody(): Promise<string>;
  close(): Promise<void>;
}

export async function openInbox(): Promise<Inbox> {
  const name = newId('inbox');
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  const next = () => eventually(() => take(url), `a message in ${name}`, 90_000);
  return {
    url,
    name,
    arn: Attributes?.QueueArn ?? '',
    next: async () => decode(asRecord(await next()), sendEmail, Date.now()),
    nextBody: async () => (await next()).Body ?? '',
    close: async () => void (await sqs.send(new DeleteQueueCommand({ QueueUrl: url }))),
  };
}

async function take(QueueUrl: string): Promise<Message | undefined> {
  const { Messages: [message] = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    }),
  );
  if (message === undefined) return undefined;
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
  return message;
}

/** As the event source hands it over. */
function asRecord({ MessageId = '', Body = '', Attributes = {} }: Message): Parameters<typeof decode>[0] {
  return {
    messageId: MessageId,
    receiptHandle: '',
    body: Body,
    attributes: Attributes as unknown as Parameters<typeof decode>[0]['attributes'],
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}
