import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { fromSqs, toSqs } from '../../aws/message-attributes.ts';
import type { Sqs } from '../../aws/ports.ts';
import type { JobStore } from '../../engine/table/job-store.ts';
import type { OlderVersion } from './model.ts';

type Sent = Pick<SendMessageCommand['input'], 'MessageAttributes'>;

/** SQS as a process of the version before sends to it. */
export function olderSqs(sqs: Sqs, { sent }: OlderVersion): Sqs {
  const older = <Entry extends Sent>(entry: Entry): Entry => ({
    ...entry,
    MessageAttributes: toSqs(sent(fromSqs(entry.MessageAttributes))),
  });
  const send = (command: Parameters<Sqs['send']>[0]): Promise<object> => {
    if (command instanceof SendMessageCommand) return sqs.send(new SendMessageCommand(older(command.input)));
    if (command instanceof SendMessageBatchCommand) {
      const Entries = command.input.Entries?.map(older);
      return sqs.send(new SendMessageBatchCommand({ ...command.input, Entries }));
    }
    return sqs.send(command);
  };
  return { send } as { send: unknown } as Sqs;
}

/** The jobs table as a process of the version before begins jobs in it: it knows a body by its text alone. */
export const olderStore = (store: JobStore): JobStore => ({
  ...store,
  begin: ({ payloadHash: _, ...message }, facts, alone) => store.begin(message, facts, alone),
});

/** A batch as a consumer of the version before reads it: each message says what that version would take from it. */
export const olderEvent = ({ Records }: SQSEvent, older: OlderVersion): SQSEvent => ({
  Records: Records.map((record) => ({ ...record, messageAttributes: olderAttributes(record, older) })),
});

function olderAttributes({ messageId, body, messageAttributes }: SQSRecord, { received }: OlderVersion) {
  const all = Object.entries(messageAttributes).map(
    ([name, { dataType: type, stringValue: value = '' }]) => [name, { type, value }] as const,
  );
  const read = Object.entries(received({ messageId, body, attributes: Object.fromEntries(all) }));
  return Object.fromEntries(
    read.map(([name, { type, value }]) => [name, { dataType: type as 'String', stringValue: value }]),
  );
}
