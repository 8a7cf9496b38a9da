import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import { countLogged } from './logged.ts';
import { TYPES } from './plan.ts';
import { STAGE, type Stage } from './stage.ts';

/** A message in a dead-letter queue. */
export interface DeadLetter {
  readonly jobId: string | undefined;
  readonly reason: string | undefined;
  readonly body: string;
}

/** What is to be seen from outside once all is over. */
export interface Observed {
  /** The jobs table, by job id. */
  readonly items: ReadonlyMap<string, JobItem>;
  /** E-mails by subject, which is the job's id. */
  readonly mails: ReadonlyMap<string, number>;
  /** Payments that were taken, by the job's id. */
  readonly payments: ReadonlyMap<string, number>;
  /** How often each slice of a synced page was written, by `<job id>/<pages>/<offset>`. */
  readonly slices: ReadonlyMap<string, number>;
  /** Synced records, by source, which is the job's id. */
  readonly records: ReadonlyMap<string, number>;
  /** Rows of each report, by the job's id. */
  readonly reports: ReadonlyMap<string, number>;
  readonly deadLetters: readonly DeadLetter[];
  /** Messages left in the jobs' queues, in flight ones included. */
  readonly messagesLeft: number;
  /** Answers that were cut off, and refusals, that the stand-ins gave. */
  readonly lostAnswers: number;
  readonly refusals: number;
  /** Attempts that began on a job whose process had died over it, and messages dropped as duplicates, as logged. */
  readonly stalled: number;
  readonly duplicates: number;
}

/** Counts everything. Dead letters are taken off their queues. */
export async function observe(stage: Stage): Promise<Observed> {
  const { emulator, stripe, source } = stage;
  const client = new DynamoDBClient(emulator.clientConfig);
  const scan = (name: string) => scanned(client, `sluice-${STAGE}-${name}`);
  const mails = await emulator.mailbox();
  const taken = stripe.payments().filter(({ status }) => status === 'succeeded');
  const items = (await scan('jobs')) as unknown as JobItem[];
  const statuses = [...stripe.requests(), ...source.requests()].map(({ status }) => status);
  const observed = {
    items: new Map(items.map((item) => [item.jobId, item])),
    mails: counted(mails.map(({ subject }) => subject)),
    payments: counted(taken.map(({ metadata }) => metadata.jobKey ?? 'a payment without a job')),
    slices: new Map((await scan('effects')).map(({ id, times }) => [String(id), Number(times)])),
    records: counted((await scan('records')).map((record) => String(record.source))),
    reports: await readReports(stage, items),
    deadLetters: await drainDeadLetters(stage),
    messagesLeft: await messagesLeft(stage),
    lostAnswers: statuses.filter((status) => status === 'reset').length,
    refusals: statuses.filter((status) => status === 429 || status === 503).length,
    stalled: await countLogged(stage, 'job.stalled'),
    duplicates: await countLogged(stage, 'job.duplicate'),
  };
  client.destroy();
  return observed;
}

/** The items of the jobs table that have not come to their end; cheap enough to ask every few seconds. */
export async function unfinished({ emulator }: Stage): Promise<{ jobs: number; ended: number }> {
  const client = new DynamoDBClient(emulator.clientConfig);
  const items = (await scanned(client, `sluice-${STAGE}-jobs`)) as unknown as JobItem[];
  client.destroy();
  const isOver = ({ status, undelivered }: JobItem) =>
    ['COMPLETED', 'DEAD', 'CANCELLED'].includes(status) && !undelivered;
  return { jobs: items.length, ended: items.filter(isOver).length };
}

async function scanned(client: DynamoDBClient, TableName: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const documents = DynamoDBDocumentClient.from(client);
  for await (const { Items = [] } of paginateScan({ client: documents }, { TableName, ConsistentRead: true })) {
    items.push(...Items);
  }
  return items;
}

function counted(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Every object of the reports' bucket, whether a job speaks of it or not. */
async function readReports({ emulator }: Stage, items: readonly JobItem[]): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  const Bucket = items.map(({ result }) => (result as { bucket?: string } | undefined)?.bucket).find(Boolean);
  if (Bucket === undefined) return rows;
  const s3 = new S3Client({ ...emulator.clientConfig, forcePathStyle: true });
  for (
    let ContinuationToken: string | undefined, first = true;
    first || ContinuationToken !== undefined;
    first = false
  ) {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, ...(ContinuationToken && { ContinuationToken }) }));
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      const text = (await Body?.transformToString()) ?? '';
      const jobId = /\/(?<id>[^/]+)\.csv$/.exec(Key)?.groups?.id ?? Key;
      rows.set(jobId, text.trimEnd().split('\r\n').length - 1);
    }
    ContinuationToken = page.NextContinuationToken;
  }
  s3.destroy();
  return rows;
}

async function drainDeadLetters({ emulator, deployment }: Stage): Promise<DeadLetter[]> {
  const sqs = new SQSClient(emulator.clientConfig);
  const deadLetters: DeadLetter[] = [];
  for (const type of TYPES) {
    const QueueUrl = deployment.queues[type]?.deadLetterQueueUrl;
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      );
      if (Messages.length === 0) break;
      deadLetters.push(...Messages.map(toDeadLetter));
      const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }
  sqs.destroy();
  return deadLetters;
}

const toDeadLetter = ({ MessageAttributes = {}, Body = '' }: Message): DeadLetter => ({
  jobId: MessageAttributes.jobId?.StringValue,
  reason: MessageAttributes.reason?.StringValue,
  body: Body,
});

/** Messages in the jobs' queues: visible, in flight, and delayed. */
export async function messagesLeft({ emulator, deployment }: Stage): Promise<number> {
  const sqs = new SQSClient(emulator.clientConfig);
  const counts = await Promise.all(
    TYPES.map(async (type) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: deployment.queues[type]?.queueUrl, AttributeNames: ['All'] }),
      );
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
        Attributes;
      return [ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed];
    }),
  );
  sqs.destroy();
  return counts.flat().reduce((sum, count) => sum + Number(count ?? 0), 0);
}
