import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import {
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandInput,
  ChangeMessageVisibilityCommand,
  type ChangeMessageVisibilityCommandInput,
  type GetQueueUrlCommandInput,
  SendMessageBatchCommand,
  type SendMessageBatchCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import { names } from '../../../lib/contract/names.ts';
import { systemClock } from '../../../lib/engine/clock.ts';
import {
  type MemoryDynamoDb,
  type MemoryEvents,
  type MemoryQueue,
  makeMemoryDynamoDb,
  makeMemoryEvents,
  makeMemorySqs,
} from '../../../lib/testing/index.ts';
import { readBody, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';

export const STAGE = 'test';
export const JOBS_TABLE = names.jobsTable(STAGE);

/** The in-memory AWS behind the wire: what a process needs whose SDK is the real one. */
export interface LoopbackAws {
  readonly dynamoDb: MemoryDynamoDb;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  readonly bus: MemoryEvents;
  /** Calls so far, by target, in order. */
  readonly targets: readonly string[];
  /** Variables by which a function finds it and its own resources. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** What stands beside DynamoDB and SQS. */
export interface LoopbackOptions {
  /** Key attributes of more tables, by name. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  /** Answers requests of other services. @default they are refused */
  readonly others?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** The wire has binary attributes in base64. What is written in another way AWS refuses, and so is it here. */
export function bytesIn(name: string, value: unknown): unknown {
  if (name !== 'B') return value;
  if (typeof value === 'string') return Buffer.from(value, 'base64');
  throw new TypeError(`B holds no base64: ${JSON.stringify(value)}`);
}

export const bytesOut = (name: string, value: unknown): unknown =>
  name === 'B' ? Buffer.from(value as Uint8Array).toString('base64') : value;

/** Starts DynamoDB and SQS for one job type, in their JSON protocols, on 127.0.0.1. */
export async function startLoopbackAws(
  type: string,
  { tables = {}, others = () => false }: LoopbackOptions = {},
): Promise<LoopbackAws> {
  const dynamoDb = makeMemoryDynamoDb({ clock: systemClock, tables: { [JOBS_TABLE]: ['id'], ...tables } });
  const sqs = makeMemorySqs(systemClock);
  const settings = { visibilityTimeoutSeconds: 60, retentionSeconds: 86_400 };
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, type), settings);
  const queue = sqs.createQueue(names.queue(STAGE, type), settings);
  const bus = makeMemoryEvents();
  const targets: string[] = [];
  const perform = (target: string, input: unknown): Promise<object> => {
    switch (target) {
      case 'DynamoDB_20120810.BatchExecuteStatement':
        return dynamoDb.client.send(new BatchExecuteStatementCommand(input as BatchExecuteStatementCommandInput));
      case 'DynamoDB_20120810.BatchGetItem':
        return dynamoDb.client.send(new BatchGetItemCommand(input as BatchGetItemCommandInput));
      case 'DynamoDB_20120810.TransactWriteItems':
        return dynamoDb.client.send(new TransactWriteItemsCommand(input as TransactWriteItemsCommandInput));
      case 'DynamoDB_20120810.UpdateItem':
        return dynamoDb.client.send(new UpdateItemCommand(input as UpdateItemCommandInput));
      case 'DynamoDB_20120810.Query':
        return dynamoDb.client.send(new QueryCommand(input as QueryCommandInput));
      case 'AmazonSQS.GetQueueUrl':
        return Promise.resolve({ QueueUrl: url(String((input as GetQueueUrlCommandInput).QueueName)) });
      case 'AmazonSQS.ChangeMessageVisibility':
        return sqs.client.send(new ChangeMessageVisibilityCommand(input as ChangeMessageVisibilityCommandInput));
      case 'AmazonSQS.ChangeMessageVisibilityBatch':
        return sqs.client.send(
          new ChangeMessageVisibilityBatchCommand(input as ChangeMessageVisibilityBatchCommandInput),
        );
      case 'AmazonSQS.SendMessage':
        return sqs.client.send(new SendMessageCommand(input as SendMessageCommandInput));
      case 'AmazonSQS.SendMessageBatch':
        return sqs.client.send(new SendMessageBatchCommand(input as SendMessageBatchCommandInput));
      case 'AWSEvents.PutEvents':
        return bus.client.send(new PutEventsCommand(withTimes(input as PutEventsCommandInput)));
      default:
        throw new TypeError(`the loopback AWS does not know ${target}`);
    }
  };
  const server = await startServer(async (request, response) => {
    if (others(request, response)) return;
    const target = String(request.headers['x-amz-target']);
    targets.push(target);
    const input: unknown = JSON.parse(await readBody(request), bytesIn);
    await perform(target, input).then(
      (body) => sendJson(response, { status: 200, body: JSON.parse(JSON.stringify(body, bytesOut)) as object }),
      ({ name, message, Item }: Error & { readonly Item?: object }) =>
        sendJson(response, { status: 400, body: { __type: `aws#${name}`, message, ...(Item && { Item }) } }),
    );
  });
  const url = (name: string) => `${server.url}/123456789012/${name}`;
  return {
    ...{ dynamoDb, queue, deadLetters, bus, targets, stop: server.stop },
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      SLUICE_STAGE: 'test',
      SLUICE_JOBS_TABLE: JOBS_TABLE,
      SLUICE_QUEUE_URL: url(queue.name),
      SLUICE_DLQ_URL: url(deadLetters.name),
    },
  };
}

/** On the wire, times are epoch seconds. */
const withTimes = ({ Entries = [], ...rest }: PutEventsCommandInput): PutEventsCommandInput => ({
  ...rest,
  Entries: Entries.map((entry) => ({ ...entry, Time: new Date(Number(entry.Time) * 1000) })),
});
