import { readFileSync } from 'node:fs';
import type { Templates } from './synth.ts';

/** What CloudFormation's handlers of a resource type call, and what identifies one: AWS's schemas, as cfn-lint has them. */
export interface Handler {
  readonly actions: readonly string[];
  readonly identifier: readonly string[];
}

export const HANDLERS = JSON.parse(readFileSync(new URL('handlers.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Handler>
>;

/** Handlers' actions for properties that no template of ours has. A test holds each to that. */
const OTHERS_OWN =
  /^(ec2|elasticfilesystem|firehose|kinesis|application-autoscaling|s3tables|s3files|s3:REST)|PutMetricData|CapacityProvider|(User|Group)Policy$|^iam:GetUser|ImportTable|DescribeImport|Replica|Replicat|DataProtection|BearerToken|Kinesis|CodeSigning|^s3:(DeleteObject|.*(Metadata|Analytics|Inventory|Intelligent|Website|ObjectLock|Accelerate|Abac|Metrics))|^dynamodb:(BatchWriteItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem)$|^secretsmanager:(GetSecretValue|.*Region)/;

/** Every resource type of some templates, sorted. */
export const typesIn = (templates: readonly Templates[]): string[] =>
  [
    ...new Set(
      templates.flatMap((one) =>
        Object.values(one).flatMap(({ Resources }) => Object.values(Resources).map(({ Type }) => Type)),
      ),
    ),
  ]
    .filter((type) => type !== 'AWS::CDK::Metadata')
    .sort();

/** What the role that CloudFormation deploys with needs for these types. @throws RangeError for one without known actions */
export function actionsFor(types: readonly string[]): string[] {
  const unknown = types.filter((type) => HANDLERS[type] === undefined);
  if (unknown.length > 0)
    throw new RangeError(
      `no actions are known for ${unknown.join(', ')}: look it up by test/fidelity/templates/handlers.py`,
    );
  const all = types.flatMap((type) => HANDLERS[type]?.actions ?? []);
  return [...new Set(all)].filter((action) => !OTHERS_OWN.test(action)).sort();
}

/** A policy of IAM, as a page shows it. */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Sid: string;
    readonly Effect: 'Allow';
    readonly Action: readonly string[];
    readonly Resource: string | readonly string[];
  }[];
}

const IAM_WRITES = /^iam:(?!List|Get|PassRole)/;

/** The policies for the role that CloudFormation deploys with. What it does with roles and policies is bound to the stage's names. */
export function deployPolicies(types: readonly string[]): { readonly services: Policy; readonly roles: Policy } {
  const actions = actionsFor(types);
  const iam = actions.filter((action) => action.startsWith('iam:') && action !== 'iam:PassRole');
  const own = ['role', 'policy'].map((kind) => `arn:aws:iam::<account>:${kind}/<app>-<stage>-*`);
  const allow = (Sid: string, Action: readonly string[], Resource: string | readonly string[]) => ({
    ...({ Sid, Effect: 'Allow', Action, Resource } as const),
  });
  const services = actions.filter((action) => !action.startsWith('iam:'));
  return {
    services: { Version: '2012-10-17', Statement: [allow('Resources', services, '*')] },
    roles: {
      Version: '2012-10-17',
      Statement: [
        allow(
          'Roles',
          iam.filter((action) => IAM_WRITES.test(action)),
          own,
        ),
        allow(
          'LookAtRoles',
          iam.filter((action) => !IAM_WRITES.test(action)),
          '*',
        ),
        allow('PassRoles', ['iam:PassRole'], `arn:aws:iam::<account>:role/<app>-<stage>-*`),
        allow('Bootstrap', ['ssm:GetParameters'], 'arn:aws:ssm:*:<account>:parameter/cdk-bootstrap/*'),
        allow('Assets', ['s3:GetObject'], 'arn:aws:s3:::cdk-hnb659fds-assets-<account>-*/*'),
      ],
    },
  };
}
