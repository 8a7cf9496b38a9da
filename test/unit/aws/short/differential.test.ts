import type { IncomingHttpHeaders } from 'node:http';
import type { BatchExecuteStatementCommand, BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, it, onTestFinished } from 'vitest';
import { faultOf } from '../../../../lib/aws/errors.ts';
import { readBody, startServer } from '../../../../localstack/stand-ins/http-server.ts';
import { seeded } from '../../../bench/seeded.ts';
import { inDepth } from '../../../support/depth.ts';
import { countBySdk, makeShortClient, makeStockClient } from '../../../support/dynamodb-clients.ts';
import { command } from './commands.ts';
import { type Reply, reply } from './replies.ts';

/** Headers that are the request's own, and those that say who sends it. */
const OWN = ['amz-sdk-invocation-id', 'x-amz-date', 'authorization', 'user-agent', 'connection'];

interface Sent {
  readonly line: string;
  readonly headers: Readonly<IncomingHttpHeaders>;
  readonly body: string;
}

/** A server that answers each request as was set, and what it was last sent. */
async function start() {
  let next: Reply | undefined;
  let requests: Sent[] = [];
  const server = await startServer(async (request, response) => {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !OWN.includes(name)));
    const signed = /SignedHeaders=[^,]*/.exec(String(request.headers.authorization))?.[0];
    const body = await readBody(request);
    requests.push({ line: `${request.method} ${request.url}`, headers: { ...headers, signed }, body });
    next?.(response);
  });
  onTestFinished(server.stop);
  const outcomeBy = async (client: DynamoDBClient, sending: BatchGetItemCommand, answer: Reply) => {
    next = answer;
    requests = [];
    const outcome = await client.send(sending).catch(shown);
    return { requests, outcome };
  };
  return { url: server.url, outcomeBy };
}

/** All that can be seen of an error, its class and what the engine makes of it included. */
function shown(error: Error) {
  const { name, message, ...more } = error;
  const own = Object.fromEntries(Object.entries(more).filter(([field]) => field !== '$responseBodyText'));
  const { statusCode } = (error as { $response?: { readonly statusCode: number } }).$response ?? {};
  return { name, message, class: error.constructor.name, own, statusCode, fault: faultOf(error) };
}

/** In depth 10,000 pairs took 8 minutes on a machine with a load of 20. */
const TIMEOUT_MS = 3_600_000;

it('the short way sends and answers as the SDK does, command by command', { timeout: TIMEOUT_MS }, async () => {
  const { url, outcomeBy } = await start();
  const stock = makeStockClient(url);
  const short = makeShortClient(url);
  onTestFinished(() => stock.destroy());
  const bySdk = countBySdk(short);
  const commands = inDepth(10_000, 400);
  const random = seeded(20);
  let failures = 0;
  for (let nth = 0; nth < commands; nth++) {
    const sending = command(random) as BatchExecuteStatementCommand & BatchGetItemCommand;
    const operation = 'RequestItems' in sending.input ? 'BatchGetItem' : 'BatchExecuteStatement';
    const answer = reply(random, operation);
    const theirs = await outcomeBy(stock, sending, answer);
    const ours = await outcomeBy(short, copyOf(sending), answer);
    expect(ours, `command ${nth}`).toEqual(theirs);
    expect(ours.requests[0]?.body, `command ${nth}`).toBe(theirs.requests[0]?.body);
    if ('class' in (theirs.outcome as object)) failures += 1;
  }
  expect(failures).toBeGreaterThan(commands / 20);
  // Otherwise it would not have been tried.
  expect(bySdk()).toBeLessThan(commands * 0.6);
});

/** Of the same input: the SDK keeps steps of its own in a command that it has sent. */
function copyOf<Command extends BatchGetItemCommand>(command: Command): Command {
  const Kind = command.constructor as new (input: object) => Command;
  return new Kind(command.input);
}
