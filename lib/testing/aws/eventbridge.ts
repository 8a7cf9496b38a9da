import type { PutEventsCommandInput, PutEventsRequestEntry, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import type { EventBridge } from '../../aws/ports.ts';
import {
  awsError,
  type Call,
  type Command,
  type Fault,
  type Faults,
  leftOut,
  makeFaults,
  partlyHit,
  toCall,
  underFault,
} from './faults.ts';
import { checkRequest } from './request-check.ts';

/** An event as a rule on the default bus sees it. */
export interface MemoryEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: Record<string, unknown>;
  readonly trace?: string;
}

/** The default EventBridge bus in memory, and what can go wrong with it. */
export interface MemoryEvents {
  readonly client: EventBridge;
  readonly faults: Faults;
  /** Every call so far, in order. */
  readonly calls: readonly Call[];
  /** Events that were taken, in order. */
  readonly events: readonly MemoryEvent[];
}

export function makeMemoryEvents(): MemoryEvents {
  const faults = makeFaults();
  const calls: Call[] = [];
  const events: MemoryEvent[] = [];
  const client = {
    async send(command: Command): Promise<unknown> {
      const call = toCall(command);
      calls.push(call);
      if (call.name !== 'PutEvents') throw new TypeError(`${call.name} is not a call that the engine makes`);
      return underFault(faults.take(call), (fault) => {
        const reply = putEvents(call.input as PutEventsCommandInput, events, fault);
        checkRequest(call);
        return reply;
      });
    },
  };
  return { client: client as EventBridge, faults, calls, events };
}

/** The least that a call takes (EventBridge User Guide, "Calculating PutEvents event entry size"). */
export const MAX_CALL_BYTES = 256 * 1024;

/** Entries fail alone; the call fails for their number and their bytes. */
function putEvents({ Entries = [] }: PutEventsCommandInput, events: MemoryEvent[], fault: Fault | undefined): object {
  if (Entries.length < 1 || Entries.length > 10) {
    throw awsError('ValidationException', `${Entries.length} entries, 1 to 10 allowed`);
  }
  const bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (bytes > MAX_CALL_BYTES)
    throw awsError('ValidationException', 'Total size of the entries in the request is over the limit.');
  const results = Entries.flatMap((entry, i): PutEventsResultEntry[] => {
    const hit = partlyHit(fault, i);
    if (hit) return [{ ErrorCode: hit.code, ErrorMessage: 'injected' }];
    const silent = leftOut(fault, i);
    if (silent?.taken !== false) events.push(toEvent(entry));
    return silent === undefined ? [{ EventId: `event-${events.length}` }] : [];
  });
  return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
}

/** As EventBridge counts it. */
function sizeOf({ Time, Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number {
  const texts = [Source, DetailType, Detail].map((text) => Buffer.byteLength(text));
  return texts.reduce((a, b) => a + b, Time === undefined ? 0 : 14);
}

function toEvent({
  Source = '',
  DetailType = '',
  Detail = '{}',
  Time,
  TraceHeader,
}: PutEventsRequestEntry): MemoryEvent {
  return {
    ...{ source: Source, 'detail-type': DetailType, time: Time?.toISOString() ?? '', detail: JSON.parse(Detail) },
    ...(TraceHeader !== undefined && { trace: TraceHeader }),
  };
}
