import type { Clock } from '../../../engine/clock.ts';
import { type Fault, leftOut, partlyHit } from '../faults.ts';
import { checkEntries, refused } from './limits.ts';
import type { MemoryQueue, MemoryQueueSettings } from './model.ts';

/** What a command of the in-memory SQS works on. */
export interface SqsService {
  readonly clock: Clock;
  /** What hits single entries of this call. */
  readonly fault: Fault | undefined;
  readonly nextMessageId: () => string;
  /** @throws QueueDoesNotExist by a name or URL that no queue has */
  readonly queue: (nameOrUrl: string | undefined) => MemoryQueue;
  readonly queues: () => readonly MemoryQueue[];
  readonly create: (name: string, settings: MemoryQueueSettings) => MemoryQueue;
  readonly remove: (name: string) => void;
}

/** One command: its input, and the reply that it makes. */
export type SqsCommand<Input> = (input: Input, service: SqsService) => object | Promise<object>;

interface Entry {
  readonly Id?: string | undefined;
}

/**
 * Does for each entry of a batch what the single call does: an entry fails alone, the call for its ids and their number.
 *
 * @throws as SQS refuses a batch as a whole
 */
export function eachEntry<E extends Entry>(
  entries: readonly E[],
  { fault }: SqsService,
  perform: (entry: E) => object,
): object {
  checkEntries(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const [i, entry] of entries.entries()) {
    const silent = leftOut(fault, i);
    if (silent?.taken === false) continue;
    try {
      const hit = partlyHit(fault, i);
      if (hit) throw refused(`${hit.code}: injected`, hit.code);
      const done = { Id: entry.Id, ...perform(entry) };
      if (silent === undefined) Successful.push(done);
    } catch (error) {
      const { name: Code, message: Message } = error as Error;
      Failed.push({ Id: entry.Id, Code, Message, SenderFault: Code !== 'InternalError' });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}
