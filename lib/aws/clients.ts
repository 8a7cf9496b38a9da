import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { MARSHALL } from '../engine/table/statements.ts';
import { besideOf } from './dynamodb-client.ts';
import type { DynamoDbDocuments, Sqs } from './ports.ts';
import { makeSqsClient } from './sqs-client.ts';

/** Made when a first transaction is written: most jobs write none. */
export const makeDocuments = (client: DynamoDBClient): DynamoDbDocuments =>
  onFirstUse(() => DynamoDBDocumentClient.from(besideOf(client), { marshallOptions: { ...MARSHALL } }));

/** Made when a first message waits or is buried: a batch that succeeds needs no SQS. */
export const makeSqs = (): Sqs => onFirstUse(makeSqsClient);

function onFirstUse<Client extends { send: unknown }>(make: () => { send(command: never): unknown }): Client {
  let made: { send(command: never): unknown } | undefined;
  const send = (command: never) => {
    made ??= make();
    return made.send(command);
  };
  return { send } as { send: unknown } as Client;
}
