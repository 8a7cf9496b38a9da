import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * What becomes of something that holds data when its stack goes: destroyed on a disposable stage, kept on others.
 *
 * Kept, except when the deploy that would have made it fails (CloudFormation's `RetainExceptOnCreate`): names are fixed,
 * and what a failed first deploy left behind would make every later one fail with "already exists".
 */
export const removalPolicy = (disposable: boolean): RemovalPolicy =>
  disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
