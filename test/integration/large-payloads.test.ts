import { fileURLToPath } from 'node:url';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteObjectCommand, ListObjectsV2Command, S3, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { processHost } from '../../bin/cli/host.ts';
import { job, redrive, type Stage, show } from '../../lib/operator/index.ts';
import { createProducer, type Producer } from '../../lib/producer/index.ts';
import { deploy, destroy } from '../../localstack/deploy.ts';
import { probe, type Step } from './app/probe/definition.ts';
import { eventually, newId, sqs } from './support/world.ts';

/** A stage that keeps large payloads in S3, with one of the probes. */
const STAGE = 'large';
const app = fileURLToPath(new URL('app', import.meta.url));
const target = inject('target');
const place = { ...target.clientConfig, forcePathStyle: true };
const s3 = new S3Client(place);
const pad = 'x'.repeat(10 * 1024 * 1024);
const stacks = [`sluice-${STAGE}-probe`];

let bucket: string;
let producer: Producer;
let stage: Stage;
beforeAll(async () => {
  await deploy(target, { stage: STAGE, app, stacks, context: { payloads: 'on' }, log: console.log });
  const cloudFormation = new CloudFormationClient(target.clientConfig);
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: `sluice-${STAGE}-core` }));
  bucket = Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'PayloadsBucket')?.OutputValue ?? '';
  producer = createProducer({ stage: STAGE, client: sqs, payloads: { s3: new S3(place), bucket } });
  const { aws } = processHost().connect(target.clientConfig);
  stage = { name: STAGE, aws, endpoint: target.endpoint };
}, 300_000);
afterAll(async () => {
  // CloudFormation deletes an empty bucket alone.
  for (const key of await keys()) await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  await destroy(target, { stage: STAGE, app });
}, 120_000);

const keys = async (): Promise<string[]> => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key);
};
const send = (id: string, ...steps: [Step, ...Step[]]) => producer.enqueue(probe, { steps, pad }, { id });
const itemOf = (key: string) => job(stage, { type: 'probe', key }, { payload: true }).catch(() => undefined);
const reaches = (key: string, status: string, runNo = 1) =>
  eventually(
    async () => {
      const view = await itemOf(key);
      const item = view?.item;
      return item?.status === status && item.runNo === runNo && item.undelivered === undefined && view;
    },
    `${status} of ${key}`,
    150_000,
  );

it('a payload of 10 MB is parked by its reference, dies with it, and is redriven', { timeout: 400_000 }, async () => {
  const id = newId('large');
  await send(id, { do: 'retryAfter', seconds: 65 }, { do: 'permanent', message: 'asked to die' });
  const { item } = await reaches(id, 'RETRYING');
  // The operator's look puts the payload in its place.
  expect(item.envelope?.body.length).toBeGreaterThan(pad.length);
  const [key = ''] = await keys();
  expect(key).toMatch(/^30\/probe\/[0-9a-f]{64}$/);
  await reaches(id, 'DEAD');
  const filter = { key: id };
  expect(await redrive(stage, 'probe', { filter })).toMatchObject({ sent: 1 });
  // The second run begins as the first did.
  await reaches(id, 'RETRYING', 2);
  await reaches(id, 'DEAD', 2);
  const [shown] = (await show(stage, 'probe', { bodies: true, filter })).deadLetters;
  const body = JSON.parse(shown?.body ?? '') as { payload: object };
  expect(body.payload).toMatchObject({ pad });
  const corrected = JSON.stringify({ ...body, payload: { ...body.payload, steps: [{ do: 'complete' }] } });
  expect(await redrive(stage, 'probe', { filter, body: corrected })).toMatchObject({ sent: 1 });
  await reaches(id, 'COMPLETED', 3);
  expect((await keys()).filter((one) => one.startsWith('120/'))).toHaveLength(1);
});

it('a payload whose object is gone is a death that says so', async () => {
  const id = newId('gone');
  const before = await keys();
  await producer.enqueue(probe, { steps: [{ do: 'complete' }], pad: `${pad}y` }, { id, delaySeconds: 5 });
  const [key] = (await keys()).filter((one) => !before.includes(one));
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  const { item } = await reaches(id, 'DEAD');
  expect(item.error).toEqual({ name: 'PermanentError', message: 'the payload is gone: its object was kept 30 days' });
});
