import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Alias, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { names } from '../../contract/names.ts';
import { KEY_SERVICES } from '../checks/key-rules.ts';
import { acknowledgeWildcard } from '../checks/security.ts';
import { stageKeyNames } from '../checks/store-rules.ts';

/** Settings of {@link StageKey}. */
export interface StageKeyProps {
  readonly stage: string;
  readonly disposable: boolean;
  /** Who may send jobs from other accounts. */
  readonly producers: readonly IPrincipal[];
}

/** Sending makes a data key and decrypts it, receiving decrypts (Amazon SQS Developer Guide, "Key management"). */
const USE = ['kms:Decrypt', 'kms:GenerateDataKey'];
/** CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS KMS", its wildcards written out. */
const LOGS_USE = ['Encrypt', 'Decrypt', 'ReEncryptFrom', 'ReEncryptTo', 'GenerateDataKey', 'DescribeKey'].map(
  (action) => `kms:${action}`,
);

/**
 * The customer-managed key of all that holds payloads in a stage: queues, tables, buckets, secrets, logs, the topic. Job stacks
 * know it by its alias, and where a service takes no alias by its ARN, which stands in a parameter of SSM.
 *
 * Roles of its own account get their rights from their own policies, as with every key of the CDK. The key's policy adds
 * those that have no such policy here: CloudWatch for the topic; EventBridge's rules, SNS and S3 for the queues; CloudWatch Logs
 * for the functions' log groups; other accounts.
 */
export class StageKey extends Key {
  constructor(scope: Construct, id: string, { stage, disposable, producers }: StageKeyProps) {
    super(scope, id, {
      alias: names.keyAlias(stage),
      description: `Sluice ${stage}: all that holds payloads`,
      enableKeyRotation: true,
      // Without the key, all that it encrypted is lost. So it is kept, except on disposable stages.
      removalPolicy: disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    const { account, region } = Stack.of(this);
    new StringParameter(this, 'Arn', {
      parameterName: stageKeyNames(stage).parameter,
      stringValue: this.keyArn,
      description: `ARN of the key of Sluice's stage ${stage}, for the stacks of its job types`,
    });
    const ofUs = { 'aws:SourceAccount': account };
    this.#let('AllowServices', KEY_SERVICES.naming.map(principalOf), { StringEquals: ofUs });
    this.#let('AllowSenders', KEY_SERVICES.others.map(principalOf), { StringEqualsIfExists: ofUs });
    this.#letLogs(stage);
    if (producers.length === 0) return;
    this.#let('AllowProducers', producers, { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } });
  }

  /** CloudWatch Logs names the log group in each request, and no other group may use the key. */
  #letLogs(stage: string): void {
    const { region } = Stack.of(this);
    const logGroups = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${stageKeyNames(stage).logGroups}*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AllowLogs',
        principals: [principalOf(`logs.${region}`)],
        actions: LOGS_USE,
        resources: ['*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
      }),
    );
  }

  #let(sid: string, principals: readonly IPrincipal[], conditions: Record<string, unknown>): void {
    this.addToResourcePolicy(
      new PolicyStatement({ sid, principals: [...principals], actions: USE, resources: ['*'], conditions }),
    );
  }
}

const principalOf = (service: string) => new ServicePrincipal(`${service}.amazonaws.com`);

/**
 * The stage's key by its ARN, once a job type, for stores that take no alias, as log groups do. The ARN is a parameter of the
 * template that CloudFormation reads from SSM: no stack needs another's output.
 */
export const keyByArn = (scope: Construct, stage: string): IKey =>
  Key.fromKeyArn(scope, 'StageKey', StringParameter.valueForStringParameter(scope, stageKeyNames(stage).parameter));

/** What a role does with the key through each service: a multipart upload decrypts too (Amazon S3 User Guide, "SSE-KMS"). */
const THROUGH = {
  s3: USE,
  secretsmanager: ['kms:Decrypt'],
} as const;

/**
 * Lets a role use the stage's key for what a `resources.ts` deployed, through one service of AWS and no other way. Queues and
 * tables need no call: each consumer may use the key through SQS and DynamoDB.
 *
 * @param key `key` of `resources.ts`. Without one, nothing is granted: AWS's own keys need no right
 * @example grantKey(consumer, key, 's3');
 */
export function grantKey(grantee: IGrantable & Construct, key: IKey | undefined, service: keyof typeof THROUGH): void {
  if (key === undefined) return;
  const through = `${service}.${Stack.of(grantee).region}.amazonaws.com`;
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({
      actions: [...THROUGH[service]],
      resources: [key.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': through } },
    }),
  );
}

/** The stage's key, for another stack's queue. */
export const keyByAlias = (scope: Construct, id: string, stage: string): IKey =>
  Alias.fromAliasName(scope, id, names.keyAlias(stage));

/** What a role does with the stage's key, and through which services of AWS. */
interface KeyUse {
  /** @default decrypts, and makes data keys */
  readonly actions?: readonly string[];
  /** @default SQS and DynamoDB */
  readonly services?: readonly string[];
}

/**
 * The rights that a role needs on the stage's key, through some services only. A key's ARN is known only after it was
 * created, so the statement names it by its alias, and no stack needs another's output.
 */
export function keyRights(
  scope: Construct,
  stage: string,
  { actions = USE, services = ['sqs', 'dynamodb'] }: KeyUse = {},
): PolicyStatement {
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
        'kms:ViaService': services.map((service) => `${service}.${stack.region}.amazonaws.com`),
      },
    },
  });
}
