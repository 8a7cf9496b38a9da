import { type FilteredLogEvent, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { names } from '../../contract/names.ts';
import type { Stage } from '../aws.ts';
import { isMissing } from '../stage.ts';

/** A line that a job's consumer logged. */
export interface JobLogLine {
  /** ISO 8601. */
  readonly at: string;
  /** Fields of a structured line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LogOptions {
  /** Epoch ms. @default all that is kept */
  readonly sinceMs?: number | undefined;
  /** @default 1,000 */
  readonly limit?: number;
}

const LIMIT = 1000;

/** The log lines that carry a job's id, the oldest first. */
export async function jobLogs(
  stage: Stage,
  type: string,
  { jobId, sinceMs, limit = LIMIT }: LogOptions & { jobId: string },
): Promise<JobLogLine[]> {
  const lines: JobLogLine[] = [];
  for await (const { timestamp = 0, message = '' } of events(stage, type, { jobId, sinceMs })) {
    const fields = parsed(message);
    // Checked again here: not every emulator applies the filter.
    if (fields?.jobId === jobId) lines.push({ at: atOf(fields, timestamp), fields });
    if (lines.length >= limit) break;
  }
  return lines.sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** The keys of a job of this id, read from its log lines. */
export async function keysById(stage: Stage, type: string, jobId: string): Promise<string[]> {
  const lines = await jobLogs(stage, type, { jobId });
  return [...new Set(lines.flatMap(({ fields: { key } }) => (typeof key === 'string' ? [key] : [])))];
}

interface Wanted {
  readonly jobId: string;
  readonly sinceMs: number | undefined;
}

async function* events(stage: Stage, type: string, { jobId, sinceMs }: Wanted): AsyncGenerator<FilteredLogEvent> {
  let nextToken: string | undefined;
  do {
    const command = new FilterLogEventsCommand({
      logGroupName: `/aws/lambda/${names.consumer(stage.name, type)}`,
      filterPattern: `{ $.jobId = ${JSON.stringify(jobId)} }`,
      ...(sinceMs !== undefined && { startTime: sinceMs }),
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

const atOf = ({ timestamp }: Record<string, unknown>, fallbackMs: number): string =>
  typeof timestamp === 'string' ? timestamp : new Date(fallbackMs).toISOString();

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
