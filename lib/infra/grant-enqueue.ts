import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkedStage } from '../contract/names.ts';
import { arnsOf } from './arns.ts';

/** Whose jobs may be sent. */
export interface EnqueueTarget {
  readonly stage: string;
  /** Job types, at least one; their stacks need not be in this app. */
  readonly types: readonly string[];
}

/**
 * Lets a function, or whatever else has a role, send jobs with `sluice/producer`.
 *
 * @param grantee a construct of the account and region that the queues are in
 * @throws RangeError if the stage is none
 * @example grantEnqueue(signUpFunction, { stage: 'prod', types: ['send-email'] });
 */
export function grantEnqueue(grantee: IGrantable & Construct, { stage, types }: EnqueueTarget): Grant {
  const arns = arnsOf(Stack.of(grantee), checkedStage(stage));
  return Grant.addToPrincipal({
    grantee,
    // SendMessageBatch is authorised as SendMessage; the queue is found by its name.
    actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
    resourceArns: types.map(arns.queue),
  });
}
