import { sleep } from '../../lib/engine/clock.ts';
import { makeMemoryDynamoDb, makeMemorySqs, makeVirtualClock } from '../../lib/testing/index.ts';
import type { AwsWithDynamoDb, AwsWithSqs } from './aws.ts';

/** A fresh in-memory AWS. */
export function openMemory() {
  const clock = makeVirtualClock();
  const sqs = makeMemorySqs(clock);
  const dynamoDb = makeMemoryDynamoDb({ clock, tables: { shared: ['id'], own: ['id'] } });
  let names = 0;
  const aws: AwsWithSqs & AwsWithDynamoDb = {
    name: 'memory',
    sqs: sqs.client,
    dynamoDb: dynamoDb.client,
    table: 'shared',
    ownTable: 'own',
    wait: (seconds) => sleep(clock, seconds * 1000),
    newName: (what) => `${what}-${++names}`,
  };
  return { aws, run: clock.run, clock, sqs };
}
