import { type App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Runs cdk-nag's AwsSolutions checks over every stack that goes to AWS. An error of theirs fails `cdk synth`. */
export function checkSecurity(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
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
