import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PlainJsonProtocol } from './plain-json.ts';
import type { Sqs } from './ports.ts';
import { makeSqsClient, withoutLogger } from './sqs-client.ts';

/**
 * A client of the SDK's own configuration, as Sluice reads and writes its table with. Its middleware is put together once a
 * command instead of once a call: what is added to its stack after a first call is not seen.
 */
export const makeDynamoDbClient = (): DynamoDBClient =>
  withoutLogger(new DynamoDBClient({ protocol: PlainJsonProtocol, cacheMiddleware: true }));

/** Made when a first message waits or is dead-lettered: a batch that succeeds needs no SQS. */
export const makeSqs = (): Sqs => onFirstUse(makeSqsClient);

/** A client that is made when it is first used. */
export function onFirstUse<Client extends { send: unknown }>(make: () => { send(command: never): unknown }): Client {
  let made: { send(command: never): unknown } | undefined;
  const send = (command: never) => {
    made ??= make();
    return made.send(command);
  };
  return { send } as { send: unknown } as Client;
}
