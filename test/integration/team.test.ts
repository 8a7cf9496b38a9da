import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { JobItem } from '../../lib/contract/protocol/job-item.ts';
import { deploy, destroy } from '../../localstack/deploy.ts';
import { startServer } from '../../localstack/stand-ins/http-server.ts';
import { eventually, sqs } from './support/world.ts';

/** The app of a team that has a VPC, a bucket and a queue: Sluice's constructs stand in its own stack. */
const STAGE = 'team';
const app = fileURLToPath(new URL('team-app', import.meta.url));
const target = inject('target');
const LONG_MS = 120_000;

interface Exported {
  readonly resourceSpans: { readonly scopeSpans: { readonly spans: { readonly name: string }[] }[] }[];
}

const spans: string[] = [];
let outputs: Record<string, string>;
let stop: () => Promise<unknown>;
beforeAll(async () => {
  const collector = await startServer(async (request, response) => {
    const { resourceSpans } = (await json(request)) as Exported;
    spans.push(
      ...resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans.map(({ name }) => name))),
    );
    response.setHeader('content-type', 'application/json').end('{}');
  });
  stop = () => collector.stop();
  await deploy(target, { stage: STAGE, app, context: { otlp: collector.url }, log: console.log });
  const StackName = `sluice-${STAGE}-core`;
  const cloudFormation = new CloudFormationClient(target.clientConfig);
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  outputs = Object.fromEntries(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]) ?? []);
}, 300_000);
afterAll(async () => {
  await destroy(target, { stage: STAGE, app });
  await stop?.();
}, 120_000);

/** The items of a type, once one has ended. */
const ended = (type: string) =>
  eventually(
    async () => {
      const documents = DynamoDBDocumentClient.from(new DynamoDBClient(target.clientConfig));
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: outputs.JobsTableName }));
      return (Items as JobItem[]).find((item) => item.type === type && item.status === 'COMPLETED');
    },
    `the end of ${type}`,
    LONG_MS,
  );

it('a file in the bucket ends as a completed job, with its span', { timeout: 240_000 }, async () => {
  const s3 = new S3Client({ ...target.clientConfig, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: outputs.BucketName, Key: 'a picture.txt', Body: 'picture' }));
  expect(await ended('upload')).toMatchObject({ attempts: 1, result: { key: 'a picture.txt', size: 7 } });
  await eventually(async () => spans.includes('process team-uploads'), 'its span', LONG_MS);
});

it('a job that uses a package with native code completes', { timeout: 240_000 }, async () => {
  const MessageBody = JSON.stringify({ id: 'one', payload: { width: 3 } });
  await sqs.send(new SendMessageCommand({ QueueUrl: outputs.DrawUrl, MessageBody }));
  expect(await ended('draw')).toMatchObject({ attempts: 1, result: { width: 3, bytes: expect.any(Number) } });
});
