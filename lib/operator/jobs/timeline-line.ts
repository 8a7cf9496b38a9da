import { IN_PLACE_MS } from '../../contract/protocol/timing.ts';
import type { JobLogLine } from './job-logs.ts';
import type { TimelineEntry } from './timeline-entry.ts';

/** An entry whose line may not say which run it was of. */
export type LoggedEntry = Omit<TimelineEntry, 'run'> & {
  readonly run: number | undefined;
  /** The line that ends an attempt: another that follows from the end is none. */
  readonly isEnd: boolean;
};

type Kind = TimelineEntry['kind'];
type Fields = JobLogLine['fields'];

interface Event {
  readonly kind: Kind;
  /** In a few words. @default the error, or nothing */
  readonly text?: (fields: Fields) => string;
  readonly isEnd?: true;
}

const attemptText = ({ attempt, maxAttempts }: Fields) => `attempt ${String(attempt)} of ${String(maxAttempts)}`;

/** Lines of the engine (lib/operator/README.md, "Logs"). */
const EVENTS: Readonly<Record<string, Event>> = {
  'job.started': { kind: 'started', text: attemptText },
  'job.completed': { kind: 'completed', isEnd: true },
  'job.failed': { kind: 'failed', isEnd: true },
  'job.retrying': { kind: 'retry-planned', text: () => 'waits in its queue' },
  'job.parked': { kind: 'parked', text: () => 'waits in the table' },
  'job.snoozed': { kind: 'retry-planned', text: () => 'snoozed: no attempt is counted', isEnd: true },
  'job.put-back': {
    kind: 'retry-planned',
    text: () => 'its process ended before it: no attempt is counted',
    isEnd: true,
  },
  'job.scheduled': { kind: 'parked', text: () => 'waits for its time' },
  'job.limited': { kind: 'parked', text: () => 'waits for its turn: its type is over the rate limit' },
  'job.renewed': { kind: 'renewed', text: () => 'its message was sent anew: the old one had been received too often' },
  'job.stalled': { kind: 'stalled', text: (fields) => errorText(fields) || 'the process of the attempt before died' },
  'job.dead': { kind: 'dead', text: (fields) => joined(fields.reason, errorText(fields)) },
  'job.expired': { kind: 'expired', text: (fields) => text(fields.errorMessage) },
  'job.cancelled': { kind: 'cancelled' },
  'job.flow-cancelled': { kind: 'cancelled', text: () => 'its flow was cancelled' },
};

/** What a line tells; undefined where it is another job's, or none of a time. */
export function fromLine({ at, fields, place }: JobLogLine, jobId: string): LoggedEntry | undefined {
  const atMs = Date.parse(at);
  if (fields.jobId !== jobId || Number.isNaN(atMs)) return undefined;
  const message = text(fields.message);
  const event = Object.hasOwn(EVENTS, message) ? EVENTS[message] : undefined;
  if (event === undefined)
    return { ...basics(fields), atMs, kind: 'logged', text: loggedText(fields), ...withPlace(place) };
  const isEnd = event.isEnd === true;
  const durationMs = isEnd ? number(fields.durationMs) : undefined;
  const plannedDelayMs = number(fields.delayMs);
  // Its line does not say where it waits.
  const isParked = message === 'job.snoozed' && (plannedDelayMs ?? 0) > IN_PLACE_MS;
  const kind = isParked ? 'parked' : event.kind;
  return {
    ...{ ...basics(fields), atMs, kind, isEnd, text: oneLine((event.text ?? errorText)(fields)) },
    ...withPlace(place),
    ...(durationMs !== undefined && { durationMs }),
    ...(plannedDelayMs !== undefined && { plannedDelayMs: Math.max(0, plannedDelayMs) }),
  };
}

/** A line about an attempt says its run, unless that is the first; any other line says none. */
function basics({ attempt, maxAttempts, run }: Fields) {
  const isOfAttempt = number(maxAttempts) !== undefined;
  const given = number(attempt);
  return {
    run: number(run) ?? (isOfAttempt ? 1 : undefined),
    isEnd: false,
    ...(given !== undefined && isOfAttempt && { attempt: given }),
  };
}

const withPlace = (place: string | undefined) => (place === undefined ? {} : { place });

/** Not its other fields: a handler's own lines may hold anything. */
const loggedText = (fields: Fields): string =>
  oneLine([text(fields.level), joined(fields.message, errorText(fields))].filter((part) => part !== '').join(' '));

const errorText = ({ errorName, errorMessage }: Fields): string => joined(errorName, errorMessage);

const joined = (...parts: readonly unknown[]): string =>
  parts
    .map(text)
    .filter((part) => part !== '')
    .join(': ');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;

/** Longest text of an entry: a line of a page. */
const MAX_LENGTH = 300;

export function oneLine(given: string): string {
  const line = given.replace(/\s+/g, ' ').trim();
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}
