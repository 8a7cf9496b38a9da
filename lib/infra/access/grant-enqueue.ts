import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkedStage } from '../../contract/names.ts';
import { arnsOf } from '../arns.ts';
import { type PayloadScope, putPayloads } from './payload-rights.ts';
import { keyRights } from './stage-key.ts';

/** The stage and the job types to send to. */
export interface EnqueueTarget {
  readonly stage: string;
  /** The app that the stage is of. @default `sluice`, or that of a full name as `shop/prod` */
  readonly app?: string;
  /** Job types, at least one; their stacks need not be in this app. */
  readonly types: readonly string[];
  /** `kms` for a stage that was deployed with `-c encryption=kms`. @default AWS's own keys, which need no right */
  readonly encryption?: 'kms';
  /** Whether it may put large payloads into the stage's bucket: `-c payloads=on`. @default false */
  readonly payloads?: boolean;
  /** Whether it may read the jobs table, as the producer's `onDuplicate: 'look'` does. @default false */
  readonly look?: boolean;
}

/**
 * Lets a function, or whatever else has a role, send jobs with `sluice/producer`.
 *
 * @param grantee a construct of the account and region that the queues are in
 * @throws RangeError if the name of the stage or the app is invalid
 * @example grantEnqueue(signUpFunction, { stage: 'prod', types: ['send-email'] });
 */
export function grantEnqueue(grantee: IGrantable & Construct, target: EnqueueTarget): Grant {
  const stage = checkedStage(target.stage, target.app);
  const { types, payloads = false } = target;
  if (payloads) letPut(grantee, { stage, types, encryption: target.encryption });
  return grantSend(grantee, { ...target, stage, queues: types.map(arnsOf(Stack.of(grantee), stage).queue) });
}

/** Lets it put large payloads of some job types. */
export function letPut(
  grantee: IGrantable & Construct,
  { encryption, ...payloads }: PayloadScope & { readonly encryption: 'kms' | undefined },
): void {
  grantee.grantPrincipal.addToPrincipalPolicy(putPayloads(grantee, payloads));
  if (encryption !== 'kms') return;
  grantee.grantPrincipal.addToPrincipalPolicy(keyRights(grantee, payloads.stage, { services: ['s3'] }));
}

/** The stage, by its full name, and the queues to send to. */
interface SendTarget {
  readonly stage: string;
  readonly encryption?: 'kms' | undefined;
  readonly look?: boolean | undefined;
  /** ARNs. */
  readonly queues: readonly string[];
}

/** As {@link grantEnqueue}, for queues by their ARNs. */
export function grantSend(grantee: IGrantable & Construct, { stage, queues, encryption, look }: SendTarget): Grant {
  const arns = arnsOf(Stack.of(grantee), stage);
  if (encryption === 'kms') grantee.grantPrincipal.addToPrincipalPolicy(keyRights(grantee, stage));
  if (look === true) Grant.addToPrincipal({ grantee, actions: ['dynamodb:GetItem'], resourceArns: [arns.jobsTable] });
  return Grant.addToPrincipal({
    grantee,
    // SendMessageBatch is authorised as SendMessage; the queue is found by its name.
    actions: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
    resourceArns: [...queues],
  });
}
