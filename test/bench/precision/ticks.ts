import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
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

/** In their order. */
export async function ticksOf({ clientConfig }: Emulator, stage: string): Promise<Tick[]> {
  const client = new CloudWatchLogsClient(clientConfig);
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
  client.destroy();
  return ticks.sort((a, b) => a.startedAtMs - b.startedAtMs);
}
