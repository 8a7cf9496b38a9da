import type { Aws, Stage } from '../../../lib/operator/index.ts';
import { STAGE, type World } from '../../support/world.ts';

/** A service that the verb under test must not ask. */
const untouched = (service: string) => ({
  send: () => Promise.reject(new TypeError(`${service} was asked`)),
});

/** The world as the operator's verbs see it: DynamoDB and SQS in memory, and nothing else. */
export function stageOf({ dynamoDb, sqs, clock }: World, aws: Partial<Aws> = {}): Stage {
  return {
    name: STAGE,
    aws: {
      dynamoDb: dynamoDb.client,
      sqs: sqs.client,
      lambda: untouched('Lambda'),
      logs: untouched('CloudWatch Logs'),
      cloudWatch: untouched('CloudWatch'),
      cloudFormation: untouched('CloudFormation'),
      eventBridge: untouched('EventBridge'),
      ...aws,
    },
    now: clock.now,
  };
}
