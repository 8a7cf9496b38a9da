import { visible } from '../bin/cli/visible.ts';
import { ownPlace, readableStack } from '../lib/bundle/stack.ts';

/**
 * How the engine's events read on a terminal. Of `job.failed` only the place in the user's code is shown: the next event says the
 * rest.
 */
const EVENTS: Readonly<Record<string, (line: LogFields) => string>> = {
  'job.started': ({ attempt, maxAttempts }) => `attempt ${attempt}/${maxAttempts}`,
  'job.completed': ({ durationMs }) => duration(durationMs),
  'job.retrying': (line) => `in ${duration(line.delayMs)}  ${errorOf(line)}`,
  'job.parked': (line) => `for ${duration(line.delayMs)}  ${errorOf(line)}`,
  'job.scheduled': (line) => `for ${duration(line.delayMs)}`,
  'job.limited': (line) => `for ${duration(line.delayMs)}`,
  'job.snoozed': (line) => `for ${duration(line.delayMs)}  ${errorOf(line)}`,
  'job.dead': (line) => `${line.reason ?? ''}  ${errorOf(line)}`,
};

const SILENT = new Set(['job.leftover']);
/** Lambda's own lines around each invocation. */
const PLATFORM = /^(START|END|REPORT|INIT_START|XRAY|EXTENSION)\b/;

type LogFields = Readonly<Record<string, unknown>>;

/** A line of a function's log, as it came from CloudWatch Logs. */
export interface RawLogLine {
  /** The function's name without `sluice-<stage>-`. */
  readonly source: string;
  readonly timestampMs: number;
  readonly message: string;
}

/**
 * One line for people: `12:04:33 process-payment  ord-9 retrying   in 5 s  StripeConnectionError: socket hang up`.
 *
 * @returns undefined for lines that are not about a job: Lambda's own, and metrics
 */
export function renderLogLine(line: RawLogLine): string | undefined {
  const rendered = render(line);
  return rendered === undefined ? undefined : visible(rendered).trimEnd();
}

function render({ source, timestampMs, message }: RawLogLine): string | undefined {
  const text = message.trimEnd();
  if (text === '' || PLATFORM.test(text)) return undefined;
  const fields = parse(text);
  if (!fields) return `${clock(timestampMs)} ${source.padEnd(16)} ${text}`;
  // An embedded-metric-format blob is meant for CloudWatch.
  if ('_aws' in fields) return undefined;
  const event = typeof fields.message === 'string' ? fields.message : text;
  const place = placeOf(fields.error);
  if (SILENT.has(event) || (event === 'job.failed' && place === undefined)) return undefined;
  const ms = typeof fields.timestamp === 'string' ? Date.parse(fields.timestamp) : Number.NaN;
  const head = `${clock(Number.isNaN(ms) ? timestampMs : ms)} ${source.padEnd(16)} ${shortId(fields.jobId).padEnd(8)}`;
  const describe = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined;
  if (describe) return `${head} ${event.slice('job.'.length).padEnd(10)} ${describe(fields)}`.trimEnd();
  if (event === 'job.failed') return `${head} failed     at ${place}`;
  const at = place === undefined ? '' : `  at ${place}`;
  if (event.startsWith('job.'))
    return `${head} ${event.slice('job.'.length).padEnd(10)} ${errorOf(fields)}${at}`.trimEnd();
  return `${head} ${String(fields.level ?? 'INFO')
    .toLowerCase()
    .padEnd(10)} ${event} ${extras(fields)}`.trimEnd();
}

function parse(text: string): LogFields | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogFields;
  } catch {
    return undefined;
  }
}

function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString('en-GB', { hour12: false });
}

/** The end of an id, which distinguishes jobs: a UUIDv7 begins with its time. */
function shortId(id: unknown): string {
  const whole = typeof id === 'string' ? id : '';
  return whole.length > 8 ? `…${whole.slice(-7)}` : whole;
}

function duration(ms: unknown): string {
  const value = Number(ms);
  if (!Number.isFinite(value)) return '';
  if (value < 1000) return `${Math.round(value)} ms`;
  if (value < 120_000) return `${Number((value / 1000).toFixed(1))} s`;
  return `${Math.round(value / 60_000)} min`;
}

function errorOf({ errorName, errorMessage, error }: LogFields): string {
  if (typeof errorName === 'string') return `${errorName}: ${String(errorMessage ?? '')}`;
  const nested = typeof error === 'object' && error !== null ? (error as LogFields) : undefined;
  return nested ? `${String(nested.name)}: ${String(nested.message)}` : '';
}

/** Where a logged error came from, in the user's own code: of itself, or of its cause. */
function placeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { stack, cause } = error as LogFields;
  const own = typeof stack === 'string' ? ownPlace(readableStack(stack, () => undefined)) : undefined;
  return own ?? placeOf(cause);
}

const STANDARD =
  /^(level|message|timestamp|service|sampling_rate|xray_trace_id|jobId|jobType|attempt|maxAttempts|run|(cold_|function_).*)$/;

/** Fields that a handler logged beside its message. */
function extras(fields: LogFields): string {
  const own = Object.entries(fields).filter(([name]) => !STANDARD.test(name));
  return own.length === 0 ? '' : JSON.stringify(Object.fromEntries(own));
}
