import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ownCalls } from '../../lib/aws/client-settings.ts';
import { PlainJsonProtocol } from '../../lib/aws/plain-json.ts';
import { shortened } from '../../lib/aws/short/short-send.ts';
import { withoutLogger } from '../../lib/aws/sqs-client.ts';

/** As the engine's client is made, before a server. */
const settingsFor = (endpoint: string): DynamoDBClientConfig => ({
  ...ownCalls(),
  endpoint,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'token' },
});

/** The SDK's own client, under the settings of ours. */
export const makeStockClient = (endpoint: string): DynamoDBClient => new DynamoDBClient(settingsFor(endpoint));

/** The engine's client. @param change settings that it has beside those of the engine */
export function makeShortClient(endpoint: string, change: DynamoDBClientConfig = {}): DynamoDBClient {
  const settings = { ...settingsFor(endpoint), protocol: PlainJsonProtocol, cacheMiddleware: true, ...change };
  return shortened(withoutLogger(new DynamoDBClient(settings)), settings);
}

/** Counts what goes through the SDK's middleware from now on: calls of its own, and answers that it reads for the short way. */
export function countBySdk(client: DynamoDBClient): () => number {
  let count = 0;
  const { protocol } = client.config as unknown as { protocol: { serializeRequest(...args: unknown[]): unknown } };
  const own = protocol.serializeRequest.bind(protocol);
  protocol.serializeRequest = (...args) => {
    count += 1;
    return own(...args);
  };
  return () => count;
}
