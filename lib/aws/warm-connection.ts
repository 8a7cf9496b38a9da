import { BatchExecuteStatementCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What the SDK is about to send. */
interface Request {
  readonly protocol: string;
}

/** DynamoDB answers it to anyone, by "healthy: " and its name: it needs no rights and takes no units. */
const ASK_IF_HEALTHY = { method: 'GET', headers: {}, body: undefined };

/** A command of its own: the client keeps a command's middleware by its class, and would ask instead of every write. */
class AskIfHealthy extends BatchExecuteStatementCommand {}

/**
 * Opens the client's connection while the function starts: Lambda lends it a whole CPU then, and no job waits. Otherwise the
 * root certificates, the handshake and the SDK's first call are more than half of a first batch's CPU (`npm run bench --
 * --only tls`). Done only in Lambda's own environment, and only over TLS. A failure is not reported: the first call opens a
 * connection of its own if there is none.
 */
export function openConnection(client: DynamoDBClient): void {
  if (process.env.AWS_LAMBDA_INITIALIZATION_TYPE === undefined) return;
  const command = new AskIfHealthy({ Statements: [] });
  // Behind everything that makes and signs a request: where it goes is where the first call will go.
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as Request;
      if (request.protocol !== 'https:') throw new TypeError('an emulator');
      Object.assign(request, ASK_IF_HEALTHY);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  // The answer is no JSON, which is an error to the SDK, whose reading of it frees the connection.
  client.send(command).catch(() => undefined);
}
