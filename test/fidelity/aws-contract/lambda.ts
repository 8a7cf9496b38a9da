import { join } from 'node:path';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { build } from 'esbuild';
import type { ClientConfig } from '../../../localstack/emulator.ts';
import { zipOf } from '../../../localstack/zip.ts';
import type { AwsWithLambda, StandIn } from './aws.ts';
import { openSqs } from './emulator.ts';

/** SQS of an emulator, with the function deployed. */
export async function openLambda(name: StandIn, config: ClientConfig): Promise<AwsWithLambda> {
  const aws = openSqs(name, config);
  const lambda = new LambdaClient(config);
  const FunctionName = aws.newName('function');
  await deploy(lambda, FunctionName, config);
  const mappings = new Map<string, string>();
  return {
    ...aws,
    async consume(QueueUrl, { batchSize = 10, batchWindowSeconds = 0 } = {}) {
      const AttributeNames = ['QueueArn' as const];
      const { Attributes } = await aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      const { UUID = '' } = await lambda.send(
        new CreateEventSourceMappingCommand({
          FunctionName,
          EventSourceArn: Attributes?.QueueArn,
          BatchSize: batchSize,
          MaximumBatchingWindowInSeconds: batchWindowSeconds,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        }),
      );
      mappings.set(QueueUrl, UUID);
    },
    async stopConsuming(QueueUrl) {
      await lambda.send(new DeleteEventSourceMappingCommand({ UUID: mappings.get(QueueUrl) }));
    },
  };
}

async function deploy(lambda: LambdaClient, FunctionName: string, config: ClientConfig): Promise<void> {
  const { accessKeyId } = config.credentials;
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/contract',
      Timeout: 10,
      Code: { ZipFile: zipOf('index.mjs', await bundle()) },
      Environment: {
        Variables: {
          SQS_ENDPOINT: config.endpoint,
          SQS_CREDENTIAL: `${accessKeyId}/20260101/${config.region}/sqs/aws4_request`,
        },
      },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, minDelay: 0.2, maxDelay: 1, maxWaitTime: 60 }, { FunctionName });
  // Its first process starts before a batch waits for it.
  await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ Records: [] }) }));
}

async function bundle(): Promise<Uint8Array> {
  const entryPoints = [join(import.meta.dirname, 'function', 'handler.ts')];
  const form = { bundle: true, write: false, platform: 'node', format: 'esm', target: 'node24' } as const;
  const [file] = (await build({ ...form, entryPoints })).outputFiles;
  if (file === undefined) throw new TypeError('esbuild made nothing of the function');
  return file.contents;
}
