import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** The process's DynamoDB client, as every function of Sluice has it. */
export function makeDynamoDb(): DynamoDBClient {
  const client = new DynamoDBClient({});
  // Copies every input and output for a logger that nobody gave: 3 % of a small job's CPU.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
