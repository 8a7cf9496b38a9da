import {
  type App,
  type IPolicyValidationContext,
  type IPolicyValidationPlugin,
  type PolicyValidationPluginReport,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** How {@link checkSecurity} takes what it finds. */
export interface SecurityOptions {
  /** Whether findings only warn: on an emulator, which holds no real data. */
  readonly warnOnly: boolean;
}

/** Runs cdk-nag's AwsSolutions checks over every stack. An error of theirs fails `cdk synth`. */
export function checkSecurity(app: App, options: SecurityOptions): void {
  Validations.of(app).addPlugins(new SecurityChecks(app, options));
}

/** cdk-nag's checks, each finding with the call of ours that ends it. */
class SecurityChecks implements IPolicyValidationPlugin {
  readonly name = 'AwsSolutions';
  readonly #checks: AwsSolutionsChecks;
  readonly #warnOnly: boolean;

  constructor(app: App, { warnOnly }: SecurityOptions) {
    this.#checks = new AwsSolutionsChecks(app);
    this.#warnOnly = warnOnly;
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    const { success, violations, ...report } = this.#checks.validate(context);
    const found = violations.map((violation) => ({
      ...violation,
      fix: wayOut(violation.ruleName.replace(/^AwsSolutions-/, '')),
      ...(this.#warnOnly && { severity: 'warning' }),
    }));
    return { ...report, success: success || this.#warnOnly, violations: found };
  }
}

/** What a `resources.ts` can do about a rule. */
function wayOut(rule: string): string {
  const [, kind, what = ''] = /^IAM5\[(Action|Resource)::(.*)\]$/.exec(rule) ?? [];
  if (kind === 'Resource') {
    return `In resources.ts, name the resource itself; or accept it: acknowledgeWildcard(scope, { resource, reason: '…' }) of #sluice/infra, where resource is the ARN that the statement has (${what})`;
  }
  if (kind === 'Action') {
    return `In resources.ts, name the actions (the CDK's grant… methods give ${what}): consumer.addToRolePolicy(new PolicyStatement({ actions: [${examplesOf(what)}], resources: [arn] })); or accept it: acknowledge(scope, { rule: '${rule}', reason: '…' }) of #sluice/infra`;
  }
  const known = KNOWN[rule];
  return `In resources.ts, ${known === undefined ? 'set what it asks for' : known}; or accept it: acknowledge(construct, { rule: '${rule}', reason: '…' }) of #sluice/infra`;
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

/** Actions in place of a wildcard, for services that handlers use most. */
function examplesOf(wildcard: string): string {
  const examples = {
    's3:GetObject*': 's3:GetObject',
    's3:DeleteObject*': 's3:DeleteObject',
    's3:List*': 's3:ListBucket',
  };
  const found = Object.entries(examples).find(([action]) => action === wildcard)?.[1];
  return `'${found ?? `${wildcard.split(':')[0]}:…`}'`;
}

/**
 * Accepts a finding of cdk-nag on a construct and on all constructs below it.
 *
 * @param reason  why the finding is acceptable here, for the reviewer
 * @throws RangeError if the reason is shorter than 20 characters
 */
export function acknowledge(construct: IConstruct, { rule, reason }: { rule: string; reason: string }): void {
  if (reason.trim().length < SHORTEST_REASON) {
    throw new RangeError(`acknowledging ${rule} needs a reason, got ${JSON.stringify(reason)}`);
  }
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
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
