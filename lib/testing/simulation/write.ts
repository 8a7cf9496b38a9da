import { GetItemCommand, type GetItemCommandInput, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { TransactWriteCommand } from '../../aws/documents.ts';
import type { ProducerDynamoDb } from '../../aws/producer-ports.ts';
import { encodeWrite } from '../../producer/enqueue-write.ts';
import { wakeJob } from '../../producer/wake.ts';
import type { Outgoing, World } from './model.ts';
import { STAGE } from './stage.ts';
import { timesOf } from './times-of.ts';

/** One try: a producer's pauses are no virtual time. */
const LIMITS = { tries: 1, timeoutMs: 60_000 };

/** Enqueues a message in a transaction, and wakes it where it says so. One whose key is taken enqueues nothing. */
export async function write({ written, ...message }: Outgoing, world: World): Promise<void> {
  const { subject, clock, dynamoDb, sqs, queue, observer, trace } = world;
  const { id, key, payload, maxAttempts } = message;
  const options = { id, key, maxAttempts, ...timesOf(message) };
  const given = { definition: subject.definition, payload: payload as never, options, stage: STAGE };
  const job = await encodeWrite(given, clock.now());
  try {
    await dynamoDb.documents.send(new TransactWriteCommand({ TransactItems: [job.write] }));
  } catch (error) {
    if ((error as Error).name !== 'TransactionCanceledException') throw error;
    trace?.('producer', `finds the key ${job.key} taken: nothing is enqueued`);
    return;
  }
  trace?.('producer', `enqueues ${job.jobId} with key ${job.key} in a transaction`);
  observer.watch({ jobId: job.jobId, key: job.key, payload });
  observer.look();
  if (written !== 'woken') return;
  const to = async () => ({ sqs: sqs.client, queueUrl: queue.url });
  const isSent = await wakeJob(job, { dynamoDb: tableOf(world), stage: STAGE, limits: LIMITS, to }, clock.now());
  if (isSent) trace?.('producer', `wakes ${job.jobId}`);
}

function tableOf({ dynamoDb }: World): ProducerDynamoDb {
  const client = dynamoDb.client as { send(command: object): Promise<object> };
  return {
    getItem: (input: GetItemCommandInput) => client.send(new GetItemCommand(input)),
    updateItem: (input) => client.send(new UpdateItemCommand(input)),
  };
}
