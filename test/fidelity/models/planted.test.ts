import * as dynamoDb from '@aws-sdk/client-dynamodb';
import * as eventBridge from '@aws-sdk/client-eventbridge';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { MAX_TYPES } from '../../../lib/operator/jobs/insights.ts';
import { MAX_QUERIES } from '../../../lib/operator/queues/ages.ts';
import { MAX_WAIT_SECONDS } from '../../../lib/testing/aws/sqs/receive.ts';
import { makeMemoryDynamoDb, makeMemoryEvents, makeMemorySqs, makeVirtualClock } from '../../../lib/testing/index.ts';
import { refusedRequests } from '../../support/requests.ts';
import { OVERLAY } from './overlay.ts';
import { MESSAGES } from './planted/messages.ts';
import { OTHERS } from './planted/others.ts';
import { type Mistake, type Planted, withValue } from './planted/plant.ts';
import { TABLES } from './planted/tables.ts';
import { serviceModels } from './service-models.ts';
import { patternOf, refusalsOf } from './validate.ts';

const PLANTED: readonly Planted[] = [...MESSAGES, ...TABLES, ...OTHERS];
const MISTAKES = PLANTED.flatMap(({ operation, request, mistakes }) =>
  mistakes.map((mistake) => ({ operation, request, mistake })),
);

it('a hundred bad requests and more are planted', () => {
  expect(MISTAKES.length).toBeGreaterThanOrEqual(100);
});

it.each(PLANTED)('a $operation as Sluice sends it is taken', ({ operation, request }) => {
  expect(refusalsOf(operation, request)).toEqual([]);
});

const titled = MISTAKES.map(({ mistake, ...of }) => ({ ...of, mistake, path: mistake[0], value: shown(mistake) }));
function shown([, value]: Mistake): string {
  return value === undefined ? 'absent' : `${JSON.stringify(value)}`.slice(0, 30);
}

it.each(titled)('a $operation whose $path is $value is refused, for that alone', ({ operation, request, mistake }) => {
  const [path, value, says] = mistake;
  const refusals = refusalsOf(operation, withValue(request, path, value));
  const here = refusals.filter((refusal) => refusal.path.startsWith(path));
  expect(here).toEqual([expect.objectContaining({ operation, why: expect.stringMatching(says) }), ...here.slice(1)]);
  expect(refusals).toEqual(here);
});

describe('the in-memory AWS, as tests have it,', () => {
  const clock = makeVirtualClock();
  const memory = makeMemorySqs(clock);
  const { url } = memory.createQueue('q', { visibilityTimeoutSeconds: 30, retentionSeconds: 60 });
  const clients: Readonly<Record<string, { send(command: never): Promise<unknown> }>> = {
    sqs: memory.client,
    dynamodb: makeMemoryDynamoDb({ clock, tables: { 'sluice-test-jobs': ['id'] } }).client,
    eventbridge: makeMemoryEvents().client as never,
  };
  const commands: Readonly<Record<string, object>> = { sqs, dynamodb: dynamoDb, eventbridge: eventBridge };

  /** Sends it by the SDK's own command. */
  async function send(service: string, operation: string, request: object): Promise<unknown> {
    const Command = ({ ...commands[service] } as Record<string, unknown>)[`${operation}Command`] as new (
      i: unknown,
    ) => never;
    const input =
      service === 'sqs' && operation !== 'GetQueueUrl' && 'QueueUrl' in request
        ? { ...request, QueueUrl: url }
        : request;
    return clients[service]?.send(new Command(input));
  }

  const serviceOf = (operation: string) =>
    ['sqs', 'dynamodb', 'eventbridge'].find(
      (one) => serviceModels().services[one]?.operations[operation] !== undefined,
    );

  const own = titled.flatMap((one) => {
    const service = serviceOf(one.operation);
    return service === undefined ? [] : [{ ...one, service }];
  });

  it.each(own)('refuses a $operation whose $path is $value', async ({ service, operation, request, mistake }) => {
    const [path, value] = mistake;
    const answer = await send(service, operation, withValue(request, path, value)).catch((error: Error) => error);
    const failed = (answer as { Failed?: unknown[] }).Failed ?? [];
    expect(answer instanceof Error || failed.length === 1, JSON.stringify(answer)).toBe(true);
    refusedRequests();
  });

  it('says where in a request that it takes itself the mistake is, and what AWS’s model says', async () => {
    const Key = { id: { S: 'a' } };
    const request = { TableName: 'sluice-test-jobs', Key, Keys: [Key] };
    await expect(send('dynamodb', 'GetItem', request)).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'GetItem Keys: there is no such member',
    });
    expect(refusedRequests()).toEqual(['GetItem Keys: there is no such member']);
  });
});

describe('the models’', () => {
  const shapes = Object.values(serviceModels().services).flatMap((service) => Object.values(service.shapes));

  it('patterns are all understood', () => {
    const all = shapes.flatMap(({ pattern = '' }) => (pattern === '' ? [] : [pattern]));
    expect(all.length).toBeGreaterThan(50);
    for (const pattern of all) expect(patternOf(pattern)).toBeInstanceOf(RegExp);
  });

  it('texts give the numbers that the register binds', () => {
    expect(OVERLAY.sqs?.['ReceiveMessageRequest.WaitTimeSeconds']?.max).toBe(MAX_WAIT_SECONDS);
    expect(OVERLAY.cloudwatch?.['GetMetricDataInput.MetricDataQueries']?.max).toBe(MAX_QUERIES);
    expect(OVERLAY['cloudwatch-logs']?.['StartQueryRequest.logGroupNames']?.max).toBe(MAX_TYPES);
  });

  it('texts are of members that there are', () => {
    const owners = Object.entries(OVERLAY).flatMap(([client, more]) =>
      Object.keys(more).map((at) => [client, at] as const),
    );
    const lost = owners.filter(([client, at]) => {
      const [shape = '', member] = at.split('.');
      const found = serviceModels().services[client]?.shapes[shape];
      return found === undefined || (member !== undefined && found.members?.[member] === undefined);
    });
    expect(lost).toEqual([]);
  });
});
