import { once } from 'node:events';
import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { REQUEST_TIMEOUT_MS } from '../../../lib/aws/client-settings.ts';
import { makeDynamoDbClient, makeSqs } from '../../../lib/aws/clients.ts';
import { makeDocuments, TransactWriteCommand } from '../../../lib/aws/documents.ts';
import { makeCallTime, OutOfTimeError } from '../../../lib/engine/calls/call-time.ts';
import { systemClock } from '../../../lib/engine/clock.ts';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';

/** The engine's clients before a server that throttles each request, or answers none. */
async function clientsBefore(answers: 'throttles' | 'never') {
  const closed: Promise<unknown>[] = [];
  let requests = 0;
  const server = await startServer((request, response) => {
    requests += 1;
    closed.push(once(request.socket, 'close'));
    if (answers === 'never') return;
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    response.end('{"__type":"ThrottlingException","message":"slow down"}');
  });
  for (const name of ['AWS_ENDPOINT_URL_DYNAMODB', 'AWS_ENDPOINT_URL_SQS']) vi.stubEnv(name, server.url);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const callTime = makeCallTime({ clock: systemClock, random: () => 0 });
  const dynamoDb = makeDynamoDbClient(callTime.signal);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    dynamoDb.destroy();
    await server.stop();
  });
  const documents = makeDocuments(dynamoDb);
  const sqs = makeSqs(callTime.signal);
  const calls: Record<string, () => Promise<unknown>> = {
    read: () => dynamoDb.send(new BatchGetItemCommand({ RequestItems: {} })),
    query: () => dynamoDb.send(new QueryCommand({ TableName: 't' })),
    transaction: () => documents.send(new TransactWriteCommand({ TransactItems: [] })),
    message: () => sqs.send(new SendMessageCommand({ QueueUrl: `${server.url}/1/q`, MessageBody: 'b' })),
  };
  return { callTime, dynamoDb, calls, closed, requests: () => requests };
}

const KINDS = ['read', 'query', 'transaction', 'message'];

test.each(KINDS)('a throttled %s is one request: the SDK does not try it again by itself', async (kind) => {
  const { calls, requests } = await clientsBefore('throttles');
  await expect(calls[kind]?.()).rejects.toThrow('slow down');
  expect(requests()).toBe(1);
});

test.each(KINDS)('a %s without an answer is given up at its moment, and its connection closed', async (kind) => {
  const { callTime, calls, closed, requests } = await clientsBefore('never');
  callTime.begin(Date.now() + 300);
  await expect(callTime.within(() => calls[kind]?.() ?? Promise.resolve())).rejects.toBeInstanceOf(OutOfTimeError);
  expect(requests()).toBe(1);
  await closed[0];
});

test('a second call of the same command has the signal of its own invocation', async () => {
  const { callTime, calls, closed } = await clientsBefore('never');
  for (const nth of [0, 1]) {
    const end = callTime.begin(Date.now() + 200);
    await expect(callTime.within(() => calls.query?.() ?? Promise.resolve())).rejects.toBeInstanceOf(OutOfTimeError);
    await closed[nth];
    end();
  }
});

test('a request without an answer fails after five seconds, which aborts it', async () => {
  const { dynamoDb } = await clientsBefore('throttles');
  const { requestHandler } = dynamoDb.config as { requestHandler: { httpHandlerConfigs(): object } };
  await dynamoDb.send(new QueryCommand({ TableName: 't' })).catch(() => undefined);
  expect(requestHandler.httpHandlerConfigs()).toMatchObject({
    requestTimeout: REQUEST_TIMEOUT_MS,
    throwOnRequestTimeout: true,
  });
});
