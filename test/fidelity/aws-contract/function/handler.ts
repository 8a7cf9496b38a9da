import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent } from 'aws-lambda';
import { perform } from './perform.ts';

/** The function as it is deployed to an emulator: without the SDK, so that it starts at once. */
export const handler = (event: SQSEvent): Promise<unknown> =>
  perform(event, { call, wait: (seconds) => sleep(seconds * 1000) });

async function call(operation: string, input: object): Promise<void> {
  const { SQS_ENDPOINT = '', SQS_CREDENTIAL = '' } = process.env;
  const response = await fetch(SQS_ENDPOINT, {
    method: 'POST',
    body: JSON.stringify(input),
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
      // No emulator looks at a signature, but at whose it is.
      authorization: `AWS4-HMAC-SHA256 Credential=${SQS_CREDENTIAL}, SignedHeaders=host, Signature=0`,
    },
  });
  if (!response.ok) throw new Error(`${operation} answered ${response.status}: ${await response.text()}`);
}
