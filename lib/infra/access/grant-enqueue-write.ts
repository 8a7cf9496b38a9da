import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkedStage } from '../../contract/names.ts';
import { arnsOf } from '../arns.ts';
import { type EnqueueTarget, grantSend } from './grant-enqueue.ts';
import { jobsOf, namedAndLike } from './item-keys.ts';
import { keyRights } from './stage-key.ts';

/** The stage and the job types whose jobs may be written. */
export interface EnqueueWriteTarget extends Pick<EnqueueTarget, 'stage' | 'app' | 'types' | 'encryption'> {
  /** Whether it may send such a job at once, as `wake` does: by its message, with its item read and its place in the list moved. @default false */
  readonly wake?: boolean;
}

/**
 * Lets a function, or whatever else has a role, write jobs into the jobs table in DynamoDB transactions of its own, as
 * `enqueueWrite` makes them. It may write the items of these types' jobs, and no others.
 *
 * @param grantee a construct of the account and region that the stage is in: a transaction knows no other
 * @throws RangeError if the name of the stage or the app is invalid
 * @example grantEnqueueWrite(orders, { stage: 'prod', types: ['send-receipt'], wake: true });
 */
export function grantEnqueueWrite(grantee: IGrantable & Construct, target: EnqueueWriteTarget): Grant {
  const stage = checkedStage(target.stage, target.app);
  const queues = target.types.map(arnsOf(Stack.of(grantee), stage).queue);
  return grantWrites(grantee, { ...target, stage, queues });
}

/** The stage, by its full name, and the queues of the types, by their ARNs. */
interface WriteTarget extends Omit<EnqueueWriteTarget, 'app'> {
  readonly queues: readonly string[];
}

/** As {@link grantEnqueueWrite}, for queues by their ARNs. */
export function grantWrites(
  grantee: IGrantable & Construct,
  { stage, types, queues, encryption, wake = false }: WriteTarget,
): Grant {
  if (wake) grantSend(grantee, { stage, queues, encryption });
  else if (encryption === 'kms')
    grantee.grantPrincipal.addToPrincipalPolicy(keyRights(grantee, stage, { services: ['dynamodb'] }));
  return Grant.addToPrincipal({
    grantee,
    // A transaction's Put is authorised as PutItem (Developer Guide, "Using IAM with DynamoDB transactions").
    actions: ['dynamodb:PutItem', ...(wake ? ['dynamodb:GetItem', 'dynamodb:UpdateItem'] : [])],
    resourceArns: [arnsOf(Stack.of(grantee), stage).jobsTable],
    conditions: namedAndLike(types.map(jobsOf)),
  });
}
