import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { names } from '../../lib/contract/names.ts';
import { FIRST_SCHEMA, SCHEMA, SCHEMA_ITEM } from '../../lib/contract/protocol/schema.ts';
import { type Deployment, deploy, destroy } from '../../localstack/deploy.ts';
import { redeployFunctions } from '../../localstack/hot-reload.ts';
import { linesOf, parsed } from './support/logs.ts';
import { eventually, sqs } from './support/world.ts';

/** lib/operator/upgrade.md, carried out on a stage of its own. */
const STAGE = 'devup';
const app = fileURLToPath(new URL('operation-app', import.meta.url));
const target = inject('target');
const documents = DynamoDBDocumentClient.from(new DynamoDBClient(target.clientConfig));
const CONSUMER = names.consumer(STAGE, 'order');
const TableName = names.jobsTable(STAGE);
const LONG_MS = 200_000;

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy(target, { stage: STAGE, app, context: { version: '1' }, log: console.log });
}, 300_000);
afterAll(() => destroy(target, { stage: STAGE, app }), 120_000);

const itemOf = async (id: string) =>
  (await documents.send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }))).Item;
const put = (Item: Record<string, unknown>) => documents.send(new PutCommand({ TableName, Item }));
const send = (id: string) =>
  sqs.send(
    new SendMessageCommand({
      QueueUrl: deployment.queues.order?.queueUrl,
      MessageBody: JSON.stringify({ id, payload: { workMs: 1, currency: 'usd' } }),
    }),
  );
const says = (message: string) =>
  eventually(async () => parsed(await linesOf(CONSUMER)).find((line) => line.message === message), message, LONG_MS);
const completed = (id: string) =>
  eventually(async () => (await itemOf(`order#${id}`))?.status === 'COMPLETED', `the end of ${id}`, LONG_MS);
const coreSays = (schema: number) =>
  eventually(async () => (await itemOf(SCHEMA_ITEM))?.schema === schema, `schema ${schema} of core`, LONG_MS);

it('core says its number within its first ticks', { timeout: 240_000 }, () => coreSays(SCHEMA));

/** No core is older than the first: until there is a second schema, test/unit/engine/job/schema.test.ts alone can have it. */
const isFirst = SCHEMA === FIRST_SCHEMA;

it.skipIf(isFirst)(
  'a type before its core keeps its jobs; they run once core is there',
  { timeout: 480_000 },
  async () => {
    // Core of the version before, under consumers of this one that start anew.
    await put({ id: SCHEMA_ITEM, schema: SCHEMA - 1 });
    await redeployFunctions(target, [{ functionName: CONSUMER, entry: `${app}/v2/handler.ts` }]);
    await send('early');
    expect(await says('consumer.core-too-old')).toMatchObject({ level: 'ERROR', needed: SCHEMA, found: SCHEMA - 1 });
    expect(await itemOf('order#early')).toBeUndefined();
    // A deploy of core ends the dispatcher's processes: the next one writes its number.
    const lambda = new LambdaClient(target.clientConfig);
    const FunctionName = names.dispatcher(STAGE);
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 49 }));
    await coreSays(SCHEMA);
    await completed('early');
    expect(await itemOf('order#early')).toMatchObject({ schema: SCHEMA, attempts: 1 });
  },
);

it('a consumer leaves what a newer version wrote as it is, and keeps its message', { timeout: 300_000 }, async () => {
  const newer = { id: 'order#newer', jobId: 'newer', type: 'order', status: 'RETRYING', schema: SCHEMA + 1, dueAt: 1 };
  await put(newer);
  await send('newer');
  expect(await says('job.newer')).toMatchObject({ jobId: 'newer', schema: SCHEMA + 1, known: SCHEMA });
  expect(await itemOf('order#newer')).toEqual(newer);
  // The message is there still: without the item, the job begins.
  await documents.send(new DeleteCommand({ TableName, Key: { id: 'order#newer' } }));
  await completed('newer');
});
