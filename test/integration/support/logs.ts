import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { inject } from 'vitest';

const client = new CloudWatchLogsClient(inject('clientConfig'));

/** All that a function has logged. */
export async function linesOf(functionName: string): Promise<string[]> {
  const lines: string[] = [];
  const pages = paginateFilterLogEvents({ client }, { logGroupName: `/aws/lambda/${functionName}` });
  for await (const { events = [] } of pages) lines.push(...events.map(({ message = '' }) => message));
  return lines;
}

/** The lines that are JSON. */
export const parsed = (lines: readonly string[]): Record<string, unknown>[] =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
