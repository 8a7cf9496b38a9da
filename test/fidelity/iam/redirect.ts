import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import type { Emulator } from '../../../localstack/emulator.ts';

/** Has deployed functions make their AWS calls through another address, the queue URLs in their environment included. */
export async function redirect(emulator: Emulator, functionNames: readonly string[], url: string): Promise<void> {
  const lambda = new LambdaClient(emulator.clientConfig);
  for (const FunctionName of functionNames) {
    const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const Variables = Object.fromEntries(
      Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [
        name,
        value.replace(emulator.endpoint, url),
      ]),
    );
    Variables.AWS_ENDPOINT_URL = url;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    await waitUntilFunctionUpdatedV2({ client: lambda, minDelay: 0.1, maxDelay: 1, maxWaitTime: 30 }, { FunctionName });
  }
  lambda.destroy();
}

/** The names that CloudFormation made up, by `<stack>/<logical id>`. */
export async function physicalIds(emulator: Emulator, stacks: readonly string[]): Promise<Map<string, string>> {
  const client = new CloudFormationClient(emulator.clientConfig);
  const ids = new Map<string, string>();
  for (const StackName of stacks) {
    for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
      for (const { LogicalResourceId, PhysicalResourceId, ResourceType } of StackResourceSummaries) {
        // Both sides identify roles by their logical ids.
        if (ResourceType !== 'AWS::S3::Bucket' || PhysicalResourceId === undefined) continue;
        ids.set(`${StackName}/${LogicalResourceId}`, PhysicalResourceId);
      }
    }
  }
  client.destroy();
  return ids;
}
