import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DynamoDbDocuments, Sqs } from './aws.ts';
import { MARSHALL } from './statements.ts';

/** The process's DynamoDB client, as every function of Sluice has it. */
export function makeDynamoDb(): DynamoDBClient {
  const client = new DynamoDBClient({});
  // Copies every input and output for a logger that nobody gave: 3 % of a small job's CPU.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** Made when a first transaction is written: most jobs write none. */
export const makeDocuments = (client: DynamoDBClient): DynamoDbDocuments =>
  onFirstUse(() => DynamoDBDocumentClient.from(client, { marshallOptions: { ...MARSHALL } }));

/** Made when a first message waits or is buried: a batch that succeeds needs no SQS. */
export const makeSqs = (): Sqs => onFirstUse(() => new SQSClient({}));

function onFirstUse<Client extends { send: unknown }>(make: () => { send(command: never): unknown }): Client {
  let made: { send(command: never): unknown } | undefined;
  const send = (command: never) => {
    made ??= make();
    return made.send(command);
  };
  return { send } as { send: unknown } as Client;
}
