import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { JobDefinition } from '../../contract/definition/job-definition.ts';
import { acknowledgeWildcard } from '../checks/security.ts';

/** Answers tasks of Step Functions, and the executions of the durable functions that the definition names. */
export function answerRights(scope: Construct, { answers = [] }: JobDefinition): PolicyStatement[] {
  return answers.map((one) => {
    const [kind, name = ''] = one.split(':');
    if (kind === 'stepFunctions') {
      const reason = 'IAM defines no resource for these actions (Service Authorization Reference, AWS Step Functions)';
      acknowledgeWildcard(scope, { resource: '*', reason });
      return allow(['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'], 'states', '*');
    }
    const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
    const resource = Stack.of(scope).formatArn({
      ...{ service: 'lambda', resource: 'function', resourceName: `${name}:*`, arnFormat },
    });
    acknowledgeWildcard(scope, {
      resource,
      reason: 'a callback belongs to an execution of a version of this function',
    });
    return allow(
      ['Success', 'Failure', 'Heartbeat'].map((end) => `SendDurableExecutionCallback${end}`),
      'lambda',
      resource,
    );
  });
}

const allow = (actions: readonly string[], service: string, resource: string) =>
  new PolicyStatement({ actions: actions.map((action) => `${service}:${action}`), resources: [resource] });
