import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { EVENT_SOURCE } from '../../contract/job-event.ts';
import { ENV, names } from '../../contract/names.ts';
import { itemId } from '../../contract/protocol/job-item.ts';
import { SCHEMA_ITEM } from '../../contract/protocol/schema.ts';
import { keyByArn, keyRights } from '../access/stage-key.ts';
import { arnsOf } from '../arns.ts';
import { SluiceFunction } from '../functions/sluice-function.ts';
import { JobAlarms } from '../monitoring/job-alarms.ts';
import { JobDashboard } from '../monitoring/job-dashboard.ts';
import { environmentOf, type StageSettings } from '../stage-settings.ts';
import { JobQueue } from './job-queue.ts';
import { JobSchedules } from './job-schedules.ts';

/** Settings of {@link JobStack}. */
export interface JobStackProps extends StageSettings {
  readonly definition: JobDefinition;
  /** File that exports the job type's `handler`. */
  readonly entry: string;
}

/** One job type: its queue and dead-letter queue, its consumer, its alarms and its dashboard. All follow from the definition. */
export class JobStack extends Stack {
  readonly consumer: SluiceFunction;
  readonly queue: Queue;
  /** The stage's key, for what `resources.ts` deploys. */
  readonly key: IKey | undefined;

  constructor(scope: Construct, props: JobStackProps) {
    const { stage, disposable, encrypted, definition, entry, runbook, jobDashboards } = props;
    const { type } = definition;
    super(scope, names.jobStack(stage, type), {
      stackName: names.jobStack(stage, type),
      description: `Sluice, stage ${stage}: job type ${type}`,
      terminationProtection: !disposable,
      ...environmentOf(props),
    });
    this.key = encrypted ? keyByArn(this, stage) : undefined;
    const queues = new JobQueue(this, 'Jobs', props);
    this.queue = queues.queue;
    this.consumer = new SluiceFunction(this, 'Consumer', {
      functionName: names.consumer(stage, type),
      description: `Sluice: runs ${type} jobs`,
      entry,
      timeoutSeconds: queueSettings(definition).functionTimeoutSeconds,
      memoryMb: definition.memoryMb,
      tracing: definition.tracing,
      disposable,
      key: this.key,
      environment: {
        [ENV.stage]: stage,
        [ENV.jobsTable]: names.jobsTable(stage),
        [ENV.queueUrl]: queues.queue.queueUrl,
        [ENV.deadLetterQueueUrl]: queues.deadLetterQueue.queueUrl,
      },
      statements: [...consumerRights(this, stage, type), ...(encrypted ? [keyRights(this, stage)] : [])],
    });
    consume(this, { definition, queues, consumer: this.consumer });
    const schedules = { stage, definition, queue: queues.queue, encrypted, disposable, runbook };
    if (definition.schedule.length > 0) new JobSchedules(this, 'Schedules', schedules);
    new JobAlarms(this, 'Alarms', { stage, definition, runbook });
    if (jobDashboards) new JobDashboard(this, 'Dashboard', { stage, definition });
    new CfnOutput(this, 'QueueUrl', { value: queues.queue.queueUrl, description: `Send ${type} jobs here` });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: queues.deadLetterQueue.queueUrl, description: 'Dead jobs' });
  }
}

function consumerRights(scope: Construct, stage: string, type: string): PolicyStatement[] {
  const arns = arnsOf(scope, stage);
  return [
    new PolicyStatement({
      // The event source's three, ChangeMessageVisibility for waits, SendMessage for renewals.
      actions: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility', 'SendMessage'].map(
        (action) => `sqs:${action}`,
      ),
      resources: [arns.queue(type)],
    }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [arns.deadLetterQueue(type)] }),
    new PolicyStatement({
      // BatchExecuteStatement is PartiQLInsert and PartiQLUpdate; the Update of a transaction is UpdateItem.
      actions: ['PartiQLInsert', 'PartiQLUpdate', 'UpdateItem'].map((action) => `dynamodb:${action}`),
      resources: [arns.jobsTable],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ownItems(type) } },
    }),
    new PolicyStatement({
      actions: ['dynamodb:BatchGetItem'],
      resources: [arns.jobsTable],
      // And what core says of itself.
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...ownItems(type), SCHEMA_ITEM] } },
    }),
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [arns.defaultBus],
      // Other programs use the bus too, so the consumer may publish only events with Sluice's source.
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    }),
  ];
}

/**
 * The keys of a type's items: its jobs, and what it keeps about itself, as its rate limit. The condition binds PartiQL's actions
 * as it does the others (Service Authorization Reference, Amazon DynamoDB, condition keys of `PartiQLUpdate`).
 */
const ownItems = (type: string): string[] => [itemId(type, '*'), `~*#${type}`];

interface Consumption {
  readonly definition: JobDefinition;
  readonly queues: JobQueue;
  readonly consumer: SluiceFunction;
}

function consume(scope: Construct, { definition, queues, consumer }: Consumption): void {
  const { batchSize, batchWindowSeconds, maxConcurrency, provisionedPollers } = definition;
  const mapping = new EventSourceMapping(scope, 'EventSource', {
    target: consumer,
    eventSourceArn: queues.queue.queueArn,
    batchSize,
    ...(batchWindowSeconds > 0 && { maxBatchingWindow: Duration.seconds(batchWindowSeconds) }),
    ...(provisionedPollers === undefined
      ? { maxConcurrency }
      : {
          provisionedPollerConfig: {
            minimumPollers: provisionedPollers.min,
            maximumPollers: provisionedPollers.max,
          },
        }),
    // Never a filter: Lambda deletes messages that do not match it.
    reportBatchItemFailures: true,
  });
  // Lambda checks the role's rights when it creates the mapping.
  if (consumer.role !== undefined) mapping.node.addDependency(consumer.role);
}
