/** Apart from the other clients, because no bundler drops what it imports: the dispatcher would carry 5 KB for nothing. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ownCalls } from './client-settings.ts';
import { onFirstUse } from './clients.ts';
import { MARSHALL } from './marshal.ts';
import type { DynamoDbDocuments } from './ports.ts';

/** Made when a first transaction is written: most jobs write none. */
export const makeDocuments = (client: DynamoDBClient): DynamoDbDocuments =>
  onFirstUse(() => DynamoDBDocumentClient.from(besideOf(client), { marshallOptions: { ...MARSHALL } }));

/** A second client on the first one's connections, and given up with it: a document client refuses one that keeps its middleware. */
const besideOf = ({ config: { requestHandler } }: DynamoDBClient): DynamoDBClient =>
  new DynamoDBClient({ ...ownCalls(), requestHandler });
