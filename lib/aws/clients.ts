import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { abortedBy, type CurrentSignal, ownCalls } from './client-settings.ts';
import { PlainJsonProtocol } from './plain-json.ts';
import type { Sqs } from './ports.ts';
import { shortened } from './short/short-send.ts';
import { makeSqsClient, withoutLogger } from './sqs-client.ts';

/**
 * The client that Sluice reads and writes its table with. Its middleware is put together once a command instead of once a
 * call: what is added to its stack after a first call is not seen.
 *
 * @param signal gives up the requests under way when it is aborted
 */
export const makeDynamoDbClient = (signal: CurrentSignal): DynamoDBClient => {
  const settings = { ...ownCalls(), protocol: PlainJsonProtocol, cacheMiddleware: true };
  return shortened(abortedBy(withoutLogger(new DynamoDBClient(settings)), signal), settings);
};

/** The engine's SQS. Made when a first message waits or is dead-lettered: a batch that succeeds needs none. */
export const makeSqs = (signal: CurrentSignal): Sqs =>
  onFirstUse(() => {
    const settings = ownCalls();
    return shortened(abortedBy(makeSqsClient(settings), signal), settings);
  });

/** A client that is made when it is first used. */
export function onFirstUse<Client extends { send: unknown }>(make: () => { send(command: never): unknown }): Client {
  let made: { send(command: never): unknown } | undefined;
  const send = (command: never) => {
    made ??= make();
    return made.send(command);
  };
  return { send } as { send: unknown } as Client;
}
