import type { PutEventsCommandOutput, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { mayPass } from '../../aws/ports.ts';
import { EVENT_SOURCE, type JobEvent } from '../../contract/job-event.ts';
import { backoffMs, type Clock, sleep } from '../clock.ts';

/** An event that EventBridge did not take: it is still owed. */
export class AnnounceError extends Error {
  override readonly name = 'AnnounceError';
}

/** Puts an event on the bus. @throws AnnounceError if EventBridge did not take it, or did not answer */
export type Announce = (event: JobEvent, trace?: string) => Promise<void>;

/** Sends entries to the bus; each may fail by itself. */
export type Bus = (entries: PutEventsRequestEntry[]) => Promise<PutEventsCommandOutput>;

export interface AnnounceDeps {
  /** Called when the first event is due: most processes never need a client of EventBridge. */
  readonly openBus: () => Bus;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * PutEvents takes 10 entries (EventBridge API reference). Their bytes need no counting: an entry is at most some 6 KB (a
 * key of 250 and an error message of 512 characters are its longest fields), a call takes 256 KB at the least.
 */
const MAX_ENTRIES = 10;
/** Tries of one entry beyond the SDK's own: some two seconds in all, then the message is kept and brings it again. */
const MAX_TRIES = 5;

interface Waiting {
  readonly entry: PutEventsRequestEntry;
  tries: number;
  resolve(): void;
  reject(error: AnnounceError): void;
}

/** Sends the events that are ready in the same turn of the event loop together. Each ends by itself. */
export function makeAnnounce({ openBus, clock, random }: AnnounceDeps): Announce {
  let waiting: Waiting[] = [];
  let bus: Bus | undefined;
  const flush = () => {
    const ready = waiting;
    waiting = [];
    for (let i = 0; i < ready.length; i += MAX_ENTRIES) void send(ready.slice(i, i + MAX_ENTRIES));
  };
  const enqueue = (one: Waiting) => {
    if (waiting.push(one) === 1) setImmediate(flush);
  };
  const again = async (one: Waiting, cause: unknown) => {
    one.tries += 1;
    if (one.tries >= MAX_TRIES) return one.reject(refused(cause));
    await sleep(clock, backoffMs(one.tries, random));
    enqueue(one);
  };
  const send = async (call: Waiting[]): Promise<void> => {
    try {
      bus ??= openBus();
      const { Entries = [] } = await bus(call.map(({ entry }) => entry));
      for (const [i, one] of call.entries()) settle(one, Entries[i], again);
    } catch (error) {
      for (const one of call) {
        if (mayPass(error)) void again(one, error);
        else one.reject(refused(error));
      }
    }
  };
  return (event, trace) =>
    new Promise((resolve, reject) => enqueue({ entry: toEntry(event, trace), tries: 0, resolve, reject }));
}

const refused = (cause: unknown) =>
  new AnnounceError(`EventBridge did not take the event: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });

function settle(
  one: Waiting,
  result: PutEventsResultEntry | undefined,
  again: (one: Waiting, cause: unknown) => Promise<void>,
): void {
  if (result?.EventId !== undefined) {
    one.resolve();
    return;
  }
  const { ErrorCode = 'Unknown', ErrorMessage = 'no result' } = result ?? {};
  void again(one, Object.assign(new Error(`${ErrorCode}: ${ErrorMessage}`), { name: ErrorCode }));
}

function toEntry({ detailType, detail }: JobEvent, trace: string | undefined): PutEventsRequestEntry {
  return {
    Source: EVENT_SOURCE,
    DetailType: detailType,
    Time: new Date('failedAt' in detail ? detail.failedAt : detail.completedAt),
    Detail: JSON.stringify(detail),
    ...(trace !== undefined && { TraceHeader: trace }),
  };
}
