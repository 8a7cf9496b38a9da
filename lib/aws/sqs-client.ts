/** Apart from the other clients, because a producer imports it: without a bundler, it would load DynamoDB's with it. */
import { SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { asOneRequest } from './one-request.ts';
import { PlainJsonProtocol } from './plain-json.ts';
import { Sha256 } from './sha256.ts';
import { shortened } from './short/short-send.ts';

interface WithStack {
  readonly middlewareStack: { remove(name: string): boolean };
}

/** The client that Sluice sends with. @param settings beside the SDK's own configuration. @default none */
export const makeSqsClient = (settings: SQSClientConfig = {}): SQSClient =>
  withoutLogger(new SQSClient({ sha256: Sha256, ...settings, protocol: PlainJsonProtocol }));

/** Without the SDK's copies of every input and output for a logger that nobody gave: 3 % of a small job's CPU. */
export function withoutLogger<Client extends WithStack>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** A producer's own client: each call is one request. What a failed one says of itself, the SDK's steps note. */
export function makeOwnSqs(): SQSClient {
  const settings = { maxAttempts: 1, retryMode: 'standard', sha256: Sha256 };
  return shortened(asOneRequest(makeSqsClient(settings)), settings);
}
