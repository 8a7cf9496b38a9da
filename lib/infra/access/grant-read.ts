import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkedStage } from '../../contract/names.ts';
import { STATE_ATTRIBUTES } from '../../contract/protocol/state-attributes.ts';
import { arnsOf } from '../arns.ts';
import type { EnqueueTarget } from './grant-enqueue.ts';
import { jobsOf, namedAndLike } from './item-keys.ts';
import { keyRights } from './stage-key.ts';

/** The stage and the job types whose jobs are looked at, or cancelled. */
export type JobsTarget = Pick<EnqueueTarget, 'stage' | 'app' | 'types' | 'encryption'>;

/**
 * Lets a function, or whatever else has a role, look at jobs with `sluice/client`: `status`, `waitFor` and `progress`. It reads how jobs
 * of these types stand, their results and their errors; no payload, and no job of another type.
 *
 * @param grantee a construct of the account and region that the stage is in
 * @throws RangeError if the name of the stage or the app is invalid
 * @example grantRead(checkoutFunction, { stage: 'prod', types: ['process-payment'] });
 */
export const grantRead = (grantee: IGrantable & Construct, target: JobsTarget): Grant =>
  grantItems(grantee, target, {
    actions: ['dynamodb:BatchGetItem'],
    keyActions: ['kms:Decrypt'],
    // Only a call that names the attributes it wants (Amazon DynamoDB Developer Guide, "Using IAM policy conditions for
    // fine-grained access control").
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': [...STATE_ATTRIBUTES] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    },
  });

/**
 * Lets it cancel jobs of these types with `sluice/client`. A cancellation decides over the whole item, and writes it: this is a right to
 * everything that the table holds of these jobs, parked payloads too. So {@link grantRead} does not give it.
 *
 * @param grantee a construct of the account and region that the stage is in
 * @throws RangeError if the name of the stage or the app is invalid
 * @example grantCancel(adminFunction, { stage: 'prod', types: ['generate-report'] });
 */
export const grantCancel = (grantee: IGrantable & Construct, target: JobsTarget): Grant =>
  grantItems(grantee, target, { actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] });

/** What may be done with the items of jobs. */
interface ItemRights {
  readonly actions: string[];
  /** With the stage's key. @default decrypts, and makes data keys */
  readonly keyActions?: readonly string[];
  /** Beside that on the keys of items. */
  readonly conditions?: Record<string, Record<string, unknown>>;
}

function grantItems(
  grantee: IGrantable & Construct,
  { stage: named, app, types, encryption }: JobsTarget,
  { actions, keyActions, conditions }: ItemRights,
): Grant {
  const stage = checkedStage(named, app);
  if (encryption === 'kms') {
    const use = { services: ['dynamodb'], ...(keyActions !== undefined && { actions: keyActions }) };
    grantee.grantPrincipal.addToPrincipalPolicy(keyRights(grantee, stage, use));
  }
  return Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [arnsOf(Stack.of(grantee), stage).jobsTable],
    conditions: { ...namedAndLike(types.map(jobsOf)), ...conditions },
  });
}
