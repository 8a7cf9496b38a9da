import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { inject } from 'vitest';
import type { JobItem } from '../../../lib/contract/protocol/job-item.ts';
import type { Step } from '../app/probe/definition.ts';

const config = inject('clientConfig');
const deployment = inject('deployment');
export const patience = inject('patience');
/** How late a job may start: on LocalStack others' batches, of seconds each, run before its own. */
export const LATEST_START_MS = patience > 1 ? 20_000 : 3000;
export const sqs = new SQSClient(config);
const dynamoDb = new DynamoDBClient(config);
const documents = DynamoDBDocumentClient.from(dynamoDb);

export type ProbeType = 'probe' | 'probe-breaker' | 'probe-serial' | 'probe-crash' | 'probe-flow';

export function queueUrls(type: ProbeType = 'probe') {
  const urls = deployment.queues[type];
  if (urls === undefined) throw new TypeError(`${type} is not deployed`);
  return urls;
}

let count = 0;
const RUN = `${Date.now().toString(36)}-${process.pid}`;
const sentIds = new Set<string>();
/** An id that no other test of this or an earlier run has. */
export const newId = (what = 'job'): string => `${what}-${RUN}-${++count}`;

/** An envelope for the probe job, each step an attempt. */
export const envelope = (id: string, steps: Step[], more: Record<string, unknown> = {}): string =>
  JSON.stringify({ id, payload: { steps }, ...more });

export const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

interface SendOptions {
  readonly type?: ProbeType;
  readonly attributes?: Record<string, MessageAttributeValue>;
  readonly group?: string;
  readonly trace?: string;
}

/** @returns the SQS message id */
export async function send(body: string, { type, attributes, group, trace }: SendOptions = {}): Promise<string> {
  const { MessageId = '' } = await sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrls(type).queueUrl,
      MessageBody: body,
      ...(attributes && { MessageAttributes: attributes }),
      ...(group && { MessageGroupId: group }),
      ...(trace && { MessageSystemAttributes: { AWSTraceHeader: text(trace) } }),
    }),
  );
  sentIds.add(MessageId);
  return MessageId;
}

/** Sends up to ten messages in one call, so that they can meet in one batch. */
export async function sendTogether(bodies: readonly string[], type: ProbeType = 'probe'): Promise<void> {
  const Entries = bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrls(type).queueUrl, Entries }));
}

export async function itemOf(key: string, type: ProbeType = 'probe'): Promise<JobItem | undefined> {
  return (await rowOf(`${type}#${key}`)) as JobItem | undefined;
}

/** An item of the jobs table by its id, whatever it is of. */
export async function rowOf(id: string): Promise<Record<string, unknown> | undefined> {
  const Key = { id };
  const { Item } = await documents.send(
    new GetCommand({ TableName: deployment.jobsTableName, Key, ConsistentRead: true }),
  );
  return Item;
}

/** How often an effect of the probe's happened; undefined if never. */
export async function effect(id: string, type: ProbeType = 'probe'): Promise<Record<string, unknown> | undefined> {
  const { Item } = await documents.send(
    new GetCommand({ TableName: `sluice-it-${type}-effects`, Key: { id }, ConsistentRead: true }),
  );
  return Item;
}

/** Changes an item behind the engine's back, as an operator's command would. */
export async function setAttribute(id: string, name: keyof JobItem, value: string | number | boolean): Promise<void> {
  const attribute =
    typeof value === 'number' ? { N: String(value) } : typeof value === 'boolean' ? { BOOL: value } : { S: value };
  await dynamoDb.send(
    new UpdateItemCommand({
      TableName: deployment.jobsTableName,
      Key: { id: { S: id } },
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: { ':value': attribute },
    }),
  );
}

/** Asks again every 200 ms until the answer is one, or time is up (later on an emulator that is slow). */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  what: string,
  timeoutMs = 60_000,
): Promise<T> {
  const untilMs = Date.now() + patience * timeoutMs;
  while (Date.now() < untilMs) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not come within ${patience * timeoutMs} ms`);
}

/** Waits for a job to be in one of the states, its dead letter delivered if it is DEAD. */
export function reaches(
  key: string,
  statuses: readonly JobItem['status'][],
  options: { type?: ProbeType; timeoutMs?: number } = {},
) {
  let last: JobItem | undefined;
  return eventually(
    async () => {
      last = await itemOf(key, options.type);
      return last !== undefined && statuses.includes(last.status) && !last.undelivered && last;
    },
    `${statuses.join(' or ')} of ${key}`,
    options.timeoutMs,
  ).catch((cause: unknown) => {
    throw new Error(`${key} stayed ${JSON.stringify(last)}`, { cause });
  });
}

const taken = new Map<string, Message[]>();

/**
 * Waits for a job's first dead letter. Dead letters of this file's jobs are deleted from the queue and kept here.
 *
 * @param options.again receives from the queue even if a dead letter of the job is known already
 */
export function deadLetters(jobId: string, { again = false, type = 'probe' as ProbeType } = {}): Promise<Message[]> {
  return eventually(async () => {
    if (again || !taken.has(jobId)) await drain(type);
    return taken.get(jobId);
  }, `a dead letter of ${jobId}`);
}

/** The bodies of all dead letters that came so far. */
export async function deadLetterBodies(): Promise<(string | undefined)[]> {
  await drain('probe');
  return [...taken.values()].flat().map(({ Body }) => Body);
}

/**
 * Reads the queue to its end. Those of other files, which run at the same time and wait for theirs, are put back only then: a queue
 * that is read in its order would else give the same ten of a file that has ended again and again.
 */
async function drain(type: ProbeType): Promise<void> {
  const QueueUrl = queueUrls(type).deadLetterQueueUrl;
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  const others: Message[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(receive);
    if (Messages.length === 0) break;
    for (const message of Messages) {
      const { ReceiptHandle, Body = '' } = message;
      const jobId = message.MessageAttributes?.jobId?.StringValue ?? message.MessageId ?? '';
      if (sentIds.has(jobId) || `${jobId} ${Body}`.includes(RUN)) {
        taken.set(jobId, [...(taken.get(jobId) ?? []), message]);
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      } else {
        others.push(message);
      }
    }
  }
  for (const { ReceiptHandle } of others) {
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
}

/** Attributes of a dead letter as plain text. */
export const attributesOf = ({ MessageAttributes = {} }: Message): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));
