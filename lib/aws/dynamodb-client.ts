import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PlainJsonProtocol } from './plain-json.ts';
import { withoutLogger } from './without-logger.ts';

/**
 * A client of the SDK's own configuration, as Sluice reads and writes its table with. Its middleware is put together once a
 * command instead of once a call: what is added to its stack after a first call is not seen.
 */
export const makeDynamoDbClient = (): DynamoDBClient =>
  withoutLogger(new DynamoDBClient({ protocol: PlainJsonProtocol, cacheMiddleware: true }));

/** A second client on the first one's connections, for a document client: that one refuses kept middleware. */
export const besideOf = ({ config: { requestHandler } }: DynamoDBClient): DynamoDBClient =>
  new DynamoDBClient({ requestHandler });
