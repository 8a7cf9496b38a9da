import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  type ChangeMessageVisibilityCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Sqs } from '../../aws/ports.ts';
import { MAX_BATCH_ENTRIES, MAX_MESSAGE_BYTES } from '../../contract/sqs-limits.ts';

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

interface Waiting<Input> {
  readonly input: Input;
  readonly bytes: number;
  readonly settled: PromiseWithResolvers<object>;
}

interface BatchAnswer {
  readonly Successful?: readonly { Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly { Id?: string | undefined; Code?: string | undefined; Message?: string | undefined }[];
}

type Together<Input> = (waiting: readonly Waiting<Input>[]) => Promise<BatchAnswer>;

/**
 * SQS as ten jobs side by side want it: their SendMessage and ChangeMessageVisibility calls that are ready in the same
 * turn of the event loop travel as one batch call, each ending by itself. A lone one goes as it is.
 */
export function together(sqs: Sqs): Sqs {
  const send = gather<SendMessageCommandInput>((waiting) => {
    const QueueUrl = waiting[0]?.input.QueueUrl;
    const Entries = waiting.map(({ input: { QueueUrl: _, ...entry } }, i) => ({ Id: String(i), ...entry }));
    return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })) as Promise<BatchAnswer>;
  });
  const hide = gather<ChangeMessageVisibilityCommandInput>((waiting) => {
    const QueueUrl = waiting[0]?.input.QueueUrl;
    const Entries = waiting.map(({ input: { QueueUrl: _, ...entry } }, i) => ({ Id: String(i), ...entry }));
    return sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })) as Promise<BatchAnswer>;
  });
  const one = (command: Parameters<Sqs['send']>[0]): Promise<object> => {
    if (command instanceof SendMessageCommand) {
      const bytes = Buffer.byteLength(command.input.MessageBody ?? '');
      return send({ input: command.input, bytes, alone: () => sqs.send(command) });
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      return hide({ input: command.input, bytes: 0, alone: () => sqs.send(command) });
    }
    return sqs.send(command);
  };
  return { send: one } as { send: unknown } as Sqs;
}

interface Lone<Input> {
  readonly input: Input;
  readonly bytes: number;
  readonly alone: () => Promise<object>;
}

function gather<Input extends Addressed>(call: Together<Input>): (entry: Lone<Input>) => Promise<object> {
  let waiting: (Waiting<Input> & Lone<Input>)[] = [];
  const flush = () => {
    const ready = waiting;
    waiting = [];
    for (const group of groups(ready)) void settle(group, call);
  };
  return (entry) => {
    const settled = Promise.withResolvers<object>();
    if (waiting.push({ ...entry, settled }) === 1) setImmediate(flush);
    return settled.promise;
  };
}

async function settle<Input>(group: (Waiting<Input> & Lone<Input>)[], call: Together<Input>): Promise<void> {
  const [first] = group;
  if (first === undefined) return;
  if (group.length === 1) return first.alone().then(first.settled.resolve, first.settled.reject);
  try {
    const { Successful = [], Failed = [] } = await call(group);
    for (const success of Successful) group[Number(success.Id)]?.settled.resolve(success);
    for (const { Id, Code = 'Unknown', Message = Code } of Failed) {
      group[Number(Id)]?.settled.reject(new SqsEntryError(Code, Message));
    }
    const unanswered = new SqsEntryError('Unanswered', 'SQS answered fewer entries than were sent');
    for (const { settled } of group) settled.reject(unanswered);
  } catch (error) {
    for (const { settled } of group) settled.reject(error);
  }
}

/** Cuts what is ready into calls: one queue each, at most ten entries, within SQS's bytes. */
function groups<Input extends Addressed, Entry extends Lone<Input>>(ready: Entry[]): Entry[][] {
  const all: { entries: Entry[]; bytes: number }[] = [];
  for (const entry of ready) {
    const group = all.find(
      ({ entries, bytes }) =>
        entries[0]?.input.QueueUrl === entry.input.QueueUrl &&
        entries.length < MAX_BATCH_ENTRIES &&
        bytes + entry.bytes <= MAX_CALL_BYTES,
    );
    if (group === undefined) all.push({ entries: [entry], bytes: entry.bytes });
    else {
      group.entries.push(entry);
      group.bytes += entry.bytes;
    }
  }
  return all.map(({ entries }) => entries);
}
