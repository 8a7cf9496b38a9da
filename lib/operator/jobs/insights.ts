import {
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { names } from '../../contract/names.ts';
import { type FeedOptions, nowOf, pause, type Stage } from '../aws.ts';
import { isMissing } from '../stage.ts';

/** Rows of a query, and what it read. */
export interface InsightsResult {
  /** Fields by name; without the pointer to the line. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** CloudWatch bills what a query scans. */
  readonly scannedMegabytes: number;
}

export interface InsightsOptions extends FeedOptions {
  /** Epoch ms. */
  readonly sinceMs: number;
  /** Epoch ms. @default now */
  readonly untilMs?: number | undefined;
  /** Job types whose consumers' logs are read, 50 at most (CloudWatch Logs API reference, StartQuery). */
  readonly types: readonly string[];
  /** Rows at most, 1 to 10,000. A query's own `limit` stands. @default 1,000 */
  readonly limit?: number | undefined;
}

/** A query that CloudWatch could not answer, or that names too many types. */
export class InsightsError extends Error {
  override readonly name = 'InsightsError';
}

export const MAX_TYPES = 50;
/** Between two looks at the result: the first is soon, for short queries. */
const LOOK_MS = { first: 250, most: 2000 };

/**
 * Asks CloudWatch Logs Insights, over the consumers' logs of job types. Consumers that have logged nothing yet are left out.
 *
 * An abort asks CloudWatch to stop the query. `logs:StopQuery` is in no policy of the stage, for it would stop any query of the
 * account: without it the query goes on to its end by itself, and what it scans is billed.
 *
 * @throws InsightsError if CloudWatch refuses or fails the query; the signal's reason
 */
export async function insights(stage: Stage, query: string, options: InsightsOptions): Promise<InsightsResult> {
  const { types, signal } = options;
  if (types.length > MAX_TYPES) {
    throw new InsightsError(
      `a query reads the logs of ${MAX_TYPES} job types at most, got ${types.length}: choose some`,
    );
  }
  signal?.throwIfAborted();
  const groups = types.map((type) => `/aws/lambda/${names.consumer(stage.name, type)}`);
  const queryId = await started(stage, query, { ...options, groups });
  if (queryId === undefined) return { rows: [], scannedMegabytes: 0 };
  for (let waitMs = LOOK_MS.first; ; waitMs = Math.min(waitMs * 2, LOOK_MS.most)) {
    const answer = await stage.aws.logs.send(new GetQueryResultsCommand({ queryId }));
    const result = resultOf(answer);
    if (result !== undefined) return result;
    await pause(stage, waitMs, signal);
    if (signal?.aborted !== true) continue;
    await stage.aws.logs.send(new StopQueryCommand({ queryId })).catch(() => undefined);
    signal.throwIfAborted();
  }
}

interface Start extends InsightsOptions {
  readonly groups: readonly string[];
}

/** @returns the query's id; undefined if none of the log groups exists */
async function started(stage: Stage, queryString: string, { groups, ...options }: Start): Promise<string | undefined> {
  if (groups.length === 0) return undefined;
  const { sinceMs, untilMs = nowOf(stage), limit = 1000 } = options;
  const times = { startTime: Math.floor(sinceMs / 1000), endTime: Math.ceil(untilMs / 1000) };
  const command = new StartQueryCommand({ logGroupNames: [...groups], queryString, ...times, limit });
  try {
    return (await stage.aws.logs.send(command)).queryId;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'MalformedQueryException')
      throw new InsightsError(`CloudWatch refuses the query: ${message}`, { cause: error });
    if (!isMissing(error)) throw error;
    // One that is missing fails the query: the error names it.
    const missing = groups.filter((group) => namesIt(message, group));
    if (missing.length === 0) throw error;
    return started(stage, queryString, { ...options, groups: groups.filter((group) => !missing.includes(group)) });
  }
}

/** Whether a text names this group, and not one whose name begins so. */
const namesIt = (text: string, group: string): boolean =>
  text.split(/[^\w/.#-]+/).some((word) => word === group || word.endsWith(`:${group}`));

function resultOf({ status, results = [], statistics }: GetQueryResultsCommandOutput): InsightsResult | undefined {
  if (status === 'Scheduled' || status === 'Running') return undefined;
  if (status !== 'Complete') {
    throw new InsightsError(`the query ended as ${status ?? 'unknown'}: ask for a shorter time, or for less`);
  }
  const rows = results.map((row) =>
    Object.fromEntries(row.flatMap(({ field = '', value = '' }) => (field === '@ptr' ? [] : [[field, value]]))),
  );
  return { rows, scannedMegabytes: (statistics?.bytesScanned ?? 0) / 1024 / 1024 };
}
