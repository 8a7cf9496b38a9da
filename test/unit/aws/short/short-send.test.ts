import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import {
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type DynamoDBClientConfig,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { abortedBy } from '../../../../lib/aws/client-settings.ts';
import { faultOf } from '../../../../lib/aws/errors.ts';
import { shortened } from '../../../../lib/aws/short/short-send.ts';
import { type Answer, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';
import { countBySdk, makeShortClient } from '../../../support/dynamodb-clients.ts';

const statements = () =>
  new BatchExecuteStatementCommand({ Statements: [{ Statement: 'x', Parameters: [{ S: 'a' }] }] });
const written = { status: 200, body: { Responses: [{ TableName: 'jobs' }] } };

/** A server that says what was set last; by default that all was written. */
async function start() {
  const headers: IncomingHttpHeaders[] = [];
  const set: { answer: Answer } = { answer: (_, response) => sendJson(response, written) };
  const server = await startServer((request, response) => {
    headers.push(request.headers);
    return set.answer(request, response);
  });
  onTestFinished(server.stop);
  return { url: server.url, headers, set };
}

/** A client that knows the short way, because its first call has shown it. */
async function startWarm(change: DynamoDBClientConfig = {}) {
  const server = await start();
  const client = makeShortClient(server.url, change);
  const bySdk = countBySdk(client);
  await client.send(statements());
  expect(bySdk()).toBe(1);
  return { ...server, client, bySdk: () => bySdk() - 1 };
}

describe('a call goes the short way', () => {
  it('from the second of its kind on', async () => {
    const { client, bySdk } = await startWarm();
    for (let nth = 0; nth < 3; nth++) expect(await client.send(statements())).toMatchObject(written.body);
    expect(bySdk()).toBe(0);
    const read = () => client.send(new BatchGetItemCommand({ RequestItems: {} }));
    await read();
    expect(bySdk()).toBe(1);
  });

  it('with the trace of its own invocation', async () => {
    const { client, headers } = await startWarm();
    vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'f');
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const trace of ['Root=1', 'Root=2']) {
      vi.stubEnv('_X_AMZN_TRACE_ID', trace);
      await client.send(statements());
    }
    expect(headers.map((sent) => sent['x-amzn-trace-id'])).toEqual([undefined, 'Root=1', 'Root=2']);
  });

  it('under an invocation id of its own', async () => {
    const { client, headers } = await startWarm();
    for (let nth = 0; nth < 3; nth++) await client.send(statements());
    expect(new Set(headers.map((sent) => sent['amz-sdk-invocation-id'])).size).toBe(4);
  });

  it('signed by the clock that the last answer told', async () => {
    const { client, headers, set } = await startWarm();
    set.answer = (_, response) =>
      sendJson(response, { ...written, headers: { date: 'Tue, 03 Mar 2026 10:00:00 GMT' } });
    for (let nth = 0; nth < 2; nth++) await client.send(statements());
    expect(headers[2]?.['x-amz-date']).toMatch(/^20260303T100/);
  });

  it('with the credentials of the moment', async () => {
    let secret = 0;
    const expiration = () => new Date(Date.now() + 1000);
    const credentials = async () => ({ accessKeyId: `K${++secret}`, secretAccessKey: 's', expiration: expiration() });
    const { client, headers, bySdk } = await startWarm({ credentials });
    await client.send(statements());
    const [first, second] = headers.map(({ authorization }) => /Credential=(K\d+)/.exec(String(authorization))?.[1]);
    expect(second).not.toBe(first);
    expect(bySdk()).toBe(0);
  });
});

describe('a call goes the SDK’s way', () => {
  const unusual: [string, DynamoDBClientConfig][] = [
    ['an endpoint rule', { endpointProvider: ({ Endpoint }) => ({ url: new URL(String(Endpoint)) }) }],
    ['a logger', { logger: { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() } }],
    ['a region that is a function', { region: async () => 'eu-central-1' }],
    ['more than one request a call', { maxAttempts: 2 }],
    ['a mode of account endpoints', { accountIdEndpointMode: 'preferred' }],
    [
      'credentials of a known account',
      { credentials: { accessKeyId: 'a', secretAccessKey: 'b', accountId: '1'.repeat(12) } },
    ],
    ['a setting of its own', { userAgentAppId: 'mine' }],
  ];
  it.each(unusual)('of a client with %s', async (_, change) => {
    const { url } = await start();
    const client = makeShortClient(url, change);
    const bySdk = countBySdk(client);
    for (let nth = 0; nth < 3; nth++) expect(await client.send(statements())).toMatchObject(written.body);
    expect(bySdk()).toBe(3);
  });

  const untouched = <Next>(next: Next): Next => next;
  it.each([
    ['added', (client: DynamoDBClient) => client.middlewareStack.add(untouched, { step: 'build', name: 'mine' })],
    ['used', (client: DynamoDBClient) => client.middlewareStack.use({ applyToStack: () => undefined })],
    ['removed', (client: DynamoDBClient) => client.middlewareStack.remove('recursionDetectionMiddleware')],
  ])('once a middleware was %s', async (_, change) => {
    const { client, bySdk } = await startWarm();
    change(client);
    for (let nth = 0; nth < 2; nth++) await client.send(statements());
    expect(bySdk()).toBe(2);
  });

  it('of a client whose middleware or send was instrumented before', async () => {
    const { url } = await start();
    for (const mark of ['__wrapped', '__original', 'plugin'] as const) {
      const client = makeShortClient(url, { logger: console });
      if (mark === 'plugin') client.middlewareStack.add(untouched, { step: 'build', name: 'mine' });
      else client.send = Object.assign(client.send.bind(client), { [mark]: true }) as typeof client.send;
      const { send } = client;
      expect(shortened(client, {}).send).toBe(send);
      client.destroy();
    }
  });

  it('with unknown options, with a callback, or with a middleware of the command', async () => {
    const { client, bySdk } = await startWarm();
    await client.send(statements(), { requestTimeout: 60_000 });
    await new Promise((resolve) => client.send(statements(), resolve));
    const own = statements();
    own.middlewareStack.add(untouched, { step: 'build', name: 'mine' });
    await client.send(own);
    expect(bySdk()).toBe(3);
  });

  it('of any other command', async () => {
    const { client, bySdk, set } = await startWarm();
    set.answer = (_, response) => sendJson(response, { status: 200, body: {} });
    for (let nth = 0; nth < 2; nth++) await client.send(new DescribeTableCommand({ TableName: 't' }));
    expect(bySdk()).toBe(2);
  });
});

describe('a failed call of the short way', () => {
  it('without credentials says so, and was not sent', async () => {
    let have = true;
    const credentials = async () => {
      if (!have) throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
      return { accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date(Date.now() + 1000) };
    };
    const { client, headers } = await startWarm({ credentials });
    have = false;
    const failed = client.send(statements());
    await expect(failed).rejects.toThrow('none');
    expect(await failed.catch(faultOf)).toEqual({ isTransient: false, maybeDone: false });
    expect(headers).toHaveLength(1);
  });

  it('whose answer the SDK cannot read for want of credentials may have been done', async () => {
    let left = 2;
    const credentials = async () => {
      if (--left < 0) throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
      return { accessKeyId: 'a', secretAccessKey: 'b', expiration: new Date(Date.now() - 1000) };
    };
    const { url, set } = await start();
    const client = makeShortClient(url, { credentials });
    onTestFinished(() => client.destroy());
    left = Number.POSITIVE_INFINITY;
    await client.send(statements());
    set.answer = (_, response) => {
      left = 0;
      sendJson(response, { status: 200, body: { Responses: [{ TableName: 'jobs', Item: { b: { B: 'AQI=' } } }] } });
    };
    const failed = client.send(statements());
    await expect(failed).rejects.toThrow('could not read');
    expect(await failed.catch(faultOf)).toEqual({ isTransient: true, maybeDone: true });
  });

  it('is given up with its invocation, and its connection closed', async () => {
    const { url, set } = await start();
    let controller: AbortController | undefined;
    const client = abortedBy(makeShortClient(url), () => controller?.signal);
    const bySdk = countBySdk(client);
    await client.send(statements());
    controller = new AbortController();
    const closed = new Promise<void>((resolve) => {
      set.answer = async ({ socket }) => {
        controller?.abort();
        await once(socket, 'close');
        resolve();
      };
    });
    const error: unknown = await client.send(statements()).catch((thrown: unknown) => thrown);
    await closed;
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(faultOf(error)).toEqual({ isTransient: false, maybeDone: true });
    expect(bySdk()).toBe(2);
  });

  it('is one request, whatever the SDK makes of the answer', async () => {
    const { client, headers, set } = await startWarm();
    set.answer = (_, response) => sendJson(response, { status: 400, body: { __type: 'x#ThrottlingException' } });
    await expect(client.send(statements())).rejects.toHaveProperty('name', 'ThrottlingException');
    expect(headers).toHaveLength(2);
  });
});
