import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudWatchLogsClient,
  paginateFilterLogEvents,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { names } from '../../../lib/contract/names.ts';
import type { Emulator } from '../../../localstack/emulator.ts';

/** A tick of the dispatcher, as it logged it. */
export interface Tick {
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** How late the oldest job was that it released. */
  readonly latenessMs: number;
  readonly released: number;
}

/** A rule's first tick comes a minute after its deploy, and at most the 10 s later in which the emulator looks at its rules. */
const LONGEST_TO_FIRST_MS = 90_000;

/**
 * Waits until a stage's rule ticks: what was parked before would wait for its first tick.
 *
 * @throws Error if it never does
 */
export async function firstTick(emulator: Emulator, stage: string): Promise<void> {
  const untilMs = Date.now() + LONGEST_TO_FIRST_MS;
  while ((await ticksOf(emulator, stage)).length === 0) {
    if (Date.now() > untilMs) throw new Error(`the rule of stage ${stage} has not ticked`);
    await sleep(1000);
  }
}

/** In their order. */
export async function ticksOf({ clientConfig }: Emulator, stage: string): Promise<Tick[]> {
  const client = new CloudWatchLogsClient(clientConfig);
  try {
    return await read(client, stage);
  } catch (error) {
    // It is made by the first tick.
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  } finally {
    client.destroy();
  }
}

async function read(client: CloudWatchLogsClient, stage: string): Promise<Tick[]> {
  const ticks: Tick[] = [];
  const logGroupName = `/aws/lambda/${names.dispatcher(stage)}`;
  for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
    for (const { message = '' } of events) {
      if (!message.includes('"dispatch.finished"')) continue;
      const line = JSON.parse(message) as Omit<Tick, 'startedAtMs'> & { readonly timestamp: string };
      const { durationMs, latenessMs, released } = line;
      ticks.push({ startedAtMs: Date.parse(line.timestamp) - durationMs, durationMs, latenessMs, released });
    }
  }
  return ticks.sort((a, b) => a.startedAtMs - b.startedAtMs);
}
