import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import { checkedStage } from '../contract/names.ts';
import { allowedProducers } from './access/producers.ts';
import { DEFAULT_RUNBOOK } from './monitoring/runbook.ts';
import { emailAddresses } from './monitoring/subscribers.ts';

/** What the context says of a stage, checked. */
export interface StageSettings {
  readonly stage: string;
  /** Stages whose name starts with `dev`, and emulators: destroyed with all they hold. */
  readonly disposable: boolean;
  /** Address of the page that alarms link to. */
  readonly runbook: string;
  readonly alarmEmails: readonly string[];
  /** Whether queues, table and topic have a customer-managed key. */
  readonly encrypted: boolean;
  /** Where it is deployed to; the CDK's command knows by itself, unless there is a key. */
  readonly region: string | undefined;
  /** Who may send jobs from other accounts. */
  readonly producers: readonly IPrincipal[];
}

/** @throws RangeError for a value that is none */
export function stageSettings(setting: (name: string) => string | undefined): StageSettings {
  const stage = checkedStage(setting('stage') ?? 'dev');
  const encryption = setting('encryption');
  const region = setting('region');
  if (encryption !== undefined && encryption !== 'kms') {
    throw new RangeError(`encryption must be kms, or left out for AWS's own keys, got ${JSON.stringify(encryption)}`);
  }
  if (encryption === 'kms' && region === undefined) {
    throw new RangeError(
      'encryption=kms needs a region, as -c region=eu-west-1: a table and its key are made for the region they stand in',
    );
  }
  return {
    stage,
    disposable: stage.startsWith('dev') || setting('emulator') !== undefined,
    runbook: setting('runbook') ?? DEFAULT_RUNBOOK,
    alarmEmails: emailAddresses(setting('alarmEmail')),
    encrypted: encryption === 'kms',
    region,
    producers: allowedProducers(setting('allowedProducers')),
  };
}
