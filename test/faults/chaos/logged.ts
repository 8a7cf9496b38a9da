import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { names } from '../../../lib/contract/names.ts';
import { TYPES } from './plan.ts';
import { STAGE, type Stage } from './stage.ts';

/** How often the functions logged an event. What a killed process had not yet handed over is not among it. */
export async function countLogged({ emulator }: Pick<Stage, 'emulator'>, event: string): Promise<number> {
  const client = new CloudWatchLogsClient(emulator.clientConfig);
  let count = 0;
  for (const type of TYPES) {
    const logGroupName = `/aws/lambda/${names.consumer(STAGE, type)}`;
    for await (const { events = [] } of paginateFilterLogEvents(
      { client },
      { logGroupName, filterPattern: `"${event}"` },
    )) {
      count += events.filter(({ message = '' }) => message.includes(`"message":"${event}"`)).length;
    }
  }
  client.destroy();
  return count;
}
