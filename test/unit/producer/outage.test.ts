import { GetQueueUrlCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProducer, type Producer, type ProducerOptions, type SendError } from '../../../lib/producer/index.ts';
import { throttled, timeout } from '../../../lib/testing/index.ts';
import { makeShop, resize } from './support.ts';

const URL = 'https://sqs.eu-west-1.amazonaws.com/1/sluice-test-resize';
const CREDENTIALS = { accessKeyId: 'x', secretAccessKey: 'y' };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

type Reply = (request: number, signal: AbortSignal | undefined) => Promise<number> | number;

/** The SDK's own client before a network that answers as `reply` says: a status, or an error that it throws. */
async function makeSdk(reply: Reply, settings: Partial<SQSClientConfig> = {}) {
  const requests: { atMs: number; signal: AbortSignal | undefined }[] = [];
  let isWarm = false;
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(_: unknown, { abortSignal }: { abortSignal?: AbortSignal } = {}) {
      requests.push({ atMs: Date.now(), signal: abortSignal });
      const statusCode = isWarm ? await reply(requests.length, abortSignal) : 200;
      const body = statusCode === 200 ? '{"MessageId":"m"}' : '{"__type":"ServiceUnavailable"}';
      return { response: { statusCode, headers: {}, body: Buffer.from(body) } };
    },
    httpHandlerConfigs: () => ({}),
    updateHttpClientConfig: () => undefined,
  };
  const client = new SQSClient({
    ...{ region: 'eu-west-1', credentials: CREDENTIALS, md5: false, requestHandler: requestHandler as never },
    ...settings,
  });
  // A first call reads configuration files, in time that is not the test's.
  vi.useRealTimers();
  await client.send(new GetQueueUrlCommand({ QueueName: 'any' })).catch(() => undefined);
  vi.useFakeTimers();
  isWarm = true;
  requests.length = 0;
  return { client, requests };
}

const producerOf = (client: SQSClient, options: ProducerOptions = {}) =>
  createProducer({ client, queueUrls: { resize: URL }, ...options });

/** How a send ended, all its waits leapt over. */
async function ended<Value>(sending: Promise<Value>): Promise<Value | SendError> {
  const settled = sending.catch((error: SendError) => error);
  await vi.runAllTimersAsync();
  return settled;
}
const failed = async (sending: Promise<unknown>) => (await ended(sending)) as SendError;

const one = (producer: Producer) => ended(producer.enqueue(resize, { n: 1 }));
const down = () => 503;
const never = () => new Promise<never>(() => undefined);
const refusedConnection = () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }));

describe('while SQS is down', () => {
  it('each of 60 sends makes six requests within 6 s, whatever the client has left of repeats', async () => {
    const { client, requests } = await makeSdk(down);
    const producer = producerOf(client);
    for (let i = 0; i < 60; i++) {
      requests.length = 0;
      const fromMs = Date.now();
      expect(await one(producer)).toMatchObject({ name: 'SendError', code: 'ServiceUnavailable', maybeSent: true });
      expect(requests).toHaveLength(6);
      expect(Date.now() - fromMs).toBeGreaterThan(3000);
      expect(Date.now() - fromMs).toBeLessThanOrEqual(6000);
    }
  });

  it('a send succeeds whose second request does, after 60 that failed', async () => {
    let broken = true;
    const { client, requests } = await makeSdk((request) => (broken || request % 2 === 1 ? 503 : 200));
    const producer = producerOf(client);
    for (let i = 0; i < 60; i++) await one(producer);
    broken = false;
    requests.length = 0;
    for (let i = 0; i < 20; i++) expect(await one(producer)).toMatchObject({ messageId: 'm' });
    expect(requests).toHaveLength(40);
  });

  it('as many tries are made as the producer is told, by a client that keeps its middleware too', async () => {
    const { client, requests } = await makeSdk(down, { cacheMiddleware: true });
    for (const tries of [1, 2, 7]) {
      requests.length = 0;
      await one(producerOf(client, { tries, timeoutMs: 600_000 }));
      expect(requests).toHaveLength(tries);
    }
  });

  it('a call of ten makes as many as a send of one, and the calls after it one each until one is answered', async () => {
    const shop = makeShop();
    shop.sqs.faults.plan('SendMessageBatch', { kind: 'fails', error: timeout() }, 8);
    const payloads = Array.from({ length: 50 }, (_, n) => ({ n }));
    const results = (await ended(shop.enqueueMany(resize, payloads, { callsAtOnce: 1 }))) as { status: string }[];
    const statuses = results.map(({ status }) => status);
    expect(statuses).toEqual([...Array(30).fill('unknown'), ...Array(20).fill('sent')]);
    expect(shop.sqs.calls.filter(({ name }) => name === 'SendMessageBatch')).toHaveLength(6 + 1 + 1 + 2);
  });

  it('the queue is asked for as often', async () => {
    const { client, requests } = await makeSdk(down);
    const error = await one(createProducer({ client, stage: 'test' }));
    expect(error).toMatchObject({ name: 'SendError', code: 'ServiceUnavailable', maybeSent: false });
    expect(requests).toHaveLength(6);
  });
});

describe('a request that is not answered', () => {
  it('is aborted after half of the time, and made again', async () => {
    const { client, requests } = await makeSdk((request) => (request === 1 ? never() : 200));
    const fromMs = Date.now();
    expect(await one(producerOf(client))).toMatchObject({ messageId: 'm' });
    expect(requests.map(({ signal }) => signal?.aborted)).toEqual([true, false]);
    expect((requests[1]?.atMs ?? 0) - fromMs).toBeGreaterThanOrEqual(3000);
  });

  it('ends within the time, also if the client does not listen', async () => {
    const { client } = await makeSdk(never);
    const fromMs = Date.now();
    expect(await one(producerOf(client))).toMatchObject({ code: 'TimeoutError', maybeSent: true });
    expect(Date.now() - fromMs).toBeLessThanOrEqual(6000);
  });
});

describe('whether a job may have been sent', () => {
  it.each<[string, Reply, boolean]>([
    ['the server failed', down, true],
    ['no connection was made', refusedConnection, false],
    ['one of six requests had no answer', (request) => (request === 2 ? down() : refusedConnection()), true],
    ['the request was refused', () => 403, false],
  ])('is said: %s', async (_, reply, maybeSent) => {
    const { client } = await makeSdk(reply);
    expect(await one(producerOf(client))).toMatchObject({ name: 'SendError', maybeSent });
  });

  it.each<[string, SQSClientConfig]>([
    ['without a region', { region: () => Promise.reject<string>(new Error('Region is missing')) }],
    ['without credentials', { credentials: () => Promise.reject(new Error('the vault is closed')) }],
  ])('is said, and nothing is tried again, %s', async (_, settings) => {
    const { client, requests } = await makeSdk(down, settings);
    const fromMs = Date.now();
    expect(await one(producerOf(client))).toMatchObject({ name: 'SendError', maybeSent: false });
    expect(requests).toEqual([]);
    expect(Date.now()).toBe(fromMs);
  });

  it('is said of an answer that was read and refused', async () => {
    const { client } = await makeSdk(() => 200);
    client.middlewareStack.add(
      (next) => async (args) => {
        await next(args);
        throw new Error('Invalid MD5 checksum on messages');
      },
      { step: 'initialize', priority: 'low' },
    );
    expect(await one(producerOf(client))).toMatchObject({ name: 'SendError', maybeSent: true });
  });
});

describe('a signal that is aborted', () => {
  it('before a send: nothing is sent', async () => {
    const { client, requests } = await makeSdk(() => 200);
    const sending = producerOf(client).enqueue(resize, { n: 1 }, { signal: AbortSignal.abort() });
    expect(await failed(sending)).toMatchObject({ code: 'AbortError', maybeSent: false });
    expect(requests).toEqual([]);
  });

  it.each<[string, Reply]>([
    ['during a request', never],
    ['between two', down],
  ])('%s: the send ends at once', async (_, reply) => {
    const { client, requests } = await makeSdk(reply);
    const controller = new AbortController();
    const fromMs = Date.now();
    setTimeout(() => controller.abort(), 50);
    const sending = producerOf(client).enqueue(resize, { n: 1 }, { signal: controller.signal });
    expect(await failed(sending)).toMatchObject({ name: 'SendError', maybeSent: true });
    expect(Date.now() - fromMs).toBe(50);
    expect(requests).toHaveLength(1);
  });

  it('while the queue is looked for: nothing is sent, and the next send has it', async () => {
    const shop = makeShop();
    const controller = new AbortController();
    const sending = shop.enqueue(resize, { n: 1 }, { signal: controller.signal });
    controller.abort();
    expect(await failed(sending)).toMatchObject({ code: 'AbortError', maybeSent: false });
    expect(await ended(shop.enqueue(resize, { n: 2 }))).toMatchObject({ messageId: expect.any(String) });
    expect(shop.queue.messages()).toHaveLength(1);
  });

  it('during many: what was not sent is refused', async () => {
    const shop = makeShop();
    const controller = new AbortController();
    const each = (_: unknown, i: number) => {
      if (i === 25) controller.abort();
      return {};
    };
    const payloads = Array.from({ length: 40 }, (_, n) => ({ n }));
    const sending = shop.enqueueMany(resize, payloads, { callsAtOnce: 1, signal: controller.signal, each });
    const results = (await ended(sending)) as { status: string; error?: SendError }[];
    expect(results.map(({ status }) => status)).toEqual([...Array(20).fill('sent'), ...Array(20).fill('refused')]);
    expect(results[39]?.error).toMatchObject({ code: 'AbortError', maybeSent: false });
  });
});

it.each([
  [{ tries: 0 }, 'tries must be a whole number, 1 to 20, got 0'],
  [{ timeoutMs: 99 }, 'timeoutMs must be a whole number, 100 to 600000, got 99'],
])('a producer with %o is refused', (options, said) => {
  expect(() => createProducer(options)).toThrow(said);
});

it('a throttled send is tried as often, and says that nothing was sent', async () => {
  const shop = makeShop();
  shop.sqs.faults.plan('SendMessage', { kind: 'fails', error: throttled() }, 6);
  expect(await failed(shop.enqueue(resize, { n: 1 }))).toMatchObject({ maybeSent: false });
  expect(shop.sqs.faults.pending).toBe(0);
});
