import { createHash } from 'node:crypto';
import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
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
import { names } from '../../lib/contract/names.ts';
import { systemClock } from '../../lib/engine/clock.ts';
import { type MemoryDynamoDb, type MemoryQueue, makeMemoryDynamoDb, makeMemorySqs } from '../../lib/testing/index.ts';
import { readBody, sendJson, startServer } from '../../localstack/stand-ins/http-server.ts';

export const STAGE = 'test';
export const JOBS_TABLE = names.jobsTable(STAGE);

/** The in-memory AWS behind the wire: what a process needs whose SDK is the real one. */
export interface LoopbackAws {
  readonly dynamoDb: MemoryDynamoDb;
  readonly queue: MemoryQueue;
  readonly deadLetters: MemoryQueue;
  /** Calls so far, by target, in order. */
  readonly targets: readonly string[];
  /** Variables by which a function finds it and its own resources. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const md5 = (text = ''): string => createHash('md5').update(text).digest('hex');

/** Starts DynamoDB and SQS for one job type, in their JSON protocols, on 127.0.0.1. */
export async function startLoopbackAws(type: string): Promise<LoopbackAws> {
  const dynamoDb = makeMemoryDynamoDb({ clock: systemClock, tables: { [JOBS_TABLE]: ['id'] } });
  const sqs = makeMemorySqs(systemClock);
  const settings = { visibilityTimeoutSeconds: 60, retentionSeconds: 86_400 };
  const deadLetters = sqs.createQueue(names.deadLetterQueue(STAGE, type), settings);
  const queue = sqs.createQueue(names.queue(STAGE, type), settings);
  const targets: string[] = [];
  const perform = (target: string, input: unknown): Promise<object> => {
    switch (target) {
      case 'DynamoDB_20120810.BatchExecuteStatement':
        return dynamoDb.client.send(new BatchExecuteStatementCommand(input as BatchExecuteStatementCommandInput));
      case 'DynamoDB_20120810.BatchGetItem':
        return dynamoDb.client.send(new BatchGetItemCommand(input as BatchGetItemCommandInput));
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
        return sendMessage(input as SendMessageCommandInput);
      case 'AmazonSQS.SendMessageBatch':
        return sendMessageBatch(input as SendMessageBatchCommandInput);
      default:
        throw new TypeError(`the loopback AWS does not know ${target}`);
    }
  };
  const sendMessage = async (input: SendMessageCommandInput) => ({
    ...(await sqs.client.send(new SendMessageCommand(input))),
    // The SDK compares it with what it sent.
    MD5OfMessageBody: md5(input.MessageBody),
  });
  const sendMessageBatch = async (input: SendMessageBatchCommandInput) => {
    const { Successful = [], Failed } = await sqs.client.send(new SendMessageBatchCommand(input));
    const bodies = new Map(input.Entries?.map(({ Id, MessageBody }) => [Id, MessageBody]));
    return { Failed, Successful: Successful.map((sent) => ({ ...sent, MD5OfMessageBody: md5(bodies.get(sent.Id)) })) };
  };
  const server = await startServer(async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    targets.push(target);
    const input: unknown = JSON.parse(await readBody(request));
    await perform(target, input).then(
      (body) => sendJson(response, { status: 200, body }),
      ({ name, message }: Error) => sendJson(response, { status: 400, body: { __type: `aws#${name}`, message } }),
    );
  });
  const url = (name: string) => `${server.url}/123456789012/${name}`;
  return {
    ...{ dynamoDb, queue, deadLetters, targets, stop: server.stop },
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      SLUICE_JOBS_TABLE: JOBS_TABLE,
      SLUICE_QUEUE_URL: url(queue.name),
      SLUICE_DLQ_URL: url(deadLetters.name),
    },
  };
}
