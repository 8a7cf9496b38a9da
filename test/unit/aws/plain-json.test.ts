import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BatchExecuteStatementCommand, BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PlainJsonProtocol } from '../../../lib/aws/plain-json.ts';

const server: Server = createServer();
const bodies: string[] = [];
let options: ConstructorParameters<typeof DynamoDBClient>[0] & object;

beforeAll(async () => {
  server.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"Successful":[],"Failed":[],"Responses":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  options = {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
});
afterAll(() => void server.close());
afterEach(() => vi.restoreAllMocks());

/** What the SDK's own protocol sends, and what ours does. */
async function sent(send: (protocol: { protocol?: typeof PlainJsonProtocol }) => Promise<unknown>): Promise<unknown[]> {
  bodies.length = 0;
  await send({});
  await send({ protocol: PlainJsonProtocol });
  return bodies.map((body) => JSON.parse(body) as unknown);
}

const Statements = [
  {
    Statement: `INSERT INTO "jobs" VALUE {'id': ?, 'n': ?, 'result': ?, 'gone': ?}`,
    Parameters: [
      { S: 'a "quoted" ü \u2028 \ud83d\ude00 line\n\u0000 \\ \ud800' },
      { N: '1.5e+99' },
      { M: { done: { BOOL: true }, list: { L: [{ NULL: true as const }, { N: '1' }, { S: '' }] }, of: { M: {} } } },
      { BOOL: false },
    ],
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  },
];

describe('a client whose batches are plain JSON', () => {
  it('writes statements as the SDK does, by JSON.stringify', async () => {
    const stringify = vi.spyOn(JSON, 'stringify');
    const [theirs, ours] = await sent((protocol) =>
      new DynamoDBClient({ ...options, ...protocol }).send(new BatchExecuteStatementCommand({ Statements })),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toEqual({ Statements });
    expect(stringify.mock.calls.filter(([value]) => 'Statements' in Object(value))).toHaveLength(1);
  });

  it('writes bytes as the SDK does, in base64', async () => {
    const bytes = Buffer.from([31, 139, 8, 0]);
    const Parameters = [{ S: 'a' }, { B: bytes }];
    const [theirs, ours] = await sent((protocol) =>
      new DynamoDBClient({ ...options, ...protocol }).send(
        new BatchExecuteStatementCommand({ Statements: [{ Statement: 'UPDATE', Parameters }] }),
      ),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ Statements: [{ Parameters: [{ S: 'a' }, { B: 'H4sIAA==' }] }] });
  });

  it('writes bytes within maps, lists and sets as the SDK does', async () => {
    const B = new Uint8Array([1, 2, 3]);
    const Parameters = [{ M: { of: { L: [{ B }] }, B: { S: 'a name' } } }, { BS: [B, Buffer.from(B)] }];
    const [theirs, ours] = await sent((protocol) =>
      new DynamoDBClient({ ...options, ...protocol }).send(
        new BatchExecuteStatementCommand({ Statements: [{ Statement: 'UPDATE', Parameters }] }),
      ),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ Statements: [{ Parameters: [{ M: { of: { L: [{ B: 'AQID' }] } } }, {}] }] });
  });

  it('writes messages as the SDK does', async () => {
    const MessageAttributes = { run: { DataType: 'Number', StringValue: '2' } };
    const Entries = [
      { Id: '0', MessageBody: '{"payload":"ü"}', DelaySeconds: 0, MessageGroupId: undefined },
      { Id: '1', MessageBody: '{}', MessageAttributes },
    ];
    const [theirs, ours] = await sent((protocol) =>
      new SQSClient({ ...options, ...protocol, md5: false }).send(
        new SendMessageBatchCommand({ QueueUrl: `${options.endpoint}/1/q`, Entries }),
      ),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ Entries: [{ Id: '0', DelaySeconds: 0 }, { MessageAttributes }] });
  });

  it('leaves an attribute’s bytes to the SDK, which sends them as base64', async () => {
    const bytes = { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) };
    const Entries = [{ Id: '0', MessageBody: '{}', MessageAttributes: { bytes } }];
    const [theirs, ours] = await sent((protocol) =>
      new SQSClient({ ...options, ...protocol, md5: false }).send(
        new SendMessageBatchCommand({ QueueUrl: `${options.endpoint}/1/q`, Entries }),
      ),
    );
    expect(ours).toEqual(theirs);
    expect(ours).toMatchObject({ Entries: [{ MessageAttributes: { bytes: { BinaryValue: 'AQID' } } }] });
  });

  it('leaves every other call to the SDK', async () => {
    const [theirs, ours] = await sent(async (protocol) => {
      const Keys = [{ id: { B: new Uint8Array([1]) } }];
      await new DynamoDBClient({ ...options, ...protocol }).send(
        new BatchGetItemCommand({ RequestItems: { jobs: { Keys } } }),
      );
    });
    expect(ours).toEqual(theirs);
    expect(ours).toEqual({ RequestItems: { jobs: { Keys: [{ id: { B: 'AQ==' } }] } } });
    const one = await sent((protocol) =>
      new SQSClient({ ...options, ...protocol, md5: false }).send(
        new SendMessageCommand({ QueueUrl: `${options.endpoint}/1/q`, MessageBody: '{}' }),
      ),
    );
    expect(one[1]).toEqual(one[0]);
  });
});
