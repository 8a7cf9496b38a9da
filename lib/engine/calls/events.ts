import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsCommandOutput,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { abortedBy, type CurrentSignal, ownCalls } from '../../aws/client-settings.ts';
import { isTransient } from '../../aws/errors.ts';
import type { EventBridge } from '../../aws/ports.ts';
import { type BreakerEvent, EVENT_SOURCE, type JobEvent } from '../../contract/job-event.ts';
import { messageOf } from '../../contract/thrown.ts';
import { type CallTime, MESSAGE_TRIES } from './call-time.ts';
import { gather, type Retry, type Waiting } from './gather.ts';

/** An event that EventBridge did not take: it is still pending. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}

/** Puts an event on the bus. @throws PublishError if EventBridge did not take it, or did not answer */
export type Publish = (event: JobEvent | BreakerEvent, trace?: string) => Promise<void>;

/** Sends entries to the bus; each may fail by itself. */
export type Bus = (entries: PutEventsRequestEntry[]) => Promise<PutEventsCommandOutput>;

/**
 * The account's default bus, behind a client. Imported statically: a dynamic import makes esbuild keep the whole SDK client
 * (50 KB of a bundle instead of 18), and was no faster to load.
 */
export const makeBus =
  (client: EventBridge): Bus =>
  (Entries) =>
    client.send(new PutEventsCommand({ Entries }));

/** The default bus, behind the SDK's client. */
export const defaultBus = (signal: CurrentSignal): Bus => makeBus(abortedBy(new EventBridgeClient(ownCalls()), signal));

export interface PublishDeps {
  /** Called when the first event is due: most processes never need a client of EventBridge. */
  readonly openBus: () => Bus;
  readonly callTime: CallTime;
}

/**
 * PutEvents takes 10 entries (EventBridge API reference). Their bytes need no counting: an entry is at most some 6 KB (a
 * key of 250 and an error message of 512 characters are its longest fields), a call takes 256 KB at the least.
 */
export const MAX_ENTRIES = 10;

interface Entry {
  readonly entry: PutEventsRequestEntry;
}

/** Publishes the events that are ready in the same turn of the event loop together. Each ends by itself. */
export function makePublish({ openBus, callTime }: PublishDeps): Publish {
  let bus: Bus | undefined;
  const send = async (call: Waiting<Entry, void>[], retry: Retry<Entry, void>): Promise<void> => {
    try {
      bus ??= openBus();
      const put = bus;
      const { Entries = [] } = await callTime.within(() => put(call.map(({ entry }) => entry)));
      for (const [i, one] of call.entries()) answer(one, Entries[i], retry);
    } catch (error) {
      for (const one of call) {
        if (isTransient(error)) retry(one, error);
        else one.reject(refused(error));
      }
    }
  };
  const retries = { maxTries: MESSAGE_TRIES, gaveUp: refused, callTime };
  const publish = gather<Entry, void>({ fits: (call) => call.length < MAX_ENTRIES, send, retries });
  return (event, trace) => publish({ entry: toEntry(event, trace) });
}

const refused = (cause: unknown) =>
  new PublishError(`EventBridge did not take the event: ${messageOf(cause)}`, {
    cause,
  });

function answer(one: Waiting<Entry, void>, result: PutEventsResultEntry | undefined, retry: Retry<Entry, void>): void {
  const { EventId, ErrorCode = 'Unknown', ErrorMessage = 'no result' } = result ?? {};
  if (EventId !== undefined) one.resolve();
  else retry(one, Object.assign(new Error(`${ErrorCode}: ${ErrorMessage}`), { name: ErrorCode }));
}

/** One of them stands in each event. */
type Times = { readonly [Name in 'failedAt' | 'completedAt' | 'expiredAt' | 'closedAt' | 'openedAt']?: string };

function toEntry({ detailType, detail }: JobEvent | BreakerEvent, trace: string | undefined): PutEventsRequestEntry {
  const { failedAt, completedAt, expiredAt, closedAt, openedAt }: Times = detail;
  return {
    Source: EVENT_SOURCE,
    DetailType: detailType,
    Time: new Date(failedAt ?? completedAt ?? expiredAt ?? closedAt ?? openedAt ?? 0),
    Detail: JSON.stringify(detail),
    ...(trace !== undefined && { TraceHeader: trace }),
  };
}
