import { RemovalPolicy } from 'aws-cdk-lib';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import { checkedStage, partsOf } from '../contract/names.ts';
import { allowedProducers } from './access/producers.ts';
import { DEFAULT_RUNBOOK } from './monitoring/runbook.ts';
import { emailAddresses } from './monitoring/subscribers.ts';

/** The settings of a stage, read from the CDK context and checked. */
export interface StageSettings {
  /** Its full name: `prod`, or `shop/prod` of an app with a name of its own. */
  readonly stage: string;
  /** Stages whose name starts with `dev`, and emulators: destroyed with all they hold. */
  readonly disposable: boolean;
  /** Address of the page that alarms link to. */
  readonly runbook: string;
  readonly alarmEmails: readonly string[];
  /** Whether each job type has a dashboard of its own. */
  readonly jobDashboards: boolean;
  /** Whether a customer-managed key encrypts queues, table and topic. */
  readonly encrypted: boolean;
  /** Where it is deployed to. Only `encryption=kms` needs it; otherwise the CDK's command decides. */
  readonly region: string | undefined;
  /** Who may send jobs from other accounts. */
  readonly producers: readonly IPrincipal[];
}

/** Reads the context. @throws RangeError for an invalid value */
export function stageSettings(setting: (name: string) => string | undefined): StageSettings {
  const stage = checkedStage(setting('stage') ?? 'dev', setting('app'));
  const encryption = setting('encryption');
  const region = setting('region');
  if (encryption !== undefined && encryption !== 'kms') {
    throw new RangeError(`encryption must be kms, or left out for AWS's own keys, got ${JSON.stringify(encryption)}`);
  }
  if (encryption === 'kms' && region === undefined) {
    throw new RangeError(
      'encryption=kms needs a region, as -c region=eu-west-1: a table and its key belong to one region',
    );
  }
  return {
    stage,
    disposable: partsOf(stage).stage.startsWith('dev') || setting('emulator') !== undefined,
    runbook: setting('runbook') ?? DEFAULT_RUNBOOK,
    alarmEmails: emailAddresses(setting('alarmEmail')),
    jobDashboards: setting('jobDashboards') !== 'off',
    encrypted: encryption === 'kms',
    region,
    producers: allowedProducers(setting('allowedProducers')),
  };
}

/**
 * Removal policy of a resource that holds data: deleted with its stack on a disposable stage, kept on others.
 *
 * If the deploy that creates it fails, it is deleted all the same (CloudFormation's `RetainExceptOnCreate`). Names are fixed,
 * so what a failed first deploy left behind would make every later one fail with "already exists".
 */
export const removalPolicy = (disposable: boolean): RemovalPolicy =>
  disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
