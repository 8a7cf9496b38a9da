import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { inject } from 'vitest';
import type { Stage } from '../../../lib/operator/index.ts';
import { STAGE } from '../global-setup.ts';
import { sqs } from './world.ts';

/** The deployed stage as the operator's functions see it. */
export function emulatorStage(): Stage {
  const config = inject('clientConfig');
  return {
    name: STAGE,
    endpoint: inject('target').endpoint,
    aws: {
      ...{ sqs, dynamoDb: new DynamoDBClient(config), lambda: new LambdaClient(config) },
      ...{ logs: new CloudWatchLogsClient(config), cloudWatch: new CloudWatchClient(config) },
      ...{ cloudFormation: new CloudFormationClient(config), eventBridge: new EventBridgeClient(config) },
    },
  };
}
