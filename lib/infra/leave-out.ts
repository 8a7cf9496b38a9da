import { CfnResource } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';

/** Names alarms on metric math. They have no resource type of their own. */
export const METRIC_MATH = 'AWS::CloudWatch::Alarm/Metrics';

/**
 * Removes resources that an emulator refuses from an app, before it is synthesised, so that the rest can be deployed there.
 *
 * @param text  context `leaveOut`: resource types separated by commas, or {@link METRIC_MATH}
 * @throws RangeError if the app has no resource of a type: the name is mistyped, or no longer needed
 */
export function leaveOut(app: IConstruct, text: string | undefined): void {
  if (text === undefined) return;
  for (const type of text.split(',')) {
    const found = app.node.findAll().filter((construct) => isOfType(construct, type));
    if (found.length === 0) throw new RangeError(`leaveOut: the app has no ${type}`);
    for (const { node } of found) node.scope?.node.tryRemoveChild(node.id);
  }
}

function isOfType(construct: IConstruct, type: string): boolean {
  if (!CfnResource.isCfnResource(construct)) return false;
  if (type === METRIC_MATH) return construct instanceof CfnAlarm && construct.metrics !== undefined;
  return construct.cfnResourceType === type;
}
