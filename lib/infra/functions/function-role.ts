import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { watchGrants } from '../checks/grants.ts';
import { acknowledgeWildcard } from '../checks/security.ts';

/** Settings of {@link makeFunctionRole}. */
export interface FunctionRoleProps {
  readonly functionName: string;
  readonly statements: readonly PolicyStatement[];
  /** @default CloudFormation makes one */
  readonly roleName?: string | undefined;
}

/** The role of a function: its statements and the right to write to its own log group. */
export function makeFunctionRole(
  scope: Construct,
  id: string,
  { functionName, statements, roleName }: FunctionRoleProps,
): Role {
  const role = new Role(scope, id, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    description: `What ${functionName} may do`,
    ...(roleName !== undefined && { roleName }),
  });
  // AWSLambdaBasicExecutionRole would allow every log group of the account. Lambda names the log streams, so their names need
  // a wildcard.
  const logStreams = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `/aws/lambda/${functionName}:log-stream:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const logs = { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logStreams] };
  for (const statement of [new PolicyStatement(logs), ...statements]) role.addToPolicy(statement);
  acknowledgeWildcard(role, { resource: logStreams, reason: 'Lambda names the log streams of its own log group' });
  watchGrants(role);
  return role;
}
