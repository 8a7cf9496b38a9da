import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  type ChangeMessageVisibilityCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { bytesOf } from '../../aws/cut.ts';
import { isThrottle, isTransient } from '../../aws/errors.ts';
import { fromSqs } from '../../aws/message-attributes.ts';
import type { Sqs } from '../../aws/ports.ts';
import { attributeBytes } from '../../contract/message-attributes.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';
import { isError, messageOf } from '../../contract/thrown.ts';
import { type CallTime, MESSAGE_TRIES } from './call-time.ts';
import { gather, type Retry, type Waiting } from './gather.ts';

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
  /** It will be refused again. */
  readonly SenderFault?: boolean | undefined;
}

interface BatchAnswer {
  readonly Successful?: readonly Pick<FailedEntry, 'Id'>[] | undefined;
  readonly Failed?: readonly FailedEntry[] | undefined;
}

/**
 * SQS as ten jobs side by side want it: their SendMessage and ChangeMessageVisibility calls that are ready in the same
 * turn of the event loop travel as one batch call, each ending by itself. A lone one goes as it is. What SQS could not take
 * just now is sent again.
 */
export function together(sqs: Sqs, callTime: CallTime): Sqs {
  const send = inBatches<SendMessageCommandInput>((batch) => sqs.send(new SendMessageBatchCommand(batch)), callTime);
  const hide = inBatches<ChangeMessageVisibilityCommandInput>(
    (batch) => sqs.send(new ChangeMessageVisibilityBatchCommand(batch)),
    callTime,
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
    return callTime.call(() => sqs.send(command), MESSAGE_TRIES);
  };
  return { send: one } as { send: unknown } as Sqs;
}

function inBatches<Input extends Addressed>(
  sendBatch: (batch: Batch<Input>) => Promise<BatchAnswer>,
  callTime: CallTime,
) {
  const send = async (call: Waiting<Entry<Input>, object>[], retry: Retry<Entry<Input>, object>): Promise<void> => {
    const [first] = call;
    if (first === undefined) return;
    try {
      if (call.length === 1) return first.resolve(await callTime.within(first.alone));
      const Entries = call.map(({ input: { QueueUrl: _, ...entry } }, i) => ({ Id: String(i), ...entry }));
      const batch = { QueueUrl: first.input.QueueUrl, Entries };
      answer(call, await callTime.within(() => sendBatch(batch)), retry);
    } catch (error) {
      for (const one of call) {
        if (isTransient(error)) retry(one, error);
        else one.reject(error);
      }
    }
  };
  const gaveUp = (cause: unknown) => (isError(cause) ? cause : new SqsEntryError('Unknown', messageOf(cause)));
  return gather<Entry<Input>, object>({ fits, send, retries: { maxTries: MESSAGE_TRIES, gaveUp, callTime } });
}

/** One queue each, at most ten entries, within SQS's bytes. */
const fits = (call: readonly Entry<Addressed>[], { input, bytes }: Entry<Addressed>): boolean =>
  call.length < MAX_BATCH_ENTRIES &&
  call[0]?.input.QueueUrl === input.QueueUrl &&
  bytesOf(call) + bytes <= MAX_CALL_BYTES;

function answer<Input extends Addressed>(
  call: readonly Waiting<Entry<Input>, object>[],
  { Successful = [], Failed = [] }: BatchAnswer,
  retry: Retry<Entry<Input>, object>,
): void {
  const answered = new Set<Waiting<Entry<Input>, object>>();
  const entryOf = ({ Id }: Pick<FailedEntry, 'Id'>) => {
    const one = call[Number(Id)];
    if (one !== undefined) answered.add(one);
    return one;
  };
  for (const success of Successful) entryOf(success)?.resolve(success);
  for (const failed of Failed) {
    const one = entryOf(failed);
    if (one === undefined) continue;
    const { Code = 'Unknown', Message = Code, SenderFault } = failed;
    const error = new SqsEntryError(Code, Message);
    if (SenderFault !== true || isThrottle(Code)) retry(one, error);
    else one.reject(error);
  }
  for (const one of call) {
    if (!answered.has(one)) one.reject(new SqsEntryError('Unanswered', 'SQS answered fewer entries than were sent'));
  }
}
