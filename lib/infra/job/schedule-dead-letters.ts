import { Duration } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '../checks/security.ts';
import { scheduleDeadLetterQueue } from '../monitoring/metrics.ts';
import { type QueueDefaultsProps, queueDefaults } from './job-queue.ts';

/** SQS's longest retention. */
const RETENTION = Duration.days(14);

/**
 * Where EventBridge puts what it could not send to a type's queue. It is not the type's own dead-letter queue: what lies here is
 * a tick, and no job.
 */
export class ScheduleDeadLetters extends Queue {
  constructor(scope: Construct, id: string, { type, ...props }: QueueDefaultsProps & { readonly type: string }) {
    super(scope, id, {
      ...queueDefaults(scope, `${id}Key`, props),
      queueName: scheduleDeadLetterQueue(props.stage, type),
      retentionPeriod: RETENTION,
    });
    acknowledge(this, {
      rule: 'SQS3',
      reason: 'it is a dead-letter queue itself, of EventBridge’s rules and schedules',
    });
  }
}
