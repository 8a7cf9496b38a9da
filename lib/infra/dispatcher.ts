import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { ENV, names } from '../contract/names.ts';
import { arnsOf } from './arns.ts';
import { SluiceFunction } from './sluice-function.ts';

/** Settings of {@link Dispatcher}. */
export interface DispatcherProps {
  readonly stage: string;
  readonly disposable: boolean;
  readonly entry: string;
  /** Job types whose queues it may send to. */
  readonly types: readonly string[];
}

/** Less than the minute after which the next tick comes; two at once would be harmless, and wasted. */
const TIMEOUT_SECONDS = 50;

/** The retry dispatcher: a function that an EventBridge rule calls each minute. */
export class Dispatcher extends Construct {
  constructor(scope: Construct, id: string, props: DispatcherProps) {
    super(scope, id);
    const { stage, disposable, entry, types } = props;
    const arns = arnsOf(this, stage);
    const dispatcher = new SluiceFunction(this, 'Function', {
      functionName: names.dispatcher(stage),
      description: 'Sluice: sends parked jobs back to their queues as they fall due',
      entry,
      timeoutSeconds: TIMEOUT_SECONDS,
      memoryMb: 512,
      disposable,
      environment: { [ENV.jobsTable]: names.jobsTable(stage), [ENV.stage]: stage },
      statements: [
        new PolicyStatement({ actions: ['dynamodb:Query'], resources: [arns.listsIndex] }),
        new PolicyStatement({
          actions: ['dynamodb:BatchGetItem', 'dynamodb:PartiQLUpdate'],
          resources: [arns.jobsTable],
        }),
        new PolicyStatement({ actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'], resources: types.map(arns.queue) }),
      ],
    });
    // A tick that failed or came late is not repeated: the next one, a minute later, finds all that is due.
    dispatcher.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EachMinute', {
      description: 'Sluice: releases parked jobs',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(dispatcher, { retryAttempts: 0, maxEventAge: Duration.minutes(1) })],
    });
  }
}
