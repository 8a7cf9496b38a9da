import { ChangeMessageVisibilityCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { sleep } from '../../../lib/engine/clock.ts';
import {
  type EventSourceMapping,
  makeMemoryDynamoDb,
  makeMemorySqs,
  makeVirtualClock,
  startEventSourceMapping,
} from '../../../lib/testing/index.ts';
import type { AwsWithDynamoDb, AwsWithLambda } from './aws.ts';
import { perform, type Surroundings } from './function/perform.ts';

/** A fresh in-memory AWS. */
export function openMemory() {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { shared: ['id'], own: ['id'] } });
  const wait = (seconds: number) => sleep(clock, seconds * 1000);
  const mappings = new Map<string, EventSourceMapping>();
  let names = 0;
  const aws: AwsWithLambda & AwsWithDynamoDb = {
    name: 'memory',
    sqs: sqs.client,
    dynamoDb: dynamoDb.client,
    table: 'shared',
    ownTable: 'own',
    nowMs: clock.now,
    wait,
    newName: (what) => `${what}-${++names}`,
    async consume(queueUrl, options = {}) {
      const environment = () => ({ consumer: (event: Parameters<typeof perform>[0]) => perform(event, surroundings) });
      const settings = { ...options, environment, clock, functionTimeoutSeconds: 10 };
      mappings.set(queueUrl, startEventSourceMapping(sqs.queue(queueUrl), settings));
    },
    stopConsuming: async (queueUrl) => mappings.get(queueUrl)?.stop(),
  };
  const surroundings: Surroundings = {
    wait,
    async call(operation, input) {
      if (operation === 'SendMessage') await sqs.client.send(new SendMessageCommand(input as never));
      else await sqs.client.send(new ChangeMessageVisibilityCommand(input as never));
    },
  };
  return { aws, run: clock.run };
}
