import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { SendMessageBatchCommand, type SendMessageBatchCommandInput, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ownCalls } from '../../../../lib/aws/client-settings.ts';
import { faultOf } from '../../../../lib/aws/errors.ts';
import { asOneRequest, isSent, isUnsent } from '../../../../lib/aws/one-request.ts';
import { PlainJsonProtocol } from '../../../../lib/aws/plain-json.ts';
import { shortened } from '../../../../lib/aws/short/short-send.ts';
import { withoutLogger } from '../../../../lib/aws/sqs-client.ts';
import { readBody, sendJson, startServer } from '../../../../localstack/stand-ins/http-server.ts';

type Input = SendMessageBatchCommandInput & { Entries: object[] };
type Reply = (response: ServerResponse, input: Input) => void;

const QUEUE = 'http://127.0.0.1/123456789012/q';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const taken = ({ Entries = [] }: SendMessageBatchCommandInput) =>
  Entries.map(({ Id, MessageBody = '' }) => ({ Id, MessageId: `m${Id}`, MD5OfMessageBody: md5(MessageBody) }));
const ok: Reply = (response, input) => sendJson(response, { status: 200, body: { Successful: taken(input) } });
const refusal = (status: number, type: string): Reply => {
  return (response) => sendJson(response, { status, body: { __type: `com.amazonaws.sqs#${type}`, message: 'no' } });
};

const REPLIES: Readonly<Record<string, Reply>> = {
  ok,
  'some refused': (response, input) => {
    const [first, ...more] = taken(input);
    const Failed = [{ Id: first?.Id, SenderFault: true, Code: 'InvalidMessageContents', Message: 'bad' }];
    sendJson(response, { status: 200, body: { Successful: more, Failed } });
  },
  'another body’s MD5': (response, input) => {
    const Successful = taken(input).map((one) => ({ ...one, MD5OfMessageBody: md5('another') }));
    sendJson(response, { status: 200, body: { Successful } });
  },
  'no MD5': (response, input) => {
    const Successful = taken(input).map(({ Id, MessageId }) => ({ Id, MessageId }));
    sendJson(response, { status: 200, body: { Successful } });
  },
  'more than was sent': (response, input) => {
    sendJson(response, { status: 200, body: { Successful: [...taken(input), { Id: '99', MessageId: 'm' }] } });
  },
  'a member of a later version': (response, input) => {
    const Successful = taken(input).map((one) => ({ ...one, Shard: 3 }));
    sendJson(response, { status: 200, body: { Successful, Later: true } });
  },
  'no queue': refusal(400, 'QueueDoesNotExist'),
  forbidden: refusal(403, 'AccessDeniedException'),
  throttled: refusal(400, 'RequestThrottled'),
  'out of order': refusal(500, 'InternalError'),
  'no JSON': (response) => void response.writeHead(200).end('<html>'),
  'broken off': (response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"Succ');
    setImmediate(() => response.destroy());
  },
  'no answer': (response) => void response.destroy(),
};

const INPUTS: Readonly<Record<string, Input>> = {
  plain: { QueueUrl: QUEUE, Entries: [{ Id: '0', MessageBody: '{"a":"ü\\n"}' }] },
  'with all that a job’s message has': {
    QueueUrl: QUEUE,
    Entries: Array.from({ length: 10 }, (_, i) => ({
      ...{ Id: String(i), MessageBody: `body ${i}`, DelaySeconds: i },
      // In the order of the SDK's schema, which is how it writes them.
      ...{ MessageAttributes: { due: { DataType: 'Number', StringValue: '17' } }, MessageGroupId: 'tenant' },
    })),
  },
  'with bytes': {
    QueueUrl: QUEUE,
    Entries: [
      {
        ...{ Id: '0', MessageBody: 'x' },
        MessageAttributes: { b: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) } },
      },
    ],
  },
};

/** As the engine's client is made, before a server. */
const settings = { ...ownCalls(), region: 'eu-central-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

function makeShort(endpoint: string | undefined) {
  const own = { ...settings, ...(endpoint !== undefined && { endpoint }) };
  const client = withoutLogger(new SQSClient({ ...own, protocol: PlainJsonProtocol }));
  onTestFinished(() => client.destroy());
  const serialized = vi.spyOn(client.config.protocol, 'serializeRequest');
  return { client: shortened(asOneRequest(client), own), bySdk: () => serialized.mock.calls.length };
}

const OWN = ['amz-sdk-invocation-id', 'x-amz-date', 'authorization', 'user-agent', 'connection'];

async function start() {
  const requests: object[] = [];
  const set: { reply: Reply } = { reply: ok };
  const server = await startServer(async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OWN.includes(name)));
    const signed = /SignedHeaders=[^,]*/.exec(String(request.headers.authorization))?.[0];
    const body = JSON.parse(await readBody(request)) as Input;
    requests.push({ line: `${request.method} ${request.url}`, headers: { ...headers, signed }, body });
    set.reply(response, body);
  });
  onTestFinished(server.stop);
  return { url: server.url, set, requests };
}

/** What can be seen of a call's end, and what is made of it. */
async function outcomeOf(client: SQSClient, input: Input): Promise<object> {
  const outcome = await client.send(new SendMessageBatchCommand(input)).catch((error: Error) => ({
    ...{ name: error.name, message: error.message, class: error.constructor.name, fault: faultOf(error) },
  }));
  const { $metadata: _, ...seen } = outcome as { $metadata?: object };
  return seen;
}

describe('a batch of messages by the short way', () => {
  it.each(Object.keys(INPUTS))('is sent and answered as the SDK does it: %s', async (kind) => {
    const { url, set, requests } = await start();
    const stock = new SQSClient({ ...settings, endpoint: url });
    onTestFinished(() => stock.destroy());
    const { client, bySdk } = makeShort(url);
    const input = INPUTS[kind] ?? { QueueUrl: QUEUE, Entries: [] };
    for (const [name, reply] of Object.entries(REPLIES)) {
      set.reply = reply;
      requests.length = 0;
      const theirs = await outcomeOf(stock, input);
      expect(await outcomeOf(client, input), name).toEqual(theirs);
      const [first, second] = requests;
      expect(second, name).toEqual(first);
      expect(requests, name).toHaveLength(2);
    }
    // The first, the failed ones, and what is not known: with bytes, all of them are the SDK's.
    expect(bySdk()).toBe(kind === 'with bytes' ? Object.keys(REPLIES).length : 11);
  });

  it('goes where its queue is', async () => {
    // The SDK warns that a queue's address is not the region's.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const servers = [await start(), await start()];
    const { client, bySdk } = makeShort(undefined);
    for (let round = 1; round <= 3; round++) {
      for (const { url, requests } of servers) {
        await client.send(
          new SendMessageBatchCommand({ QueueUrl: `${url}/1/q`, Entries: [{ Id: '0', MessageBody: 'x' }] }),
        );
        expect(requests).toHaveLength(round);
      }
    }
    expect(bySdk()).toBe(2);
  });

  it('ends when its caller’s signal does, and may have been sent', async () => {
    const { url, set } = await start();
    const { client, bySdk } = makeShort(url);
    const command = () => new SendMessageBatchCommand({ QueueUrl: QUEUE, Entries: [{ Id: '0', MessageBody: 'x' }] });
    const controller = new AbortController();
    for (let nth = 0; nth < 2; nth++) await client.send(command(), { abortSignal: controller.signal });
    expect(bySdk()).toBe(1);
    set.reply = () => controller.abort();
    const error: unknown = await client.send(command(), { abortSignal: controller.signal }).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect([isSent(error), isUnsent(error)]).toEqual([true, false]);
  });

  it('that was refused for its MD5 may have been sent', async () => {
    const { url, set } = await start();
    const { client } = makeShort(url);
    const command = () => new SendMessageBatchCommand({ QueueUrl: QUEUE, Entries: [{ Id: '0', MessageBody: 'x' }] });
    await client.send(command());
    set.reply = REPLIES['another body’s MD5'] ?? ok;
    const error: unknown = await client.send(command()).catch((thrown) => thrown);
    expect(error).toHaveProperty('message', expect.stringContaining('MD5'));
    expect([isSent(error), isUnsent(error)]).toEqual([true, false]);
  });
});
