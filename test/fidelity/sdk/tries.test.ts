import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { makeSdkClient } from '../../../lib/testing/aws/sdk-client.ts';
import { makeVirtualClock } from '../../../lib/testing/index.ts';
import { startServer } from '../../../localstack/stand-ins/http-server.ts';

/** What the service says to one request; none cuts the connection. */
interface Answer {
  readonly status: number;
  readonly code?: string;
  readonly hintMs?: number;
}
const WELL: Answer = { status: 200 };
const BUSY: Answer = { status: 400, code: 'ThrottlingException' };
const AWAY: Answer = { status: 503, code: 'ServiceUnavailable' };
const CUT = 'cut';

/** Pauses are this part of the longest, in the SDK and in its model: the SDK's take real time. */
const LUCK = 0.02;
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(LUCK);
  return () => vi.restoreAllMocks();
});

/** How a call went: its requests, the pauses between them, and its error. */
interface Went {
  readonly requests: number;
  readonly pausedMs: number;
  readonly error: string | undefined;
}

type Calls = (answers: readonly (Answer | typeof CUT)[]) => Promise<Went>;

/** The SDK's own client, before a server that answers a call's requests in turn. */
async function realSdk(service: 'dynamodb' | 'sqs'): Promise<Calls> {
  let left: (Answer | typeof CUT)[] = [];
  let requests = 0;
  const server = await startServer((request, response) => {
    request.resume().on('end', () => {
      requests += 1;
      const answer = left.shift() ?? WELL;
      if (answer === CUT) return void request.socket.destroy();
      const { status, code, hintMs } = answer;
      const hint = hintMs === undefined ? {} : { 'x-amz-retry-after': String(hintMs) };
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', ...hint });
      response.end(JSON.stringify(code === undefined ? {} : { __type: code, message: code }));
    });
  });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const config = { endpoint: server.url, region: 'eu-central-1', credentials };
  const client = service === 'sqs' ? new SQSClient(config) : new DynamoDBClient(config);
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  const list = () =>
    client instanceof SQSClient ? client.send(new ListQueuesCommand({})) : client.send(new ListTablesCommand({}));
  return async (answers) => {
    left = [...answers];
    requests = 0;
    const ended = await list().then(
      ({ $metadata }) => ({ $metadata, name: undefined }),
      (error: { $metadata?: { totalRetryDelay?: number }; name: string }) => error,
    );
    return { requests, pausedMs: ended.$metadata?.totalRetryDelay ?? 0, error: ended.name };
  };
}

/** Its model in the in-memory AWS, as it is made by default. */
function modelSdk(service: 'dynamodb' | 'sqs'): Calls {
  const clock = makeVirtualClock();
  let left: (Answer | typeof CUT)[] = [];
  let requests = 0;
  const memory = {
    async send(_command: object): Promise<object> {
      requests += 1;
      const answer = left.shift() ?? WELL;
      if (answer === CUT)
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
      const { status, code, hintMs } = answer;
      if (code === undefined) return {};
      const $response = { headers: hintMs === undefined ? {} : { 'x-amz-retry-after': String(hintMs) } };
      throw Object.assign(new Error(code), { name: code, $metadata: { httpStatusCode: status }, $response });
    },
  };
  const own = service === 'sqs' ? { maxAttempts: 3, baseDelayMs: 50 } : { maxAttempts: 4, baseDelayMs: 25 };
  const client = makeSdkClient(memory, { clock, random: () => LUCK, ...own });
  return async (answers) => {
    left = [...answers];
    requests = 0;
    const startedAtMs = clock.now();
    const sent = client.send({}).then(
      () => undefined,
      (error: Error) => error.name,
    );
    const error = await clock.run(sent);
    return { requests, pausedMs: clock.now() - startedAtMs, error };
  };
}

const SCRIPTS: [string, (Answer | typeof CUT)[]][] = [
  ['well', []],
  ['throttled once', [BUSY]],
  ['throttled always', [BUSY, BUSY, BUSY, BUSY, BUSY]],
  ['throttled by status', [{ status: 429, code: 'Unknown' }]],
  ['away twice', [AWAY, AWAY]],
  ['away always', [AWAY, AWAY, AWAY, AWAY, AWAY]],
  ['a server’s fault', [{ status: 500, code: 'InternalServerError' }]],
  ['busy, then away', [BUSY, AWAY]],
  ['a cut connection', [CUT]],
  ['connections cut always', [CUT, CUT, CUT, CUT, CUT]],
  ['a hint to wait', [{ ...AWAY, hintMs: 60 }]],
  ['a hint below its own pause', [{ ...BUSY, hintMs: 1 }]],
  ['a refusal', [{ status: 400, code: 'ValidationException' }]],
  ['a missing right', [{ status: 400, code: 'AccessDeniedException' }]],
  ['a transaction under way', [{ status: 400, code: 'TransactionInProgressException' }]],
];

describe.each(['dynamodb', 'sqs'] as const)('a client of %s', (service) => {
  test.each(SCRIPTS)('makes as many requests as its model, after the same pauses: %s', async (_what, answers) => {
    const [real, model] = [await realSdk(service), modelSdk(service)];
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const seen = await real(answers);
    expect(await model(answers)).toEqual(seen);
  });

  test('and its model run out of tokens at the same call, and get them back alike', async () => {
    const [real, model] = [await realSdk(service), modelSdk(service)];
    const storm = [...Array<typeof AWAY>(38).fill(AWAY)].map(() => [AWAY, AWAY]);
    const calls = [...storm, ...Array<Answer[]>(10).fill([]), [BUSY], [BUSY, BUSY], [AWAY, AWAY]];
    const requests: [number[], number[]] = [[], []];
    for (const answers of calls) {
      requests[0].push((await real(answers)).requests);
      requests[1].push((await model(answers)).requests);
    }
    expect(requests[1]).toEqual(requests[0]);
    expect(requests[0][33]).toBe(3);
    expect(requests[0][36]).toBe(1);
  });
});
