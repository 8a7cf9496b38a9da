import { Duration } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, type ILayerVersion } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IDependable } from 'constructs';
import type { BundleSettings } from '../../bundle/define-bundle.ts';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { queueSettings } from '../../contract/definition/queue-settings.ts';
import { EVENT_SOURCE } from '../../contract/job-event.ts';
import { ENV, names } from '../../contract/names.ts';
import { SCHEMA_ITEM } from '../../contract/protocol/schema.ts';
import { answerRights } from '../access/answer-rights.ts';
import { itemsLike, namedAndLike, ownItems } from '../access/item-keys.ts';
import { getBodies, getPayloads, payloadBucket } from '../access/payload-rights.ts';
import { keyByArn, keyRights } from '../access/stage-key.ts';
import { arnsOf } from '../arns.ts';
import { checkPart } from '../checks/attach.ts';
import type { QueueElsewhere } from '../checks/own-parts.ts';
import { readsS3 } from '../functions/function-code.ts';
import type { Network } from '../functions/network.ts';
import { SluiceFunction } from '../functions/sluice-function.ts';
import type { JobAlarm } from '../monitoring/alarm-names.ts';
import { JobAlarms } from '../monitoring/job-alarms.ts';
import { JobDashboard } from '../monitoring/job-dashboard.ts';
import type { CommonSettings } from '../stage-settings.ts';
import { keyOf, letDispatcherSend } from './dispatcher-rights.ts';
import type { TheirQueue } from './foreign-queue.ts';
import { letHandOn } from './hand-on.ts';
import { JobQueue } from './job-queue.ts';
import { JobSchedules } from './job-schedules.ts';

/** What {@link makeJobType} makes it by. */
export interface JobTypeSettings extends CommonSettings {
  readonly definition: JobDefinition;
  /** File that exports the job type's `handler`. */
  readonly entry: string;
  /** Variables beside Sluice's own. @default none */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Invocations that the account keeps free for it. @default none */
  readonly reservedConcurrency?: number | undefined;
  /** @default what the `bundle.ts` beside the entry says */
  readonly bundle?: BundleSettings | undefined;
  /** @default those of its bundle */
  readonly layers?: readonly ILayerVersion[] | undefined;
  /** @default it runs in no VPC of yours */
  readonly network?: Network | undefined;
  /** @default the fixed one */
  readonly queueName?: string | undefined;
  /** A queue of somebody else's, to be consumed. @default one is made */
  readonly theirs?: TheirQueue | undefined;
  /** What the same stack has of the stage, to be made before the type. @default it stands in another stack */
  readonly core?:
    | { readonly table: IDependable; readonly dispatcher: IDependable; readonly key: IKey | undefined }
    | undefined;
}

/** What a job type is made of. */
export interface JobTypeParts {
  readonly queue: IQueue;
  readonly deadLetterQueue: IQueue;
  readonly consumer: SluiceFunction;
  /** By what they watch, those of schedules left out. */
  readonly alarms: Readonly<Partial<Record<JobAlarm, IAlarm>>>;
  /** The stage's key, if it has one. */
  readonly key: IKey | undefined;
}

/**
 * Makes a job type: its queue and dead-letter queue, its consumer, its alarms and its dashboard. All follow from the definition.
 *
 * They stand directly in their scope, a stack of Sluice's or a construct in another's: one more construct in between would change
 * the paths in the templates of what is deployed already.
 */
export function makeJobType(scope: Construct, settings: JobTypeSettings): JobTypeParts {
  const { stage, disposable, encrypted, securityChecks, definition, runbook, core } = settings;
  const part = { scope, stage, encrypted, securityChecks, definition, elsewhere: elsewhereOf(scope, settings) };
  checkPart(part, { warnOnly: settings.emulated });
  const key = encrypted ? (core?.key ?? keyByArn(scope, stage)) : undefined;
  const queues = new JobQueue(scope, 'Jobs', settings);
  const consumer = makeConsumer(scope, settings, { queues, key });
  letHandOn(consumer, part);
  // The dispatcher finds a queue with the fixed name, and may send there.
  const isElsewhere = part.elsewhere !== undefined;
  const mapping = consume(scope, { definition, queues, consumer });
  const { queue, deadLetterQueue } = queues;
  const schedules =
    definition.schedule.length === 0
      ? []
      : [new JobSchedules(scope, 'Schedules', { stage, definition, queue, encrypted, disposable, runbook })];
  const queueName = isElsewhere ? queue.queueName : undefined;
  const { all: alarms } = new JobAlarms(scope, 'Alarms', { stage, definition, runbook, queueName });
  if (settings.jobDashboards) new JobDashboard(scope, 'Dashboard', { stage, definition, queueName });
  if (isElsewhere) letDispatcherSend(scope, settings, queue);
  if (core !== undefined) mapping.node.addDependency(core.table);
  // Queues name it by its alias, which is no reference.
  if (core?.key !== undefined) for (const one of [queues, ...schedules]) one.node.addDependency(core.key);
  return { queue, deadLetterQueue, consumer, alarms, key };
}

/** Where the queue is, if it does not have the fixed name. */
function elsewhereOf(scope: Construct, { stage, theirs, queueName }: JobTypeSettings): QueueElsewhere | undefined {
  if (theirs !== undefined)
    return { arn: theirs.queue.queueArn, address: theirs.queue.queueUrl, keyArn: theirs.keyArn };
  return queueName === undefined ? undefined : { arn: arnsOf(scope, stage).queueNamed(queueName), address: queueName };
}

interface ConsumerParts {
  readonly queues: JobQueue;
  readonly key: IKey | undefined;
}

function makeConsumer(scope: Construct, settings: JobTypeSettings, { queues, key }: ConsumerParts): SluiceFunction {
  const { stage, disposable, definition, entry, environment, reservedConcurrency } = settings;
  const { bundle, layers, network, theirs, queueName, payloads } = settings;
  const { type, memoryMb, tracing } = definition;
  return new SluiceFunction(scope, 'Consumer', {
    functionName: names.consumer(stage, type),
    description: `Sluice: runs ${type} jobs`,
    entry,
    timeoutSeconds: queueSettings(definition).functionTimeoutSeconds,
    memoryMb,
    tracing,
    s3: readsS3(settings, definition),
    disposable,
    key,
    environment: {
      [ENV.stage]: stage,
      [ENV.jobsTable]: names.jobsTable(stage),
      [ENV.queueUrl]: queues.queue.queueUrl,
      [ENV.deadLetterQueueUrl]: queues.deadLetterQueue.queueUrl,
      ...((theirs ?? queueName) !== undefined && { [ENV.parkedUrl]: queues.queue.queueUrl }),
      ...(payloads && { [ENV.payloads]: payloadBucket(scope, stage) }),
      ...environment,
    },
    reservedConcurrency,
    bundle,
    layers,
    network,
    statements: [...consumerRights(scope, settings), ...keyOf(theirs), ...beyondRights(scope, settings)],
  });
}

/** Large payloads of its own jobs, whoever waits for them, and the stage's key for all that it uses. */
function beyondRights(
  scope: Construct,
  { stage, encrypted, payloads, definition }: JobTypeSettings,
): PolicyStatement[] {
  const services = ['sqs', 'dynamodb', ...(payloads ? ['s3'] : [])];
  return [
    ...(payloads ? getPayloads(scope, { stage, types: [definition.type] }) : []),
    ...getBodies(scope, definition),
    ...answerRights(scope, definition),
    ...(encrypted ? [keyRights(scope, stage, { services })] : []),
  ];
}

function consumerRights(
  scope: Construct,
  { stage, definition: { type }, theirs, queueName }: JobTypeSettings,
): PolicyStatement[] {
  const arns = arnsOf(scope, stage);
  const queue = theirs?.queue.queueArn ?? (queueName === undefined ? arns.queue(type) : arns.queueNamed(queueName));
  return [
    new PolicyStatement({
      // The event source's three, ChangeMessageVisibility for waits, SendMessage for renewals.
      actions: ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes', 'ChangeMessageVisibility', 'SendMessage'].map(
        (action) => `sqs:${action}`,
      ),
      resources: [queue],
    }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [arns.deadLetterQueue(type)] }),
    new PolicyStatement({
      // BatchExecuteStatement.
      actions: ['PartiQLInsert', 'PartiQLUpdate'].map((action) => `dynamodb:${action}`),
      resources: [arns.jobsTable],
      conditions: itemsLike(ownItems(type)),
    }),
    new PolicyStatement({
      // The Update of a transaction.
      actions: ['dynamodb:UpdateItem'],
      resources: [arns.jobsTable],
      conditions: namedAndLike(ownItems(type)),
    }),
    new PolicyStatement({
      actions: ['dynamodb:BatchGetItem'],
      resources: [arns.jobsTable],
      // And what core says of itself.
      conditions: namedAndLike([...ownItems(type), SCHEMA_ITEM]),
    }),
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [arns.defaultBus],
      // Other programs use the bus too, so the consumer may publish only events with Sluice's source.
      conditions: { StringEquals: { 'events:source': EVENT_SOURCE } },
    }),
  ];
}

interface Consumption {
  readonly definition: JobDefinition;
  readonly queues: JobQueue;
  readonly consumer: SluiceFunction;
}

function consume(scope: Construct, { definition, queues, consumer }: Consumption): EventSourceMapping {
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
  return mapping;
}
