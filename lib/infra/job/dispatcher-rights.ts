import { Stack } from 'aws-cdk-lib';
import { CfnPolicy, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct, IDependable } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { names } from '../../contract/names.ts';
import type { TheirQueue } from './foreign-queue.ts';

/** What of a job type its rights follow from. */
interface Sending {
  readonly stage: string;
  readonly definition: JobDefinition;
  readonly theirs?: TheirQueue | undefined;
  readonly core?: { readonly dispatcher: IDependable } | undefined;
}

/** Rights on the key of a queue of somebody else's: sending makes a data key, receiving decrypts. */
export const keyOf = (theirs: TheirQueue | undefined): PolicyStatement[] => keyUse(theirs?.keyArn);

/** The same, by the key's ARN; none if there is no such key. */
export const keyUse = (keyArn: string | undefined): PolicyStatement[] =>
  keyArn === undefined
    ? []
    : [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [keyArn] })];

/**
 * Lets the dispatcher send to a queue that does not have the fixed name. The type's stack has the right, by the fixed name of the
 * dispatcher's role: what types share knows none of them.
 */
export function letDispatcherSend(scope: Construct, { stage, definition, theirs, core }: Sending, queue: IQueue): void {
  const send = new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] });
  const policy = new CfnPolicy(scope, 'DispatcherRights', {
    // A role has each name once.
    policyName: names.queue(stage, definition.type),
    roles: [names.dispatcherRole(stage, Stack.of(scope).region)],
    policyDocument: new PolicyDocument({ statements: [send, ...keyOf(theirs)] }),
  });
  if (core !== undefined) policy.node.addDependency(core.dispatcher);
}
