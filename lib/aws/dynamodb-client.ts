import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PlainJsonProtocol } from './plain-json.ts';
import { withoutLogger } from './without-logger.ts';

/** A client of the SDK's own configuration, as Sluice reads and writes its table with. */
export const makeDynamoDbClient = (): DynamoDBClient =>
  withoutLogger(new DynamoDBClient({ protocol: PlainJsonProtocol }));
