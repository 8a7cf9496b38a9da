import { afterAll, it } from 'vitest';
import { DYNAMODB_BEHAVIOURS } from './behaviours/dynamodb.ts';
import { contract } from './contract.ts';
import { isInstalled, startDynamoDbLocal } from './dynamodb-local.ts';
import { inRealTime, openDynamoDb } from './emulator.ts';

if (isInstalled()) {
  const { config, stop } = await startDynamoDbLocal();
  afterAll(stop);
  const aws = await openDynamoDb('DynamoDB Local', config);
  contract('DynamoDB Local', DYNAMODB_BEHAVIOURS, () => inRealTime(aws));
} else {
  it.skip('DynamoDB Local does as AWS: it is not installed; npm run test:localstack does so, with a JDK and Maven');
}
