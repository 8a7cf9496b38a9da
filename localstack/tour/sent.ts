import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { itemId, type JobItem, keyOf } from '../../lib/contract/protocol/job-item.ts';
import type { LocalSluice } from '../up.ts';
import type { TourJob } from './jobs.ts';

/** A job that was sent. */
export interface SentJob {
  readonly job: TourJob;
  /** The id its body gives, else the SQS message id; of a callback empty until its batch is staged. */
  jobId: string;
  item?: JobItem;
}

export const isOver = ({ item }: SentJob): boolean =>
  item !== undefined &&
  ((item.status === 'COMPLETED' && !item.owed) ||
    item.status === 'CANCELLED' ||
    item.status === 'EXPIRED' ||
    (item.status === 'DEAD' && !item.undelivered));

/** Sends messages as any producer would: with a plain SQS client. */
export async function sendJobs(jobs: readonly TourJob[], { emulator, deployment }: LocalSluice): Promise<SentJob[]> {
  const sqs = new SQSClient(emulator.clientConfig);
  const sent: SentJob[] = [];
  for (const job of jobs) {
    const QueueUrl = deployment.queues[job.type]?.queueUrl;
    let messageId = '';
    for (let n = 0; n < (job.times ?? 1); n++) {
      const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: job.body }));
      messageId = MessageId;
    }
    const name = job.callbackOf === undefined ? job.label : '';
    sent.push({ job, jobId: job.times === 0 ? name : (idIn(job.body) ?? messageId) });
  }
  sqs.destroy();
  return sent;
}

function idIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { id?: string }).id;
  } catch {
    return undefined;
  }
}

/** Reads every job's item again. */
export async function refresh(sent: readonly SentJob[], { emulator, deployment }: LocalSluice): Promise<void> {
  const dynamoDb = new DynamoDBClient(emulator.clientConfig);
  const table = deployment.jobsTableName;
  for (const one of sent) {
    const parent = sent.find(({ job: { label } }) => label === one.job.callbackOf);
    if (parent?.item?.passedOn !== undefined) one.jobId = keyOf({ id: parent.item.passedOn, type: one.job.type });
  }
  const Keys = sent.map(({ job, jobId }) => ({ id: { S: itemId(job.type, jobId) } }));
  const { Responses } = await dynamoDb.send(
    new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
  );
  const items = (Responses?.[table] ?? []).map((raw) => unmarshall(raw) as JobItem);
  for (const one of sent) {
    const item = items.find(({ id }) => id === itemId(one.job.type, one.jobId));
    if (item !== undefined) one.item = item;
  }
  dynamoDb.destroy();
}
