import { BatchExecuteStatementCommand, BatchGetItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { onTestFinished } from 'vitest';
import { readBody, sendJson, startServer } from '../../../localstack/stand-ins/http-server.ts';
import { makeShortClient } from '../../support/dynamodb-clients.ts';
import { errorOf, type RecordedError } from './recordings.ts';

/** What the server answers once: a reply, one made of the request, or none, the connection cut. */
export type Reply = WireReply | ((input: never) => WireReply) | 'hangUp';

export interface WireReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that answers as AWS was recorded to, and clients in front of it: the engine's of DynamoDB, the SDK's own of SQS. */
export interface Wire {
  readonly dynamoDb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  /** What was asked so far, in order. */
  readonly requests: { readonly target: string; readonly input: Record<string, unknown> }[];
  /** Sets the next replies, in order; the last one stays. */
  answer(...replies: Reply[]): void;
}

/** Starts one until the test ends. @param maxAttempts of SQS's client, whose backoff takes real time */
export async function startWire(maxAttempts = 3): Promise<Wire> {
  const requests: Wire['requests'] = [];
  let replies: Reply[] = [];
  const server = await startServer(async (request, response) => {
    const input = JSON.parse(await readBody(request)) as Record<string, unknown>;
    requests.push({ target: String(request.headers['x-amz-target']).split('.')[1] ?? '', input });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply === undefined) throw new Error('the test set no reply');
    if (reply === 'hangUp') return void response.destroy();
    sendJson(response, typeof reply === 'function' ? reply(input as never) : reply);
  });
  const config = {
    maxAttempts,
    endpoint: server.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const clients = { dynamoDb: makeShortClient(server.url), sqs: new SQSClient(config) };
  onTestFinished(async () => {
    clients.dynamoDb.destroy();
    clients.sqs.destroy();
    await server.stop();
  });
  await showBoth(clients.dynamoDb, (reply) => {
    replies = [reply];
  });
  replies = [];
  requests.length = 0;
  return {
    ...clients,
    queueUrl: `${server.url}/123456789012/queue`,
    requests,
    answer(...next) {
      replies = next;
    },
  };
}

/** Calls that go the short way once the client has made one of each. */
async function showBoth(dynamoDb: DynamoDBClient, answer: (reply: Reply) => void): Promise<void> {
  answer(ok({}));
  await dynamoDb.send(new BatchExecuteStatementCommand({ Statements: [] }));
  await dynamoDb.send(new BatchGetItemCommand({ RequestItems: {} }));
}

export const ok = (body: unknown): WireReply => ({ status: 200, body });

/** A recorded refusal as it came over the wire. */
export const refusal = (service: 'sqs' | 'dynamodb', id: string): WireReply => errorReply(service, errorOf(id));

/**
 * DynamoDB names the error in `__type`. SQS does so by the JSON protocol's shape, and tells the older code in a header
 * (AWS JSON 1.0 protocol, query-compatible errors).
 */
export function errorReply(service: 'sqs' | 'dynamodb', { status = 400, ...error }: RecordedError): WireReply {
  const { code = error.match, shape = code, match: _, message = '', ...more } = error;
  if (service === 'dynamodb') {
    return { status, body: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message, ...more } };
  }
  const headers = { 'x-amzn-query-error': `${code};Sender` };
  return { status, headers, body: { __type: `com.amazonaws.sqs#${shape}`, message } };
}
