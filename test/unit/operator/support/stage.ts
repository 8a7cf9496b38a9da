import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Aws, Stage } from '../../../../lib/operator/index.ts';
import type { MemorySqs } from '../../../../lib/testing/index.ts';
import { STAGE, type World } from '../../../support/world.ts';

/** SQS that is asked in vain at once: a long poll would wait for a clock that stands still. */
export function shortPolling({ client }: MemorySqs): MemorySqs['client'] {
  const asked = client as { send(command: object): Promise<object> };
  const send = (command: object) =>
    asked.send(
      command instanceof ReceiveMessageCommand
        ? new ReceiveMessageCommand({ ...command.input, WaitTimeSeconds: 0 })
        : command,
    );
  return { send } as { send: unknown } as MemorySqs['client'];
}

/** A service that the verb under test must not ask. */
const untouched = (service: string) => ({
  send: () => Promise.reject(new TypeError(`${service} was asked`)),
});

/** The world as the operator's verbs see it: DynamoDB and SQS in memory, and nothing else. */
export function stageOf(
  { dynamoDb, sqs, clock }: Pick<World, 'dynamoDb' | 'sqs' | 'clock'>,
  aws: Partial<Aws> = {},
): Stage {
  return {
    name: STAGE,
    aws: {
      dynamoDb: dynamoDb.client,
      sqs: shortPolling(sqs),
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
