import { type Environment, RemovalPolicy } from 'aws-cdk-lib';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import { checkedStage } from '../contract/names.ts';
import { allowedProducers } from './access/producers.ts';
import { DEFAULT_RUNBOOK } from './monitoring/runbook.ts';
import { emailAddresses } from './monitoring/subscribers.ts';

/** The settings of a stage, read from the CDK context and checked. */
export interface StageSettings {
  /** Its full name: `prod`, or `shop/prod` of an app with a name of its own. */
  readonly stage: string;
  /** What says so, and emulators: destroyed with all they hold. */
  readonly disposable: boolean;
  /** Whether it is deployed to an emulator. */
  readonly emulated: boolean;
  /** Address of the page that alarms link to. */
  readonly runbook: string;
  readonly alarmEmails: readonly string[];
  /** Whether each job type has a dashboard of its own. */
  readonly jobDashboards: boolean;
  /** Whether a customer-managed key encrypts queues, table and topic. */
  readonly encrypted: boolean;
  /** Whether large payloads lie in a bucket of its own. */
  readonly payloads: boolean;
  /** Where it is deployed to. Without them the CDK's command decides; `encryption=kms` needs the region. */
  readonly account: string | undefined;
  readonly region: string | undefined;
  /** Who may send jobs from other accounts. */
  readonly producers: readonly IPrincipal[];
  /** The stage that a deploy may weaken, by its full name. */
  readonly weaken: string | undefined;
  /** Whether cdk-nag looks at what is made. */
  readonly securityChecks: boolean;
}

/** What all constructs of a stage follow. */
export type CommonSettings = Omit<StageSettings, 'alarmEmails' | 'account' | 'region' | 'weaken'>;

/** Reads the context. @throws RangeError for an invalid value */
export function stageSettings(setting: (name: string) => string | undefined): StageSettings {
  const stage = checkedStage(setting('stage') ?? 'dev', setting('app'));
  const encryption = setting('encryption');
  const region = setting('region');
  const emulated = setting('emulator') !== undefined;
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
    disposable: isDisposable(setting('disposable')) || emulated,
    emulated,
    runbook: setting('runbook') ?? DEFAULT_RUNBOOK,
    alarmEmails: emailAddresses(setting('alarmEmail')),
    jobDashboards: setting('jobDashboards') !== 'off',
    encrypted: encryption === 'kms',
    payloads: isOn('payloads', setting('payloads')),
    account: setting('account'),
    region,
    producers: allowedProducers(setting('allowedProducers')),
    weaken: checkedWeaken(setting('weaken'), stage),
    securityChecks: setting('securityChecks') !== 'off',
  };
}

function isOn(name: string, value: string | undefined): boolean {
  if (value === undefined || value === 'off') return false;
  if (value === 'on') return true;
  throw new RangeError(`${name} must be on or off, got ${JSON.stringify(value)}`);
}

/** A stage that does not say so keeps its data, whatever it is called. */
function isDisposable(value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new RangeError(`disposable must be true or false, got ${JSON.stringify(value)}`);
}

/** It is the stage's own name, so that a command taken over from another stage weakens none. */
function checkedWeaken(value: string | undefined, stage: string): string | undefined {
  if (value === undefined || value === stage) return value;
  throw new RangeError(`weaken must be the name of the stage, ${JSON.stringify(stage)}, got ${JSON.stringify(value)}`);
}

/** Where a stage's stacks are deployed to, as far as it says so. */
export const environmentOf = ({ account, region }: Pick<StageSettings, 'account' | 'region'>): { env?: Environment } =>
  account === undefined && region === undefined
    ? {}
    : { env: { ...(account !== undefined && { account }), ...(region !== undefined && { region }) } };

/**
 * Removal policy of a resource that holds data: deleted with its stack on a disposable stage, kept on others.
 *
 * If the deploy that creates it fails, it is deleted all the same (CloudFormation's `RetainExceptOnCreate`). Names are fixed,
 * so what a failed first deploy left behind would make every later one fail with "already exists".
 */
export const removalPolicy = (disposable: boolean): RemovalPolicy =>
  disposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
