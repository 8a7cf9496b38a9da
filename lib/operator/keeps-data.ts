import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { names, STAGE_OUTPUT } from '../contract/names.ts';
import type { Stage } from './aws.ts';

/**
 * Whether a stage's stacks keep its data when they are deleted, as its core stack was deployed. What cannot be read counts as true: a
 * right that is missing, a core in a stack of a team's own, no answer.
 */
export async function keepsData({ name, aws }: Stage): Promise<boolean> {
  try {
    const { Stacks = [] } = await aws.cloudFormation.send(
      new DescribeStacksCommand({ StackName: names.coreStack(name) }),
    );
    const [core] = Stacks;
    const record = core?.Outputs?.find(({ OutputKey }) => OutputKey === STAGE_OUTPUT)?.OutputValue;
    // An earlier version has no such output: then protection says the same.
    if (record === undefined) return core?.EnableTerminationProtection !== false;
    return (JSON.parse(record) as { disposable?: unknown } | null)?.disposable !== true;
  } catch {
    return true;
  }
}
