import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommandInput,
  DeleteMessageBatchCommandInput,
  DeleteMessageCommandInput,
  SendMessageBatchCommandInput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { checkMessage, checkTotal, type Outgoing } from './limits.ts';
import { md5, md5OfAttributes } from './md5.ts';
import { eachEntry, type SqsCommand, type SqsService } from './service.ts';

const send: SqsCommand<SendMessageCommandInput> = (input, service) => sendOne(input.QueueUrl, input, service);

function sendOne(queueUrl: string | undefined, message: Outgoing, { queue, nextMessageId }: SqsService): object {
  const target = queue(queueUrl);
  checkMessage(message, target.settings.maximumMessageBytes);
  const MessageId = nextMessageId();
  target.add(message, MessageId);
  const { MessageBody = '', MessageAttributes = {}, MessageSystemAttributes = {} } = message;
  const ofAttributes = md5OfAttributes(MessageAttributes);
  const ofSystem = md5OfAttributes(MessageSystemAttributes);
  return {
    MessageId,
    MD5OfMessageBody: md5(MessageBody),
    ...(ofAttributes !== undefined && { MD5OfMessageAttributes: ofAttributes }),
    ...(ofSystem !== undefined && { MD5OfMessageSystemAttributes: ofSystem }),
  };
}

const sendBatch: SqsCommand<SendMessageBatchCommandInput> = ({ Entries = [], QueueUrl }, service) => {
  checkTotal(Entries);
  // Without the queue, the call fails and not each entry.
  service.queue(QueueUrl);
  return eachEntry(Entries, service, (entry) => sendOne(QueueUrl, entry, service));
};

interface Hold {
  readonly ReceiptHandle?: string | undefined;
  readonly VisibilityTimeout?: number | undefined;
}

function hide(QueueUrl: string | undefined, hold: Hold, { queue }: SqsService): object {
  queue(QueueUrl).changeVisibility(hold.ReceiptHandle ?? '', hold.VisibilityTimeout ?? -1);
  return {};
}

function remove(QueueUrl: string | undefined, hold: Hold, { queue }: SqsService): object {
  queue(QueueUrl).delete(hold.ReceiptHandle ?? '');
  return {};
}

const changeVisibility: SqsCommand<ChangeMessageVisibilityCommandInput> = (input, service) =>
  hide(input.QueueUrl, input, service);

const changeVisibilityBatch: SqsCommand<ChangeMessageVisibilityBatchCommandInput> = (
  { Entries = [], QueueUrl },
  service,
) => eachEntry(Entries, service, (entry) => hide(QueueUrl, entry, service));

const deleteMessage: SqsCommand<DeleteMessageCommandInput> = (input, service) => remove(input.QueueUrl, input, service);

const deleteMessageBatch: SqsCommand<DeleteMessageBatchCommandInput> = ({ Entries = [], QueueUrl }, service) =>
  eachEntry(Entries, service, (entry) => remove(QueueUrl, entry, service));

/** What is done with messages, but for receiving them. */
export const MESSAGE_COMMANDS = {
  SendMessage: send,
  SendMessageBatch: sendBatch,
  ChangeMessageVisibility: changeVisibility,
  ChangeMessageVisibilityBatch: changeVisibilityBatch,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
};
