import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../../lib/bundle/bundle.ts';
import { workFolder } from '../../../localstack/places.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The bundle of some code, and what is in it. */
async function made(code: string): Promise<{ readonly file: string; readonly text: string }> {
  const folder = await workFolder('left-out');
  const [entry, file] = [join(folder, 'entry.ts'), join(folder, 'entry.mjs')];
  await writeFile(entry, code);
  // By its own name, a client that code imports brings its errors' classes with it.
  const bundled = await bundle(entry, { absWorkingDir: ROOT, alias: { sqs: '@aws-sdk/client-sqs' } });
  await writeFile(file, bundled.code);
  return { file, text: new TextDecoder().decode(bundled.code) };
}

/** A service that refuses every call by one error. @returns its URL */
async function refusing(status: number, body: object): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs a bundle whose clients call this service. @returns what it writes */
async function run(file: string, url: string): Promise<string> {
  const keys = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const env = { ...process.env, ...keys, URL: `${url}/q`, AWS_ENDPOINT_URL: url };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  return stdout;
}

test.each([
  ['com.amazonaws.sqs#QueueDoesNotExist', 400, { isMissing: true, isTransient: false }],
  ['com.amazonaws.sqs#RequestThrottled', 400, { isMissing: false, isTransient: true }],
  ['com.amazonaws.sqs#OverLimit', 403, { isMissing: false, isTransient: true }],
  ['com.amazonaws.sqs#InvalidMessageContents', 400, { isMissing: false, isTransient: false }],
])(
  'an error without a class in the bundle is told by its name, status and message: %s',
  async (type, status, judged) => {
    const url = await refusing(status, { __type: type, message: 'no' });
    const { file, text } = await made(
      `import { SendMessageCommand } from 'sqs';
     import { makeSqs } from '${ROOT}lib/aws/clients.ts';
     import { errorName, isMissingQueue, isTransient, statusOf } from '${ROOT}lib/aws/errors.ts';
     const call = makeSqs(() => undefined).send(new SendMessageCommand({ QueueUrl: process.env.URL, MessageBody: 'x' }));
     call.catch((error) => {
       const judged = { isMissing: isMissingQueue(errorName(error)), isTransient: isTransient(error) };
       console.log(JSON.stringify({ name: errorName(error), message: error.message, status: statusOf(error), judged }));
     });`,
    );
    expect(text).not.toContain('KmsOptInRequired');
    const stdout = await run(file, url);
    expect(JSON.parse(stdout)).toEqual({ name: type.split('#')[1], message: 'no', status, judged });
  },
);

test('a handler with a client of its own has the classes of its errors', async () => {
  const { file } = await made(
    `import { ConditionalCheckFailedException, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
     const call = new DynamoDBClient({ maxAttempts: 1 }).send(new GetItemCommand({ TableName: 't', Key: {} }));
     call.catch((error) => console.log(error instanceof ConditionalCheckFailedException));`,
  );
  const url = await refusing(400, { __type: 'com.amazonaws.dynamodb#ConditionalCheckFailedException' });
  expect(await run(file, url)).toBe('true\n');
});

test('a handler with a logger and an idempotent function of its own has Powertools whole', async () => {
  const { file } = await made(
    `import { Logger } from '@aws-lambda-powertools/logger';
     import { BasePersistenceLayer } from '@aws-lambda-powertools/idempotency/persistence';
     new Logger({ serviceName: 's' }).info('hello');
     console.log(typeof BasePersistenceLayer.prototype.saveInProgress);`,
  );
  const lines = (await run(file, 'http://127.0.0.1:1')).split('\n');
  expect([JSON.parse(lines[0] ?? ''), lines[1]]).toEqual([expect.objectContaining({ message: 'hello' }), 'function']);
});

test('a type with rateLimit has what it takes, and one whose bundle lacks it is refused', async () => {
  const job = (name: string) =>
    `import * as z from '${ROOT}node_modules/zod';
     import { defineJob } from '${ROOT}lib/contract/index.ts';
     import { consumer } from '${ROOT}lib/engine/index.ts';
     const options = { type: 'a', payload: z.string(), [${name}]: { limit: 1, perSeconds: 1 } };
     export const handler = consumer(defineJob(options), () => undefined);`;
  const url = 'http://127.0.0.1:1';
  expect(await run((await made(job(`'rateLimit'`))).file, url)).toBe('');
  await expect(run((await made(job(`'rate' + 'Limit'`))).file, url)).rejects.toThrow('rate limits are left out');
});
