import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { names } from '../contract/names.ts';
import { LISTS_INDEX, TYPE_LISTS_INDEX } from '../contract/protocol/job-item.ts';

/** ARNs made of Sluice's fixed names. Stacks refer to each other by these and never by a cross-stack reference. */
export function arnsOf(scope: Construct, stage: string) {
  const stack = Stack.of(scope);
  const table = stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: names.jobsTable(stage) });
  const sqs = (queueName: string) => stack.formatArn({ service: 'sqs', resource: queueName });
  return {
    jobsTable: table,
    listsIndex: `${table}/index/${LISTS_INDEX}`,
    typeListsIndex: `${table}/index/${TYPE_LISTS_INDEX}`,
    alarmTopic: stack.formatArn({ service: 'sns', resource: names.alarmTopic(stage) }),
    /** The account's own bus in this region. */
    defaultBus: stack.formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
    queueNamed: sqs,
    queue: (type: string) => sqs(names.queue(stage, type)),
    deadLetterQueue: (type: string) => sqs(names.deadLetterQueue(stage, type)),
  };
}
