import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { names } from '../../contract/names.ts';
import { KEY_SERVICES } from '../checks/key-rules.ts';
import { acknowledgeWildcard } from '../checks/security.ts';

/** Settings of {@link StageKey}. */
export interface StageKeyProps {
  readonly stage: string;
  readonly disposable: boolean;
  /** Who may send jobs from other accounts. */
  readonly producers: readonly IPrincipal[];
}

/** Sending makes a data key and decrypts it, receiving decrypts (Amazon SQS Developer Guide, "Key management"). */
const USE = ['kms:Decrypt', 'kms:GenerateDataKey'];

/**
 * The customer-managed key of a stage's queues, table and topic. Job stacks know it by its alias.
 *
 * Roles of its own account get their rights from their own policies, as with every key of the CDK. The key's policy adds
 * those that have no such policy here: CloudWatch for the topic; EventBridge's rules, SNS and S3 for the queues; other accounts.
 */
export class StageKey extends Key {
  constructor(scope: Construct, id: string, { stage, disposable, producers }: StageKeyProps) {
    super(scope, id, {
      alias: names.keyAlias(stage),
      description: `Sluice ${stage}: queues, jobs table, alarm topic`,
      enableKeyRotation: true,
      // Without the key, all that it encrypted is lost. So it is kept, except on disposable stages.
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const { account, region } = Stack.of(this);
    const ofUs = { 'aws:SourceAccount': account };
    this.#let('AllowServices', KEY_SERVICES.naming.map(principalOf), { StringEquals: ofUs });
    this.#let('AllowSenders', KEY_SERVICES.others.map(principalOf), { StringEqualsIfExists: ofUs });
    if (producers.length === 0) return;
    this.#let('AllowProducers', producers, { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } });
  }

  #let(sid: string, principals: readonly IPrincipal[], conditions: Record<string, unknown>): void {
    this.addToResourcePolicy(
      new PolicyStatement({ sid, principals: [...principals], actions: USE, resources: ['*'], conditions }),
    );
  }
}

const principalOf = (service: string) => new ServicePrincipal(`${service}.amazonaws.com`);

/** The stage's key, for another stack's queue. */
export const keyByAlias = (scope: Construct, id: string, stage: string): IKey =>
  Alias.fromAliasName(scope, id, names.keyAlias(stage));

/**
 * The rights that a role needs on the stage's key, through SQS and DynamoDB only. A key's ARN is known only after it was
 * created, so the statement names it by its alias, and no stack needs another's output.
 *
 * @param actions what it does with the key. @default decrypts, and makes data keys
 */
export function keyRights(scope: Construct, stage: string, actions: readonly string[] = USE): PolicyStatement {
  const stack = Stack.of(scope);
  const anyKey = stack.formatArn({ service: 'kms', resource: 'key', resourceName: '*' });
  acknowledgeWildcard(scope, {
    resource: anyKey,
    reason: 'its condition allows the one key that has the alias of this stage; the id is not known before',
  });
  return new PolicyStatement({
    actions: [...actions],
    resources: [anyKey],
    conditions: {
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': names.keyAlias(stage) },
      StringEquals: {
        'kms:ViaService': ['sqs', 'dynamodb'].map((service) => `${service}.${stack.region}.amazonaws.com`),
      },
    },
  });
}
