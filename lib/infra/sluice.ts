import { Annotations, Aspects, Stack, Stage, Tags, Token } from 'aws-cdk-lib';
import type { IPrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IConstruct } from 'constructs';
import { checkedStage, names } from '../contract/names.ts';
import { hasSecurityChecks } from './checks/security.ts';
import { makeCore } from './core.ts';
import { ownDispatcher } from './dispatcher-entry.ts';
import type { SluiceFunction } from './functions/sluice-function.ts';
import type { ISluice } from './job/job-type-props.ts';
import type { JobsTable } from './jobs-table.ts';
import { leaveOut } from './leave-out.ts';
import type { AlarmTopic } from './monitoring/alarm-topic.ts';
import { DEFAULT_RUNBOOK } from './monitoring/runbook.ts';
import { emailAddresses } from './monitoring/subscribers.ts';
import type { CommonSettings } from './stage-settings.ts';

/** Settings of {@link Sluice}. */
export interface SluiceProps {
  /** What all names carry, as `prod`: 1 to 16 of a-z and 0-9. */
  readonly stage: string;
  /** What all names begin with. @default `sluice` */
  readonly app?: string;
  /** Whether it is destroyed with all that it holds. @default false: tables, queues and logs stay when their stack goes */
  readonly disposable?: boolean;
  /** Addresses that get the alarms. AWS sends each a mail, which its owner confirms. @default none */
  readonly alarmEmails?: readonly string[];
  /** Whether a customer-managed key encrypts all that holds payloads. Its stack must name its region. @default AWS's own keys */
  readonly encrypted?: boolean;
  /** Whether payloads that make a message larger than 256 KB lie in a bucket of the stage's, up to 100 MB. @default false */
  readonly payloads?: boolean;
  /** Who may send jobs from other accounts. @default nobody */
  readonly producers?: readonly IPrincipal[];
  /** Address of the page that alarms link to. @default Sluice's own page */
  readonly runbook?: string;
  /** Whether each job type has a dashboard. @default true */
  readonly jobDashboards?: boolean;
  /** Whether cdk-nag looks at what Sluice makes, and at nothing else. @default where it is installed */
  readonly securityChecks?: boolean;
  /** File that exports the dispatcher's `handler`. @default Sluice's own */
  readonly dispatcherEntry?: string;
}

/**
 * What all job types of a stage share, in a stack of your own: jobs table, retry dispatcher, alarm topic, dashboard, policies for
 * operators. It also puts Sluice's checks on the app: they look at what Sluice makes, and at nothing else.
 *
 * @throws RangeError for an invalid name or address, or a stage that the app makes twice in one account and region
 * @example
 * const sluice = new Sluice(this, 'Jobs', { stage: 'prod', alarmEmails: ['on-call@example.com'] });
 */
export class Sluice extends Construct implements ISluice {
  readonly settings: CommonSettings;
  readonly table: JobsTable;
  /** What alarms notify. */
  readonly topic: AlarmTopic;
  readonly dispatcher: SluiceFunction;
  readonly key: IKey | undefined;

  constructor(scope: Construct, id: string, props: SluiceProps) {
    super(scope, id);
    const { dispatcherEntry = ownDispatcher(), alarmEmails = [] } = props;
    this.settings = settingsOf(this, props);
    const emails = alarmEmails.length === 0 ? [] : emailAddresses(alarmEmails.join(','));
    const roleName = names.dispatcherRole(this.settings.stage, Stack.of(this).region);
    const core = makeCore(this, { ...this.settings, alarmEmails: emails, dispatcherEntry, roleName });
    this.table = core.table;
    this.topic = core.topic;
    this.dispatcher = core.dispatcher;
    this.key = core.key;
    Tags.of(this).add('sluice:stage', this.settings.stage);
    leaveOutAtSynth(this);
  }
}

function settingsOf(scope: Sluice, props: SluiceProps): CommonSettings {
  const {
    encrypted = false,
    payloads = false,
    disposable = false,
    runbook = DEFAULT_RUNBOOK,
    jobDashboards = true,
    producers = [],
  } = props;
  const emulated = contextOf(scope, 'emulator') !== undefined;
  if (encrypted && Token.isUnresolved(Stack.of(scope).region)) {
    throw new RangeError(
      `${scope.node.path}: encrypted needs a stack with a region, as env: { region: 'eu-west-1' }: a table and its key belong to one region`,
    );
  }
  return {
    stage: checkedStage(props.stage, props.app),
    disposable: disposable || emulated,
    emulated,
    runbook,
    jobDashboards,
    encrypted,
    payloads,
    producers,
    securityChecks: securityChecks(scope, props.securityChecks),
  };
}

function securityChecks(scope: Sluice, asked: boolean | undefined): boolean {
  if (asked !== undefined) return asked;
  if (contextOf(scope, 'securityChecks') === 'off') return false;
  if (hasSecurityChecks()) return true;
  Annotations.of(scope).addWarningV2(
    'sluice:no-security-checks',
    'cdk-nag is not installed, so its rules do not look at what Sluice makes: npm install --save-dev cdk-nag@3, or securityChecks: false',
  );
  return false;
}

const contextOf = (scope: IConstruct, name: string): string | undefined => {
  const value: unknown = scope.node.tryGetContext(name);
  return value === undefined || value === null ? undefined : String(value);
};

const leaving = new WeakSet<IConstruct>();

/** What an emulator refuses is taken out when all is made, before anything is synthesised. */
function leaveOutAtSynth(scope: Sluice): void {
  const text = contextOf(scope, 'leaveOut');
  const assembly = Stage.of(scope) ?? scope.node.root;
  if (text === undefined || leaving.has(assembly)) return;
  leaving.add(assembly);
  Aspects.of(assembly).add({
    visit(one) {
      if (one === assembly) leaveOut(one, text);
    },
  });
}
