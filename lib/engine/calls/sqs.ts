import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  type ChangeMessageVisibilityCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { bytesOf } from '../../aws/cut.ts';
import { fromSqs } from '../../aws/message-attributes.ts';
import type { Sqs } from '../../aws/ports.ts';
import { attributeBytes } from '../../contract/message-attributes.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { gather, type Waiting } from './gather.ts';

/** What SQS said of one entry of a batch that it took otherwise; `name` is SQS's code. */
export class SqsEntryError extends Error {
  override readonly name: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = code;
  }
}

/** Some of SQS's bytes are left for attributes. */
const MAX_CALL_BYTES = MAX_MESSAGE_BYTES - 65_536;

interface Addressed {
  readonly QueueUrl: string | undefined;
}

interface Entry<Input extends Addressed> {
  readonly input: Input;
  readonly bytes: number;
  /** Sends it by itself. */
  readonly alone: () => Promise<object>;
}

interface Batch<Input extends Addressed> extends Addressed {
  readonly Entries: ({ readonly Id: string } & Omit<Input, 'QueueUrl'>)[];
}

interface FailedEntry {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

interface BatchAnswer {
  readonly Successful?: readonly Pick<FailedEntry, 'Id'>[] | undefined;
  readonly Failed?: readonly FailedEntry[] | undefined;
}

/**
 * SQS as ten jobs side by side want it: their SendMessage and ChangeMessageVisibility calls that are ready in the same
 * turn of the event loop travel as one batch call, each ending by itself. A lone one goes as it is.
 */
export function together(sqs: Sqs): Sqs {
  const send = inBatches<SendMessageCommandInput>((batch) => sqs.send(new SendMessageBatchCommand(batch)));
  const hide = inBatches<ChangeMessageVisibilityCommandInput>((batch) =>
    sqs.send(new ChangeMessageVisibilityBatchCommand(batch)),
  );
  const one = (command: Parameters<Sqs['send']>[0]): Promise<object> => {
    if (command instanceof SendMessageCommand) {
      const { MessageBody = '', MessageAttributes = {} } = command.input;
      const bytes = Buffer.byteLength(MessageBody) + attributeBytes(fromSqs(MessageAttributes));
      return send({ input: command.input, bytes, alone: () => sqs.send(command) });
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      return hide({ input: command.input, bytes: 0, alone: () => sqs.send(command) });
    }
    return sqs.send(command);
  };
  return { send: one } as { send: unknown } as Sqs;
}

function inBatches<Input extends Addressed>(sendBatch: (batch: Batch<Input>) => Promise<BatchAnswer>) {
  const send = async (call: Waiting<Entry<Input>, object>[]): Promise<void> => {
    const [first] = call;
    if (first === undefined) return;
    if (call.length === 1) return first.alone().then(first.resolve);
    const Entries = call.map(({ input: { QueueUrl: _, ...entry } }, i) => ({ Id: String(i), ...entry }));
    answer(call, await sendBatch({ QueueUrl: first.input.QueueUrl, Entries }));
  };
  return gather<Entry<Input>, object>({ fits, send });
}

/** One queue each, at most ten entries, within SQS's bytes. */
const fits = (call: readonly Entry<Addressed>[], { input, bytes }: Entry<Addressed>): boolean =>
  call.length < MAX_BATCH_ENTRIES &&
  call[0]?.input.QueueUrl === input.QueueUrl &&
  bytesOf(call) + bytes <= MAX_CALL_BYTES;

function answer(call: readonly Waiting<object, object>[], { Successful = [], Failed = [] }: BatchAnswer): void {
  for (const success of Successful) call[Number(success.Id)]?.resolve(success);
  for (const { Id, Code = 'Unknown', Message = Code } of Failed) {
    call[Number(Id)]?.reject(new SqsEntryError(Code, Message));
  }
  // A promise that has its answer takes no second one.
  const unanswered = new SqsEntryError('Unanswered', 'SQS answered fewer entries than were sent');
  for (const { reject } of call) reject(unanswered);
}
