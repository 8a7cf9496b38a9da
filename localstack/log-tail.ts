import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { prefixOf } from '../lib/contract/names.ts';
import type { Emulator } from './emulator.ts';
import { messageOf } from './errors.ts';
import type { RawLogLine } from './log-line.ts';

const POLL_MS = 500;
/** A line may be stored some time after it was written, so the last seconds are always read again. */
const OVERLAP_MS = 10_000;

/** A function of a stage. */
export interface DeployedFunction {
  /** As deployed: `sluice-dev-send-email`. */
  readonly name: string;
  /** Its folder in `functions/`: `send-email`. */
  readonly folder: string;
  readonly logGroup: string;
  /** Whether X-Ray traces it. */
  readonly traced: boolean | 'otel';
}

/** The functions that a stage's stacks made. */
export async function deployedFunctions(emulator: Emulator, stage: string): Promise<DeployedFunction[]> {
  const client = new LambdaClient(emulator.clientConfig);
  const prefix = `${prefixOf(stage)}-`;
  const found: DeployedFunction[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    for (const { FunctionName: name = '', LoggingConfig, TracingConfig, Environment } of Functions) {
      if (!name.startsWith(prefix)) continue;
      const folder = name.slice(prefix.length);
      const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
      const bySpans = Environment?.Variables?.SLUICE_TRACING === 'otel';
      found.push({ name, folder, logGroup, traced: bySpans ? 'otel' : TracingConfig?.Mode === 'Active' });
    }
  }
  return found;
}

/**
 * Calls `onLine` with each line that the functions log from now on, in the order of their time stamps.
 *
 * @param functions  asked at each look: some may come later
 * @returns a function that stops it
 */
export function tailLogs(
  emulator: Emulator,
  functions: () => readonly DeployedFunction[],
  onLine: (line: RawLogLine) => void,
): () => Promise<void> {
  const client = new CloudWatchLogsClient(emulator.clientConfig);
  const ending = new AbortController();
  const running = poll(ending.signal, logReader(client, functions), onLine);
  return async () => {
    ending.abort();
    await running;
    client.destroy();
  };
}

async function poll(
  signal: AbortSignal,
  read: () => Promise<RawLogLine[]>,
  onLine: (line: RawLogLine) => void,
): Promise<void> {
  let hasComplained = false;
  while (!signal.aborted) {
    try {
      for (const line of await read()) onLine(line);
      hasComplained = false;
    } catch (error) {
      // Logged once: after an emulator was ended by hand, it would fill the terminal.
      const message = `logs cannot be read: ${messageOf(error)}`;
      if (!hasComplained && !signal.aborted) onLine({ source: 'local', timestampMs: Date.now(), message });
      hasComplained = true;
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns a function that returns, at each call, the lines that are new */
function logReader(
  client: CloudWatchLogsClient,
  functions: () => readonly DeployedFunction[],
): () => Promise<RawLogLine[]> {
  const sinceMs = Date.now();
  const given = new Map<string, number>();
  return async () => {
    const startTime = Math.max(sinceMs, Date.now() - OVERLAP_MS);
    const events = (await Promise.all(functions().map((fn) => eventsOf(client, fn, startTime)))).flat();
    for (const [key, atMs] of given) if (atMs < Date.now() - 6 * OVERLAP_MS) given.delete(key);
    return events
      .filter(({ key }) => {
        const isNew = !given.has(key);
        given.set(key, Date.now());
        return isNew;
      })
      .map(({ line }) => line)
      .sort((a, b) => a.timestampMs - b.timestampMs);
  };
}

async function eventsOf(client: CloudWatchLogsClient, { folder, logGroup }: DeployedFunction, startTime: number) {
  const found: { readonly key: string; readonly line: RawLogLine }[] = [];
  try {
    for await (const page of paginateFilterLogEvents({ client }, { logGroupName: logGroup, startTime })) {
      for (const { eventId, logStreamName, timestamp = 0, message = '' } of page.events ?? []) {
        // MiniStack gives its events no id.
        const key = eventId ?? `${logStreamName} ${timestamp} ${message}`;
        found.push({ key, line: { source: folder, timestampMs: timestamp, message } });
      }
    }
  } catch (error) {
    // A function that never ran may have no log group yet.
    if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
  }
  return found;
}
