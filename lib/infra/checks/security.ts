import { createRequire } from 'node:module';
import {
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  type PolicyViolatingResource,
  type PolicyViolation,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import type { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { placeOfGrant } from './grants.ts';
import { isWithin, type OwnPart } from './own-parts.ts';
import { STORE_RULE } from './store-rules.ts';

/** How {@link checkSecurity} takes what it finds. */
export interface SecurityOptions {
  /** Whether findings only warn: on an emulator, which holds no real data. */
  readonly warnOnly: boolean;
  /** What is checked, those of them that ask for it: what else a team has in the app is theirs to check. */
  readonly parts: readonly OwnPart[];
}

/**
 * Runs cdk-nag's AwsSolutions checks over what Sluice made. An error of theirs fails `cdk synth`.
 *
 * @throws Error if cdk-nag, an optional peer, is not installed
 */
export function checkSecurity(app: IConstruct, options: SecurityOptions): void {
  Validations.of(app).addPlugins(new SecurityChecks(app, options));
}

/** cdk-nag's checks, each finding with the call of ours that ends it. */
class SecurityChecks implements IPolicyValidationPlugin {
  readonly name = 'AwsSolutions';
  readonly #app: IConstruct;
  readonly #checks: AwsSolutionsChecks;
  readonly #options: SecurityOptions;

  constructor(app: IConstruct, options: SecurityOptions) {
    this.#app = app;
    this.#checks = awsSolutions(app);
    this.#options = options;
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { warnOnly, parts } = this.#options;
    const checked = parts.filter(({ securityChecks }) => securityChecks);
    const { violations, ...report } = this.#checks.validate(context);
    const isChecked = ({ constructPath = '' }: PolicyViolatingResource) =>
      checked.some((part) => isWithin(constructPath, part));
    const found = violations.flatMap((violation) => {
      const violatingResources = violation.violatingResources.filter(isChecked);
      if (violatingResources.length === 0) return [];
      const fix = wayOut({ ...violation, violatingResources }, this.#app);
      return [{ ...violation, violatingResources, fix, ...(warnOnly && { severity: 'warning' }) }];
    });
    return { ...report, success: warnOnly || found.length === 0, violations: found };
  }
}

/** Loaded only here: an app that switches the checks off needs no cdk-nag. */
function awsSolutions(app: IConstruct): AwsSolutionsChecks {
  try {
    const nag = createRequire(import.meta.url)('cdk-nag') as typeof import('cdk-nag');
    return new nag.AwsSolutionsChecks(app);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new Error(
      'cdk-nag, which checks the stacks, is not installed: npm install --save-dev cdk-nag@3, or switch it off by -c securityChecks=off',
      { cause },
    );
  }
}

/** Whether cdk-nag, an optional peer, is installed. */
export function hasSecurityChecks(): boolean {
  try {
    createRequire(import.meta.url).resolve('cdk-nag');
    return true;
  } catch {
    return false;
  }
}

/** What a `resources.ts` can do about a rule, and at which line. */
function wayOut({ ruleName, violatingResources }: PolicyViolation, app: IConstruct): string {
  const rule = ruleName.replace(/^AwsSolutions-/, '');
  const [, kind, what = ''] = /^IAM5\[(Action|Resource)::(.*)\]$/.exec(rule) ?? [];
  const path = violatingResources[0]?.constructPath ?? '';
  const place =
    kind === undefined ? undefined : placeOfGrant(app, path, { kind: kind as 'Action' | 'Resource', what, flattened });
  const where = `In ${place ?? 'resources.ts'}`;
  if (kind === 'Resource') {
    return `${where}, name the resource itself; or accept it: acknowledgeWildcard(scope, { resource, reason: '…' }) of #sluice/infra, where resource is the ARN that the statement has (${what})`;
  }
  if (kind === 'Action') {
    return `${where}, ${inPlaceOf(what)}; or accept it: acknowledge(scope, { rule: '${rule}', reason: '…' }) of #sluice/infra`;
  }
  const known = KNOWN[rule];
  return `${where}, ${known === undefined ? 'set what it asks for' : known}; or accept it: acknowledge(construct, { rule: '${rule}', reason: '…' }) of #sluice/infra`;
}

/** What ends the findings that a first bucket, queue, topic or table has. */
const KNOWN: Readonly<Record<string, string>> = {
  S1: 'give the bucket serverAccessLogsBucket',
  S10: 'give the bucket enforceSSL: true',
  SQS3: 'give the queue a deadLetterQueue',
  SQS4: 'give the queue enforceSSL: true',
  SNS3: 'give the topic enforceSSL: true',
  DDB3: 'give the table pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true }',
  SMG4: 'give the secret a rotation schedule (addRotationSchedule)',
};

/** What a handler calls by the actions that the CDK's `grant…` methods give, and on what. */
const NAMED: Readonly<Record<string, readonly [action: string, arn: string]>> = {
  's3:GetObject*': ['s3:GetObject', "bucket.arnForObjects('*')"],
  's3:DeleteObject*': ['s3:DeleteObject', "bucket.arnForObjects('*')"],
  's3:Abort*': ['s3:AbortMultipartUpload', "bucket.arnForObjects('*')"],
  's3:List*': ['s3:ListBucket', 'bucket.bucketArn'],
  'kms:GenerateDataKey*': ['kms:GenerateDataKey', 'key.keyArn'],
};

/** What no call of a handler needs that reads, writes or encrypts. */
const NEEDLESS: Readonly<Record<string, string>> = {
  's3:GetBucket*': 'objects are read and listed without it',
  'kms:ReEncrypt*': 'data is encrypted and decrypted without it',
};

/** What to write in place of a wildcard in an action. */
function inPlaceOf(wildcard: string): string {
  const needless = NEEDLESS[wildcard];
  if (needless !== undefined) return `leave out ${wildcard}, which the CDK's grant… methods give: ${needless}`;
  const [action = `${wildcard.split(':')[0]}:…`, arn = 'arn'] = NAMED[wildcard] ?? [];
  return `name the actions (the CDK's grant… methods give ${wildcard}): consumer.addToRolePolicy(new PolicyStatement({ actions: ['${action}'], resources: [${arn}] }))`;
}

/**
 * Accepts a finding of cdk-nag, or of our own rule {@link STORE_RULE}, on a construct and on all constructs below it.
 *
 * @param reason  why the finding is acceptable here, for the reviewer
 * @throws RangeError if the reason is shorter than 20 characters
 */
export function acknowledge(construct: IConstruct, { rule, reason }: { rule: string; reason: string }): void {
  if (reason.trim().length < SHORTEST_REASON) {
    throw new RangeError(`acknowledging ${rule} needs a reason, got ${JSON.stringify(reason)}`);
  }
  const id = rule === STORE_RULE ? `Sluice::${rule}` : `AwsSolutions::AwsSolutions-${rule}`;
  Validations.of(construct).acknowledge({ id, reason });
}

/** A shorter text is not a sentence. */
const SHORTEST_REASON = 20;

/** Accepts a wildcard in one resource (an ARN) of a role's policy. Other wildcards stay refused, also those in actions. */
export function acknowledgeWildcard(
  role: IConstruct,
  { resource, reason }: { resource: string; reason: string },
): void {
  acknowledge(role, { rule: `IAM5[Resource::${flattened(Stack.of(role).resolve(resource))}]`, reason });
}

/** A value as cdk-nag writes it in the id of a finding: `arn:<AWS::Partition>:s3:::…`, `<Bucket1234.Arn>/reports/*`. */
function flattened(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join, 'Fn::GetAtt': attribute } = value as Record<string, unknown>;
  if (Ref !== undefined) return `<${String(Ref)}>`;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(flattened).join(String(join[0]));
  throw new RangeError(`an ARN cannot be made of ${JSON.stringify(value)}`);
}
