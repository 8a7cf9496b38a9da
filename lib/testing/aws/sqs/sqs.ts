import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Clock } from '../../../engine/clock.ts';
import { type Call, type Command, type Faults, makeFaults, toCall, underFault } from '../faults.ts';
import { checkRequest } from '../request-check.ts';
import { refused } from './limits.ts';
import { MESSAGE_COMMANDS } from './messages.ts';
import type { MemoryQueue, MemoryQueueSettings } from './model.ts';
import { makeMoveTaskCommands } from './move-tasks.ts';
import { makeMemoryQueue } from './queue.ts';
import { makeQueueCommands } from './queues.ts';
import { receiveMessages } from './receive.ts';
import type { SqsCommand, SqsService } from './service.ts';

/** SQS in memory: standard queues, what producers, consumers and operators do with them, and what can go wrong. */
export interface MemorySqs {
  readonly client: Pick<SQSClient, 'send'>;
  readonly faults: Faults;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  createQueue(name: string, settings: MemoryQueueSettings): MemoryQueue;
  /** @throws QueueDoesNotExist by a name or URL that no queue has */
  queue(nameOrUrl: string | undefined): MemoryQueue;
}

/** @param options.keepsCalls whether `calls` holds every call; a million jobs' fill the memory. @default true */
export function makeMemorySqs(clock: Clock, { keepsCalls = true }: { readonly keepsCalls?: boolean } = {}): MemorySqs {
  const faults = makeFaults();
  const calls: Call[] = [];
  const queues = makeQueues(clock);
  const perform = makePerform(clock, queues);
  const send = async (command: Command): Promise<object> => {
    const call = toCall(command);
    if (keepsCalls) calls.push(call);
    return underFault(faults.take(call), (fault) => perform(call, fault));
  };
  return {
    client: { send } as { send: unknown } as Pick<SQSClient, 'send'>,
    faults,
    calls,
    createQueue: queues.create,
    queue: queues.queue,
  };
}

function makeQueues(clock: Clock): Pick<SqsService, 'queue' | 'queues' | 'create' | 'remove'> {
  const queues = new Map<string, MemoryQueue>();
  return {
    queues: () => [...queues.values()],
    queue(nameOrUrl) {
      const found = queues.get(nameOrUrl?.split('/').at(-1) ?? '');
      if (found === undefined) throw refused('The specified queue does not exist.', 'QueueDoesNotExist');
      return found;
    },
    create(name, settings) {
      const made = makeMemoryQueue(name, settings, clock);
      queues.set(name, made);
      return made;
    },
    remove: (name) => void queues.delete(name),
  };
}

function makePerform(clock: Clock, queues: ReturnType<typeof makeQueues>) {
  let sent = 0;
  const nextMessageId = () => `m-${String(++sent).padStart(8, '0')}`;
  const commands: Readonly<Record<string, SqsCommand<never>>> = {
    ...MESSAGE_COMMANDS,
    ReceiveMessage: receiveMessages,
    ...makeQueueCommands(),
    ...makeMoveTaskCommands(),
  };
  return (call: Call, fault: SqsService['fault']): object | Promise<object> => {
    const command = commands[call.name];
    if (command === undefined) throw new TypeError(`the in-memory SQS does not know ${call.name}`);
    const reply = command(call.input as never, { clock, fault, nextMessageId, ...queues });
    checkRequest(call);
    return reply;
  };
}
