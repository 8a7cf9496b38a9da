import type {
  ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommandInput,
  GetQueueUrlCommandInput,
  SendMessageBatchCommandInput,
  SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { Sqs } from '../engine/aws.ts';
import type { Clock } from '../engine/clock.ts';
import {
  type Call,
  type Command,
  type Fault,
  type Faults,
  makeFaults,
  partlyHit,
  toCall,
  underFault,
} from './faults.ts';
import { type MemoryQueue, type MemoryQueueSettings, makeMemoryQueue } from './memory-queue.ts';
import { checkEntries, checkMessage, refused } from './message-limits.ts';

/** SQS in memory: standard queues, the calls that the engine makes, and what can go wrong with them. */
export interface MemorySqs {
  readonly client: Sqs;
  readonly faults: Faults;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  createQueue(name: string, settings: MemoryQueueSettings): MemoryQueue;
  /** @throws QueueDoesNotExist by a name or URL that no queue has */
  queue(nameOrUrl: string | undefined): MemoryQueue;
}

export function makeMemorySqs(clock: Clock): MemorySqs {
  const faults = makeFaults();
  const calls: Call[] = [];
  const queues = new Map<string, MemoryQueue>();
  let sent = 0;
  const nextMessageId = () => `m-${String(++sent).padStart(8, '0')}`;
  const queue = (nameOrUrl: string | undefined): MemoryQueue => {
    const found = queues.get(nameOrUrl?.split('/').at(-1) ?? '');
    if (found === undefined) throw refused('The specified queue does not exist.', 'QueueDoesNotExist');
    return found;
  };
  const send = async (command: Command): Promise<object> => {
    const call = toCall(command);
    calls.push(call);
    return underFault(faults.take(call), (fault) => perform(call, fault, { queue, nextMessageId }));
  };
  return {
    client: { send } as { send: unknown } as Sqs,
    faults,
    calls,
    createQueue(name, settings) {
      const made = makeMemoryQueue(name, settings, clock);
      queues.set(name, made);
      return made;
    },
    queue,
  };
}

interface SendDeps {
  readonly queue: (nameOrUrl: string | undefined) => MemoryQueue;
  readonly nextMessageId: () => string;
}

function perform({ name, input }: Call, fault: Fault | undefined, deps: SendDeps): object {
  switch (name) {
    case 'SendMessage':
      return sendOne(input as SendMessageCommandInput, deps);
    case 'SendMessageBatch':
      return sendBatch(input as SendMessageBatchCommandInput, deps, fault);
    case 'ChangeMessageVisibilityBatch':
      return hideBatch(input as ChangeMessageVisibilityBatchCommandInput, deps, fault);
    case 'ChangeMessageVisibility': {
      const { QueueUrl, ReceiptHandle = '', VisibilityTimeout = -1 } = input as ChangeMessageVisibilityCommandInput;
      deps.queue(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
      return {};
    }
    case 'GetQueueUrl':
      return { QueueUrl: deps.queue((input as GetQueueUrlCommandInput).QueueName).url };
    default:
      throw new TypeError(`the in-memory SQS does not know ${name}`);
  }
}

function sendOne(input: SendMessageCommandInput, { queue, nextMessageId }: SendDeps): object {
  checkMessage(input);
  const MessageId = nextMessageId();
  queue(input.QueueUrl).add(input, MessageId);
  return { MessageId };
}

/** Entries fail alone; the call fails for its ids and its number of entries. */
function hideBatch(input: ChangeMessageVisibilityBatchCommandInput, deps: SendDeps, fault: Fault | undefined): object {
  const { Entries = [], QueueUrl } = input;
  checkEntries(Entries.map(({ Id }) => ({ Id, MessageBody: '-' })));
  return eachAlone(Entries, fault, ({ ReceiptHandle = '', VisibilityTimeout = -1 }) => {
    deps.queue(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
    return {};
  });
}

/** Entries fail alone; the call fails for its ids, its number of entries and its bytes. */
function sendBatch(input: SendMessageBatchCommandInput, deps: SendDeps, fault: Fault | undefined): object {
  const { Entries = [], QueueUrl } = input;
  checkEntries(Entries);
  return eachAlone(Entries, fault, ({ Id: _, ...message }) => sendOne({ QueueUrl, ...message }, deps));
}

function eachAlone<Entry extends { Id: string | undefined }>(
  entries: readonly Entry[],
  fault: Fault | undefined,
  take: (entry: Entry) => object,
): object {
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [i, entry] of entries.entries()) {
    const { Id } = entry;
    try {
      const hit = partlyHit(fault, i);
      if (hit) throw refused(`${hit.code}: injected`, hit.code);
      Successful.push({ Id, ...take(entry) });
    } catch (error) {
      const { name: Code, message: Message } = error as Error;
      Failed.push({ Id, Code, Message, SenderFault: Code !== 'InternalError' });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
