import { type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type MapOf, ownPlace, readableStack } from '../../bundle/stack.ts';
import { names } from '../../contract/names.ts';
import type { Stage } from '../aws.ts';
import { isMissing } from '../stage.ts';

/** A line that a job's consumer logged. */
export interface JobLogLine {
  /** ISO 8601. */
  readonly at: string;
  /** Fields of a structured line. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the error that it tells of came from, in the user's own code: `functions/send-email/perform.ts:12:7`. */
  readonly place?: string;
}

export interface LogOptions {
  /** Epoch ms. @default all that is kept */
  readonly sinceMs?: number | undefined;
  /** Epoch ms, not included. @default all that is kept */
  readonly untilMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default 1,000 */
  readonly limit?: number;
  /** The source maps of what is deployed. @default none: stages that are not disposable have names of bundles in their stacks */
  readonly mapOf?: MapOf;
}

const LIMIT = 1000;

/**
 * The log lines that carry a job's id, the oldest first.
 *
 * @throws the signal's reason
 */
export async function jobLogs(
  stage: Stage,
  type: string,
  { jobId, limit = LIMIT, mapOf = () => undefined, ...range }: LogOptions & { jobId: string },
): Promise<JobLogLine[]> {
  const lines: JobLogLine[] = [];
  for await (const { timestamp = 0, message = '' } of events(stage, type, { jobId, ...range })) {
    const fields = parsed(message);
    // Checked again here: not every emulator applies the filter.
    if (fields?.jobId === jobId) lines.push({ at: atOf(fields, timestamp), ...readable(fields, mapOf) });
    if (lines.length >= limit) break;
  }
  return lines.sort((a, b) => Number(a.at > b.at) - Number(a.at < b.at));
}

/** Fields whose stacks name the files that people wrote. */
function readable(fields: Fields, mapOf: MapOf): Pick<JobLogLine, 'fields' | 'place'> {
  const { error } = fields;
  if (!isFields(error)) return { fields };
  const read = readableError(error, mapOf);
  const place = placeOf(read);
  return { fields: { ...fields, error: read }, ...(place !== undefined && { place }) };
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function readableError(error: Fields, mapOf: MapOf): Fields {
  const { stack, cause } = error;
  return {
    ...error,
    ...(typeof stack === 'string' && { stack: readableStack(stack, mapOf) }),
    ...(isFields(cause) && { cause: readableError(cause, mapOf) }),
  };
}

/** Of the error, or else of what caused it. */
function placeOf({ stack, cause }: Fields): string | undefined {
  const own = typeof stack === 'string' ? ownPlace(stack) : undefined;
  return own ?? (isFields(cause) ? placeOf(cause) : undefined);
}

/** The keys of a job of this id, read from its log lines. @throws the signal's reason */
export async function keysById(
  stage: Stage,
  type: string,
  { jobId, ...range }: Pick<LogOptions, 'signal' | 'sinceMs'> & { jobId: string },
): Promise<string[]> {
  const lines = await jobLogs(stage, type, { jobId, ...range });
  return [...new Set(lines.flatMap(({ fields: { key } }) => (typeof key === 'string' ? [key] : [])))];
}

interface Wanted extends Pick<LogOptions, 'sinceMs' | 'untilMs' | 'signal'> {
  readonly jobId: string;
}

async function* events(stage: Stage, type: string, wanted: Wanted): AsyncGenerator<FilteredLogEvent> {
  const { jobId, sinceMs, untilMs, signal } = wanted;
  let nextToken: string | undefined;
  do {
    signal?.throwIfAborted();
    const command = new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${names.consumer(stage.name, type)}`,
      filterPattern: `{ $.jobId = ${JSON.stringify(jobId)} }`,
      ...(sinceMs !== undefined && { startTime: sinceMs }),
      // CloudWatch takes lines of this very ms, too (CloudWatch Logs API reference, FilterLogEvents).
      ...(untilMs !== undefined && { endTime: untilMs - 1 }),
      ...(nextToken !== undefined && { nextToken }),
    });
    try {
      const page = await stage.aws.logs.send(command);
      yield* page.events ?? [];
      nextToken = page.nextToken;
    } catch (error) {
      // A function that never ran has no log group.
      if (!isMissing(error)) throw error;
      return;
    }
  } while (nextToken !== undefined);
}

const atOf = ({ timestamp }: Fields, fallbackMs: number): string =>
  typeof timestamp === 'string' ? timestamp : new Date(fallbackMs).toISOString();

function parsed(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
