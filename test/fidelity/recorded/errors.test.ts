import * as dynamoDb from '@aws-sdk/client-dynamodb';
import * as sqs from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { isTransient } from '../../../lib/aws/errors.ts';
import { makeMemorySqs, makeVirtualClock } from '../../../lib/testing/index.ts';
import { errorOf, type Pair, pair, pairs, sent } from './recordings.ts';
import { errorReply, refusal, startWire, type Wire, type WireReply } from './wire.ts';

/** Sends a recorded request by the SDK's own client and returns what it threw. */
async function thrown(wire: Wire, { call }: Pair, params: unknown): Promise<Error> {
  const [service, operation] = call.op.split(':');
  const commands: Record<string, unknown> = service === 'sqs' ? { ...sqs } : { ...dynamoDb };
  const Command = commands[`${operation}Command`] as new (input: unknown) => never;
  const client: { send(command: never): Promise<unknown> } = service === 'sqs' ? wire.sqs : wire.dynamoDb;
  return client.send(new Command(params)).then(
    () => expect.unreachable('it was not refused'),
    (error: Error) => error,
  );
}

const serviceOf = ({ call }: Pair) => call.op.split(':')[0] as 'sqs' | 'dynamodb';
const refused = pairs.filter((one) => one.expect.error !== undefined && /^(sqs|dynamodb):/.test(one.call.op));

it('there are recorded refusals of both services', () => {
  expect(refused.filter((one) => serviceOf(one) === 'sqs').length).toBeGreaterThan(10);
  expect(refused.filter((one) => serviceOf(one) === 'dynamodb').length).toBeGreaterThan(3);
});

it.each(refused.map((one) => [one.id, one] as const))('%s: a refusal is no passing trouble', async (id, one) => {
  const wire = await startWire();
  wire.answer(refusal(serviceOf(one), id));
  const error = await thrown(wire, one, sent(one, wire.queueUrl));
  const { code, shape, match, message } = errorOf(id);
  expect([code, shape, match]).toContain(error.name);
  if (message !== undefined && !message.includes('${')) expect(error.message).toBe(message);
  expect(error).toHaveProperty('$metadata.httpStatusCode', 400);
  expect(isTransient(error)).toBe(false);
  expect(wire.requests).toHaveLength(1);
});

const unanswered: [string, WireReply][] = [
  ['throttling', errorReply('dynamodb', { code: 'ThrottlingException', message: 'Rate exceeded' })],
  ['too much for the table', errorReply('dynamodb', { code: 'ProvisionedThroughputExceededException' })],
  ['a server’s fault', errorReply('dynamodb', { code: 'InternalServerError', status: 500 })],
];
it.each(unanswered)('%s may pass (documented, not recorded)', async (_, reply) => {
  const wire = await startWire(1);
  wire.answer(reply);
  const one = pair('ddb-batch-execute-statement');
  expect(isTransient(await thrown(wire, one, sent(one, '')))).toBe(true);
});

it('no answer at all may pass', async () => {
  const wire = await startWire(1);
  wire.answer('hangUp');
  const one = pair('ddb-batch-execute-statement');
  expect(isTransient(await thrown(wire, one, sent(one, '')))).toBe(true);
});

/** Those that need no message received before. */
const sends = refused.filter(({ call }) => /:Send|GetQueueUrl/.test(call.op)).map((one) => [one.id, one] as const);
it.each(sends)('%s: the in-memory SQS refuses it by the same name', async (id, one) => {
  const wire = await startWire();
  wire.answer(refusal('sqs', id));
  const { name } = await thrown(wire, one, sent(one, wire.queueUrl));
  const memory = makeMemorySqs(makeVirtualClock());
  const { url } = memory.createQueue('q', { visibilityTimeoutSeconds: 30, retentionSeconds: 60 });
  const [, operation = ''] = one.call.op.split(':');
  const Command = ({ ...sqs } as Record<string, unknown>)[`${operation}Command`] as new (input: unknown) => never;
  const error = await memory.client.send(new Command(sent(one, url))).catch((caught: Error) => caught);
  // Some tests assert no more than a part of the code.
  if (errorOf(id).match === undefined) expect(error).toHaveProperty('name', name);
  else expect((error as Error).name).toContain(errorOf(id).match);
});
