import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { ENV, names } from '../../contract/names.ts';
import { SCHEMA_ITEM } from '../../contract/protocol/schema.ts';
import { keyRights } from '../access/stage-key.ts';
import { arnsOf } from '../arns.ts';
import { acknowledgeWildcard } from '../checks/security.ts';
import { SluiceFunction } from './sluice-function.ts';

/** Settings of {@link Dispatcher}. */
export interface DispatcherProps {
  readonly stage: string;
  readonly disposable: boolean;
  /** The stage's key, if it has one. */
  readonly key: IKey | undefined;
  readonly entry: string;
  /** Of its role, for stacks that give it rights. @default CloudFormation makes one */
  readonly roleName?: string | undefined;
}

/** EventBridge's finest rate (EventBridge quotas). */
const TICK = Duration.minutes(1);
/** Less than the minute until the next tick: two ticks at once would do no harm, but no more work either. */
const TIMEOUT_SECONDS = 50;
/** Eight shards are read at the same time, each with a page of parked envelopes, most of them small. */
const MEMORY_MB = 512;
/**
 * A tick that fails or comes late is not retried: the next one, a minute later, finds all jobs that are due. By default
 * EventBridge would retry 185 times in 24 hours, and Lambda twice in six hours. 60 s is the least that both accept.
 */
const NO_RETRY = { retryAttempts: 0, maxEventAge: Duration.seconds(60) };

/** The retry dispatcher: a function that an EventBridge rule calls each minute. */
export class Dispatcher extends Construct {
  readonly function: SluiceFunction;

  constructor(scope: Construct, id: string, { stage, disposable, key, entry, roleName }: DispatcherProps) {
    super(scope, id);
    this.function = new SluiceFunction(this, 'Function', {
      functionName: names.dispatcher(stage),
      description: 'Sluice: sends parked jobs back to their queues as they fall due',
      entry,
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMb: MEMORY_MB,
      disposable,
      key,
      roleName,
      environment: { [ENV.jobsTable]: names.jobsTable(stage), [ENV.stage]: stage },
      statements: [...dispatcherRights(this, stage), ...(key === undefined ? [] : [keyRights(this, stage)])],
    });
    this.function.configureAsyncInvoke(NO_RETRY);
    new Rule(this, 'EachMinute', {
      description: `Sluice ${stage}: releases parked jobs`,
      schedule: Schedule.rate(TICK),
      targets: [new LambdaFunction(this.function, NO_RETRY)],
    });
  }
}

/** On the stage's queues by their prefix: a new job type needs no other dispatcher, and its policy does not grow. */
function dispatcherRights(scope: Construct, stage: string): PolicyStatement[] {
  const arns = arnsOf(scope, stage);
  const queues = arns.queue('*');
  acknowledgeWildcard(scope, {
    resource: queues,
    reason: 'neither app nor stage has a hyphen, so the prefix matches its queues alone, those of later job types too',
  });
  return [
    new PolicyStatement({ actions: ['dynamodb:Query'], resources: [arns.listsIndex] }),
    // BatchExecuteStatement with an UPDATE is PartiQLUpdate.
    new PolicyStatement({ actions: ['dynamodb:BatchGetItem', 'dynamodb:PartiQLUpdate'], resources: [arns.jobsTable] }),
    // It says core's number, and inserts nothing else.
    new PolicyStatement({
      actions: ['dynamodb:PartiQLInsert'],
      resources: [arns.jobsTable],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [SCHEMA_ITEM] } },
    }),
    // SendMessageBatch is authorised as SendMessage.
    new PolicyStatement({ actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'], resources: [queues] }),
  ];
}
